"""Reading fields of Stripe's JSON: tolerant of what is absent, strict about what is there and cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from trueup_billing import BillingError, Currency, InvalidValue, Ref, Source, clean_text

T = TypeVar("T")
Json = Mapping[str, Any]
"""A JSON object as Stripe sends it."""

# Where Stripe's smallest unit is not ISO 4217's: two digits kept for two currencies without decimals, none for the
# ariary. (numerator, denominator) towards ISO minor units.
_TO_ISO_MINOR = {"ISK": (1, 100), "UGX": (1, 100), "MGA": (100, 1)}
_YEAR_9999_S = 253_402_300_799


class Unreadable(BillingError):
    """A body that cannot be what it claims to be. `ref` is the customer whose facts are now incomplete, if readable."""

    code = "unreadable_object"

    def __init__(self, object_id: str, detail: str, ref: str | None = None) -> None:
        super().__init__(f"{object_id}: {detail}")
        self.object_id = object_id
        self.detail = detail
        self.ref = ref


class Located(dict[str, Any]):
    """A JSON object that knows its path inside a recorded body, so that what is wrong with it can be pointed at."""

    def __init__(self, body: Json, path: str) -> None:
        super().__init__({name: locate(value, _below(path, name)) for name, value in body.items()})
        self.path = path


def locate(value: Any, path: str = "") -> Any:  # noqa: ANN401  JSON
    """The value with every object inside it located."""
    if isinstance(value, Mapping):
        return Located(value, path)
    if isinstance(value, list):
        return [locate(item, f"{path}[{place}]") for place, item in enumerate(value)]
    return value


def place(body: Json, name: str) -> str:
    """Where a field stands: its path in a located body, else its name."""
    return _below(getattr(body, "path", ""), name)


def _below(path: str, name: str) -> str:
    """The path of a field; one that ends with a space is what the whole body is called."""
    return f"{path}.{name}" if path and not path.endswith(" ") else path + name


def as_object(value: object) -> Json:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def items_of(value: object) -> list[Json]:
    """The objects of a Stripe list (`{"object": "list", "data": [...]}`), or of a bare array."""
    data = as_object(value).get("data") if isinstance(value, Mapping) else value
    return [item for item in data if isinstance(item, Mapping)] if isinstance(data, list) else []


def text(body: Json, name: str) -> str | None:
    """A string field; absent, null, empty or of another kind: None."""
    value = body.get(name)
    return (clean_text(value) or None) if isinstance(value, str) else None


def identity(body: Json, name: str) -> str | None:
    """The id behind a field that is an id or the expanded object."""
    value = body.get(name)
    return text(value, "id") if isinstance(value, Mapping) else text(body, name)


def whole(body: Json, name: str) -> int | None:
    """An integer field; absent or null: None.

    Raises:
        InvalidValue: something else stands there. A float or a text as money is never guessed at.
    """
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(f"{place(body, name)} is {value!r}, not an integer")
    return value


def flag(body: Json, name: str) -> bool | None:
    """A boolean field, or None."""
    value = body.get(name)
    return value if isinstance(value, bool) else None


def instant(body: Json, name: str) -> datetime | None:
    """An instant sent as seconds since 1970 (or, in thin bodies, as ISO 8601), in UTC; absent or null: None."""
    value = body.get(name)
    if isinstance(value, str) and value:
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise InvalidValue(f"{place(body, name)} is {value!r}, no instant") from None
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    seconds = whole(body, name)
    if seconds is None:
        return None
    if not 0 <= seconds <= _YEAR_9999_S:
        raise InvalidValue(f"{place(body, name)} is {seconds}, no instant")
    return datetime.fromtimestamp(seconds, UTC)


def day(body: Json, name: str) -> date | None:
    """The UTC day of an instant; absent or null: None."""
    found = instant(body, name)
    return found.date() if found else None


def currency(body: Json) -> str:
    """The ISO code in capitals.

    Raises:
        InvalidValue: absent or not three letters.
    """
    try:
        return Currency(str(body.get("currency") or "").upper()).code
    except InvalidValue as error:
        raise InvalidValue(f"{place(body, 'currency')}: {error}") from None


def money(body: Json, name: str, code: str) -> int | None:
    """An amount in ISO minor units of `code`; absent or null: None.

    Raises:
        InvalidValue: not an integer, or not a whole number of ISO minor units.
    """
    amount = whole(body, name)
    if amount is None:
        return None
    numerator, denominator = _TO_ISO_MINOR.get(code, (1, 1))
    if amount * numerator % denominator:
        raise InvalidValue(f"{place(body, name)} is {amount}, no whole number of {code} minor units")
    return amount * numerator // denominator


def required(value: T | None, name: str) -> T:
    """The value, which this object cannot do without.

    Raises:
        InvalidValue: it is absent.
    """
    if value is None:
        raise InvalidValue(f"{name} is missing")
    return value


def customer_ref(body: Json) -> str | None:
    """The ref of the customer a body names, `stripe:cus_1`, or None."""
    found = identity(body, "customer")
    return str(Ref(Source.STRIPE, found)) if found else None


def links(body: Json, names: Mapping[str, str]) -> dict[str, str]:
    """Exact keys towards other systems: metadata fields in order of preference, mapped to our word for each."""
    metadata = as_object(body.get("metadata"))
    found: dict[str, str] = {}
    for field, word in names.items():
        value = metadata.get(field)
        if isinstance(value, str) and (kept := clean_text(value).strip()):
            found.setdefault(word, kept)
    return found
