"""QuickBooks' faults: two spellings of JSON, XML on some refusals, and faults inside a 200, at several depths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest_quickbooks.domain.reading import Body
from trueup_billing import clean_text

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
    """The first fault of a body in either spelling, or None.

    Change capture may refuse one entity by itself: its fault then stands where the entity's objects would.
    """
    found = (level.get(name) for level in _levels(answer) for name in ("Fault", "fault"))
    fault = next((one for one in found if one is not None), None)
    return None if fault is None else _read(fault)


def _levels(answer: object) -> Iterator[Body]:
    """The body, and what it answers of each question in it."""
    for body in _objects(answer):
        yield body
        yield from _objects(body.get("QueryResponse"))
        for response in _objects(body.get("CDCResponse")):
            yield response
            yield from _objects(response.get("QueryResponse"))


def _objects(value: object) -> list[Body]:
    """One object or a list of them; whatever else there is holds no fault."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]


def _read(fault: object) -> Fault:
    if not isinstance(fault, Mapping):
        return Fault("", "a fault that cannot be read")
    errors = fault.get("Error", fault.get("error"))
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    words = [str(first[name]) for name in ("Message", "message", "Detail", "detail") if first.get(name)]
    told = ": ".join(words)[:300] or str(fault.get("type", "unknown fault"))
    return Fault(clean_text(str(first.get("code", ""))), clean_text(told))
