"""Adding up exported events: exact, each event once, whatever order they come in."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal

from ingest_amplitude.domain.buckets import ZERO, Key, Metric, Totals
from trueup_billing import InvalidValue, parse_decimal

GENERATION_MAX = 250_000
"""Event ids kept per generation; two generations are remembered, about 40 MB at the most."""


class RecentIds:
    """The ids of events counted lately, so that an event uploaded twice counts once.

    Bounded: two generations; when the younger is full it becomes the older and the former older is forgotten.
    """

    def __init__(self, generation_max: int = GENERATION_MAX) -> None:
        self._generation_max = generation_max
        self._young: set[int] = set()
        self._old: set[int] = set()

    def __contains__(self, event_id: object) -> bool:
        return event_id in self._young or event_id in self._old

    def __bool__(self) -> bool:
        return bool(self._young or self._old)

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
    return int.from_bytes(hashlib.blake2b(uuid.encode(), digest_size=16).digest())


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
        self.counted = 0
        self.repeated = 0
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
        self._days: dict[str, date | None] = {}
        self._hours: dict[str, tuple[datetime, date] | None] = {}

    @property
    def full(self) -> bool:
        """Whether these are more events than shall be held at once."""
        return self._events_max is not None and len(self.met) > self._events_max

    def wants(self, event_type: str) -> bool:
        """Whether events of this type are metered at all."""
        return event_type in self._metrics

    def add(
        self,
        event_type: str,
        event_time: str,
        uuid: str,
        properties: Mapping[str, object],
        user: Mapping[str, object] | None = None,
        uploaded: str = "",
    ) -> None:
        """Count one exported line. A metered event without account, time or number is counted as unreadable."""
        metrics = self._metrics.get(event_type)
        if metrics is None:
            return
        number = event_id(uuid)
        self.met.add(number)
        if number in self.event_ids or number in self._recent:
            self.repeated += 1
            return
        self.event_ids.add(number)
        account = properties.get(self._account_property)
        day = self._day(event_time)
        if not isinstance(account, str) or not account:
            self.refuse(f"event_properties.{self._account_property}: {account!r} names no account")
            return
        if day is None:
            self.refuse(f"event_time: {event_time!r} is no instant")
            return
        if day < self._first_day:
            return
        self.accounts.add(account)
        arrived = self._hour(uploaded)
        for metric in metrics:
            if all(one.lets_through(properties, user or {}) for one in metric.filters):
                self._count(Key(metric.name, day, account), metric, properties, arrived)

    def refuse(self, why: str) -> None:
        """Count a metered event that cannot be read."""
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
        self.refuse(f"event_properties.{name}: {value!r} is no exact number")
        return None

    def _day(self, event_time: str) -> date | None:
        # Minutes decide: no zone changes its day within one.
        minute = event_time[:16]
        if minute not in self._days:
            if len(self._days) > 100_000:
                self._days.clear()
            self._days[minute] = _local_day(minute, self._zone)
        return self._days[minute]

    def _hour(self, uploaded: str) -> tuple[datetime, date] | None:
        """The hour of an upload, and the day that it began on."""
        text = uploaded[:13]
        if text not in self._hours:
            if len(self._hours) > 10_000:
                self._hours.clear()
            hour = _instant(text)
            self._hours[text] = None if hour is None else (hour, hour.astimezone(self._zone).date())
        return self._hours[text]


def _local_day(minute: str, zone: tzinfo) -> date | None:
    instant = _instant(minute)
    return None if instant is None else instant.astimezone(zone).date()


def _instant(text: str) -> datetime | None:
    """Export times are UTC without saying so: `2026-10-01 10:00`."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
