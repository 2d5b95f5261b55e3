"""Adding up exported events: exact, each event once, whatever order they come in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from ingest_amplitude.domain.buckets import ABSENT, ZERO, Key, Metric, Totals, is_storable
from ingest_amplitude.domain.windows import Hours
from trueup_billing import InvalidValue, parse_decimal

GENERATION_MAX = 250_000
"""Event ids kept per generation; two generations are remembered, about 40 MB at the most."""
NUMBER_END = 1 << 63
INSTANTS_KEPT = 12_000
"""Minutes, and hours, whose local day is remembered: more than a week has, the longest piece that is usually exported."""


class RecentIds:
    """The ids of events counted lately, so that an event uploaded twice counts once.

    Bounded: two generations; when the younger is full it becomes the older and the former older is forgotten. What other
    processes exported is recalled from the hours that are kept until they are exported once more, about a day; what is
    older, or came to an hour only then, is known to the process that exported it alone.
    """

    def __init__(self, generation_max: int = GENERATION_MAX) -> None:
        self._generation_max = generation_max
        self._young: set[int] = set()
        self._old: set[int] = set()
        self._hours: set[Hours] = set()

    def __contains__(self, event_id: object) -> bool:
        return event_id in self._young or event_id in self._old

    def unmet(self, kept: Sequence[Hours]) -> list[Hours]:
        """Which of the hours whose ids are kept were not recalled yet."""
        self._hours.intersection_update(kept)
        return [hours for hours in kept if hours not in self._hours]

    def recall(self, hours: Hours, event_ids: Collection[int]) -> None:
        """Keep the ids of hours that another process exported, or this one before it was started anew."""
        self.remember([number for number in event_ids if number not in self])
        self._hours.add(hours)

    def remember(self, event_ids: Collection[int]) -> None:
        """Keep the ids of a chunk that has been committed."""
        if len(self._young) + len(event_ids) > self._generation_max:
            self._old, self._young = self._young, set()
        self._young.update(event_ids)


def event_id(uuid: str) -> int:
    """A uuid as a number of 16 bytes (less than half the memory); of anything else its hash."""
    try:
        number = int(uuid.replace("-", ""), 16)
    except ValueError:
        number = -1
    if 0 <= number < 1 << 128:
        return number
    return int.from_bytes(hashlib.blake2b(uuid.encode(errors="surrogatepass"), digest_size=16).digest())


class Tally:
    """The totals of one exported range of hours; events of other kinds and earlier days are passed over.

    `watched` are kinds of events that nothing is added up of, but whose accounts are to be known. `events_max` bounds the
    memory: with more metered events the tally is `full`.
    """

    def __init__(
        self,
        metrics: Sequence[Metric],
        *,
        account_property: str,
        zone: tzinfo,
        first_day: date,
        recent: Container[int],
        watched: Collection[str] = (),
        events_max: int | None = None,
    ) -> None:
        self.totals: Totals = {}
        self.accounts: set[str] = set()
        """Every account that a metered event names."""
        self.late: dict[Key, dict[datetime, Decimal]] = {}
        """What was uploaded after its day was over, by the hour (UTC) of the upload."""
        self.undated: set[Key] = set()
        """Buckets with an event that does not say when it was uploaded."""
        self.event_ids: set[int] = set()
        self.met: set[int] = set()
        """Every metered event of these hours, counted before or not."""
        self.unread: set[tuple[str, date | None]] = set()
        """Metrics and days that lack something which cannot be read; None: on a day that nobody knows."""
        self.counted = 0
        self.repeated = 0
        self.nameless = 0
        """Metered events that name no account: nobody's usage, as segmentation counts them for `(none)`."""
        self.unreadable = 0
        self.why_unreadable = ""
        """What was wrong with the last event that could not be read: its path, and what."""
        self._metrics: dict[str, list[Metric]] = {}
        for metric in metrics:
            self._metrics.setdefault(metric.event_type, []).append(metric)
        for event_type in watched:
            self._metrics.setdefault(event_type, [])
        self.reads_users = any(one.owner == "user" for metric in metrics for one in metric.filters)
        """Whether properties of users decide what counts."""
        self._account_property = account_property
        self._zone = zone
        self._first_day = first_day
        self._recent = recent
        self._events_max = events_max

    @property
    def full(self) -> bool:
        """Whether these are more events than shall be held at once."""
        return self._events_max is not None and len(self.met) > self._events_max

    def add(
        self,
        event_type: str,
        event_time: str,
        uuid: str,
        properties: Mapping[str, object],
        user: Mapping[str, object] | None = None,
        uploaded: str = "",
    ) -> None:
        """Count one exported line. What of a metered event cannot be read leaves its day unread."""
        metrics = self._metrics.get(event_type)
        if metrics is None or not self._is_new(event_id(uuid)):
            return
        named = properties.get(self._account_property)
        if named is None or named in ("", ABSENT):
            self.nameless += 1
            return
        account, day = _label(named), self._day(event_time)
        if day is not None and day < self._first_day:
            return
        meant = [one for one in metrics if all(of.lets_through(properties, user or {}) for of in one.filters)]
        if account is None:
            self._leave(meant, day, f"event_properties.{self._account_property}: {named!r} names no account")
            return
        if day is None:
            self._leave(meant, day, f"event_time: {event_time!r} is no instant")
            return
        self.accounts.add(account)
        arrived = self._hour(uploaded)
        for metric in meant:
            self._count(Key(metric.name, day, account), metric, properties, arrived)

    def add_garbled(self, line: bytes, why: str, event_type: str | None, event_time: str) -> None:
        """Note a line that is no event: what it says of its type and time is all that is known (None, empty: nothing)."""
        if event_type is not None and event_type not in self._metrics:
            return
        if not self._is_new(int.from_bytes(hashlib.blake2b(line, digest_size=16).digest())):
            return
        day = self._day(event_time)
        if day is None or day >= self._first_day:
            every = (metric for metrics in self._metrics.values() for metric in metrics)
            self._leave(every if event_type is None else self._metrics[event_type], day, why)

    def _is_new(self, number: int) -> bool:
        self.met.add(number)
        if number in self.event_ids or number in self._recent:
            self.repeated += 1
            return False
        self.event_ids.add(number)
        return True

    def _leave(self, metrics: Iterable[Metric], day: date | None, why: str) -> None:
        self.unread.update((metric.name, day) for metric in metrics)
        self._refuse(why)

    def _refuse(self, why: str) -> None:
        self.unreadable += 1
        self.why_unreadable = why

    def _count(
        self, key: Key, metric: Metric, properties: Mapping[str, object], arrived: tuple[datetime, date] | None
    ) -> None:
        found = self._amount(metric.property_name, properties) if metric.property_name else 1
        if found is None:
            return
        amount = metric.scaled(found)
        self.totals[key] = self.totals.get(key, ZERO) + amount
        self.counted += 1
        if arrived is None:
            self.undated.add(key)
        elif arrived[1] > key.day:
            by_hour = self.late.setdefault(key, {})
            by_hour[arrived[0]] = by_hour.get(arrived[0], ZERO) + amount

    def _amount(self, name: str, properties: Mapping[str, object]) -> Decimal | int | None:
        value = properties.get(name)
        if type(value) is int:
            return value
        if isinstance(value, (str, Decimal)):
            try:
                return parse_decimal(value)
            except InvalidValue:
                pass
        # Segmentation passes over it too when it adds up: the sum of the others is whole.
        self._refuse(f"event_properties.{name}: {value!r} is no exact number")
        return None

    def _day(self, event_time: str) -> date | None:
        # Minutes decide: no zone changes its day within one.
        return _local_day(event_time[:16], self._zone)

    def _hour(self, uploaded: str) -> tuple[datetime, date] | None:
        """The hour of an upload, and the day that it began on."""
        return _local_hour(uploaded[:13], self._zone)


def _label(value: object) -> str | None:
    """The account as segmentation labels it, a whole number by its digits; None of anything else than text or such a one,
    and of a text that cannot be kept."""
    if isinstance(value, str):
        return value if is_storable(value) else None
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < NUMBER_END and value == int(value):
        value = int(value)
    return str(value) if type(value) is int else None


@lru_cache(maxsize=INSTANTS_KEPT)
def _local_day(minute: str, zone: tzinfo) -> date | None:
    instant = _instant(minute)
    return None if instant is None else instant.astimezone(zone).date()


@lru_cache(maxsize=INSTANTS_KEPT)
def _local_hour(text: str, zone: tzinfo) -> tuple[datetime, date] | None:
    hour = _instant(text)
    return None if hour is None else (hour, hour.astimezone(zone).date())


def _instant(text: str) -> datetime | None:
    """Export times are UTC without saying so: `2026-10-01 10:00`."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
