"""What we take for granted about a provider, checked against a real account one by one."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSED, FAILED, UNSEEN = "pass", "FAIL", "unseen"
UNSEEN_CODE = 3
"""Nothing failed, but the account shows too little to judge everything."""

_SAID = frozenset({
    "object", "type", "status", "currency", "code", "decline_code", "advice_code", "collection_method", "reason",
    "api_version", "domain", "DetailType", "TxnType", "EmailStatus", "http_code", "element",
})  # fmt: skip
"""Fields whose words are the provider's own vocabulary; all other words may be a customer's."""
_ID = re.compile(r"([a-z]{2,6})_[A-Za-z0-9_]+")
_FRACTION = 1.5  # of a fixture only: JSON has no other way to say "with a fraction"
_WHEN = re.compile(r"\d{4}-\d{2}-\d{2}([T ][\d:.]+(Z|[+-][\d:]+)?)?")


class Unmet(Exception):
    """The assumption does not hold; the text says what was met instead."""


class Unseen(Exception):
    """The account holds nothing by which to judge."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing taken for granted. `check` raises `Unmet` or `Unseen`; what it returns is kept as a fixture."""

    name: str
    words: str
    check: Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Redactor:
    """Keeps the shape of a body and the provider's own words; ids, names and amounts are replaced, the same by the same."""

    seen: dict[str, str] = field(default_factory=dict)

    def __call__(self, value: Any, name: str = "") -> Any:  # noqa: ANN401  JSON
        """The value as it may be kept."""
        if isinstance(value, dict):
            return {key: self(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self(inner, name) for inner in value]
        if isinstance(value, bool) or value is None or name in _SAID:
            return value
        if isinstance(value, str):
            return self._text(value)
        return (1 if value == int(value) else _FRACTION) if value else 0

    def _text(self, text: str) -> str:
        if not text or _WHEN.fullmatch(text):
            return text
        found = _ID.fullmatch(text)
        return self.seen.setdefault(text, f"{found.group(1) + '_' if found else 'text '}{len(self.seen) + 1}")


async def judge(assumptions: Sequence[Assumption], *, fixtures: Path | None, unseen_ok: bool) -> int:
    """Check one after the other and say what came of each; returns the exit code. Any error counts as not met."""
    results: dict[str, int] = {}
    for one in assumptions:
        result, words = PASSED, ""
        try:
            answer = await one.check()
            if fixtures is not None and answer is not None:
                _keep(fixtures, one.name, answer)
        except Unseen as error:
            result, words = UNSEEN, str(error)
        except Exception as error:  # noqa: BLE001  whatever it was, the assumption was not seen to hold
            result, words = FAILED, str(error) or type(error).__name__
        results[result] = results.get(result, 0) + 1
        sys.stdout.write(f"{result:<7}{one.name}: {one.words}{': ' if words else ''}{words}\n")
    summary = ", ".join(f"{results.get(name, 0)} {name}" for name in (PASSED, FAILED, UNSEEN))
    sys.stdout.write(f"{summary}\n")
    if results.get(FAILED):
        return 1
    return UNSEEN_CODE if results.get(UNSEEN) and not unseen_ok else 0


def _keep(folder: Path, name: str, answer: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(Redactor()(answer), indent=1, default=str)
    (folder / f"{name}.redacted.json").write_text(text + "\n")


@asynccontextmanager
async def closing(*closers: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Close everything at the end, whatever happened."""
    try:
        yield
    finally:
        for close in closers:
            await close()
