"""QuickBooks' faults: two spellings of JSON, XML on some refusals, and faults inside a 200."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_AUTH_CODES = frozenset({"3200", "003200"})
_THROTTLE_CODES = frozenset({"3001", "003001"})
_STOP_CODES = frozenset({"6190", "3100", "003100", "120", "3201"})


@dataclass(frozen=True, slots=True)
class Fault:
    """Why QuickBooks refused. `code` is its own, `message` is safe to show."""

    code: str
    message: str

    @property
    def token_expired(self) -> bool:
        return self.code in _AUTH_CODES

    @property
    def throttled(self) -> bool:
        return self.code in _THROTTLE_CODES

    @property
    def needs_person(self) -> bool:
        """No repetition helps: not authorized, wrong environment, subscription lapsed."""
        return self.code in _STOP_CODES


def find_fault(answer: object) -> Fault | None:
    """The first fault of a body in either spelling, or None."""
    if not isinstance(answer, Mapping):
        return None
    fault = answer.get("Fault", answer.get("fault"))
    if fault is None:
        return None
    if not isinstance(fault, Mapping):
        return Fault("", "a fault that cannot be read")
    errors = fault.get("Error", fault.get("error"))
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    words = [str(first[name]) for name in ("Message", "message", "Detail", "detail") if first.get(name)]
    return Fault(str(first.get("code", "")), ": ".join(words)[:300] or str(fault.get("type", "unknown fault")))
