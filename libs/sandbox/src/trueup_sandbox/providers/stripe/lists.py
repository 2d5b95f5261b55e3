"""Stripe's lists: newest first, in pages, filtered."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from trueup_sandbox.providers.stripe.requests import Params, invalid
from trueup_sandbox.providers.stripe.shapes import Json, listing
from trueup_sandbox.world.records import GatewayEvent, Record
from trueup_sandbox.world.store import Shelf

R = TypeVar("R", bound=Record)
T = TypeVar("T", bound="Record | GatewayEvent")
_FOR_EVER = 1 << 40
LIMIT_DEFAULT, LIMIT_MAX, TYPES_MAX = 10, 100, 20
PAGING = {"limit", "starting_after", "ending_before", "expand", "created"}


def limit_of(params: Params) -> int:
    """The page size asked for."""
    try:
        limit = int(params.get("limit", LIMIT_DEFAULT))
    except ValueError:
        raise invalid("Invalid integer: limit", param="limit") from None
    if not 1 <= limit <= LIMIT_MAX:
        raise invalid(f"This value must be between 1 and {LIMIT_MAX}.", param="limit")
    return limit


def within(params: Params, name: str) -> range:
    """The seconds that `name=…` or `name[gte]=…` allow."""
    asked: Any = params.get(name)
    if asked is None:
        return range(_FOR_EVER)
    bounds = asked if isinstance(asked, dict) else {"gte": asked, "lte": asked}
    try:
        low = max(int(bounds.get("gte", 0)), int(bounds.get("gt", -1)) + 1)
        high = min(int(bounds.get("lte", _FOR_EVER)), int(bounds.get("lt", _FOR_EVER)) - 1)
    except ValueError:
        raise invalid(f"Invalid timestamp: {name}", param=name) from None
    return range(low, high + 1)


def _created_in(records: Iterable[T], seconds: range, *, backwards: bool) -> Iterator[T]:
    """Those created within; records come newest first, or oldest first when going backwards."""
    for one in records:
        created: int = one.created_ms // 1000
        if created in seconds:
            yield one
        elif (created < seconds.start) != backwards:
            return


def page(
    shelf: Shelf[R],
    params: Params,
    *,
    url: str,
    keep: Callable[[R], bool],
    shape: Callable[[R], Json],
    find: Callable[[str], R | None],
) -> Json:
    """One page of a shelf."""
    limit = limit_of(params)
    backwards = "ending_before" in params
    cursor = params.get("ending_before") or params.get("starting_after")
    after = None
    if cursor is not None:
        record = find(cursor)
        if record is None:
            raise invalid(f"No such object: '{cursor}'", status=400, code="resource_missing", param="starting_after")
        after = (record.created_ms, record.id)
    found: Iterator[R] = shelf.oldest(after=after) if backwards and after else shelf.newest(after=after)
    young = _created_in(found, within(params, "created"), backwards=backwards)
    chosen = list(islice((one for one in young if keep(one)), limit + 1))
    data = [shape(one) for one in chosen[:limit]]
    return listing(data[::-1] if backwards else data, url, has_more=len(chosen) > limit)


def page_events(
    events: list[GatewayEvent],
    index: dict[str, int],
    params: Params,
    *,
    oldest_ms: int,
    shape: Callable[[GatewayEvent], Json],
    delivered: Container[str],
) -> Json:
    """One page of the events; their order is the order of happening."""
    limit = limit_of(params)
    types = params.get("types") or ([params["type"]] if "type" in params else [])
    if len(types) > TYPES_MAX:
        raise invalid(f"You may pass up to {TYPES_MAX} event types.", param="types")
    created = within(params, "created")
    created = range(max(created.start, oldest_ms // 1000), created.stop)
    backwards = "ending_before" in params
    cursor = params.get("ending_before") or params.get("starting_after")
    if cursor is not None and cursor not in index:
        raise invalid(f"No such event: '{cursor}'", status=400, code="resource_missing", param="starting_after")
    place = index[cursor] if cursor is not None else None
    if backwards and place is not None:
        candidates: Iterable[GatewayEvent] = (events[at] for at in range(place + 1, len(events)))
    else:
        start = len(events) if place is None else place
        candidates = (events[at] for at in range(start - 1, -1, -1))
    young = _created_in(candidates, created, backwards=backwards)
    undelivered = params.get("delivery_success") == "false"
    kept = (
        one for one in young if (not types or one.type in types) and not (undelivered and one.id in delivered)
    )  # fmt: skip
    chosen = list(islice(kept, limit + 1))
    data = [shape(one) for one in chosen[:limit]]
    return listing(data[::-1] if backwards else data, "/v1/events", has_more=len(chosen) > limit)
