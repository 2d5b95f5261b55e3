"""A flood of attempts is not a flood of rows, and what was left out is counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from dashboard_api.domain.access import Principal, Role
from dashboard_api.ports.audit import AuditPage, AuditQuery
from dashboard_api.usecases.refusals import PER_MINUTE_MAX, Refusals

ANA = Principal(user="ana", role=Role.ACCOUNT_MANAGER)
BEN = Principal(user="ben", role=Role.ACCOUNT_MANAGER)


class FakeLog:
    def __init__(self) -> None:
        self.written: list[tuple[str, str, dict[str, object], str | None]] = []

    async def page(self, query: AuditQuery) -> AuditPage:
        raise AssertionError(query)

    async def write(
        self, principal: Principal, action: str, detail: Mapping[str, object], *, client_id: str | None
    ) -> None:
        self.written.append((principal.user, action, dict(detail), client_id))

    async def write_view(self, principal: Principal, client_id: str) -> None:
        raise AssertionError(client_id)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_a_flood_is_bounded_for_each_user_and_counted() -> None:
    log, clock = FakeLog(), Clock()
    refusals = Refusals(log, now=clock)
    for _ in range(500):
        await refusals.write(ANA, "access.refused", {"code": "not_allowed"}, client_id="b1")
    await refusals.write(BEN, "access.refused", {}, client_id=None)
    assert [user for user, *_ in log.written] == ["ana"] * PER_MINUTE_MAX + ["ben"]
    clock.now += timedelta(seconds=59)
    await refusals.write(ANA, "access.refused", {}, client_id=None)
    assert len(log.written) == PER_MINUTE_MAX + 1
    clock.now += timedelta(seconds=1)
    await refusals.write(ANA, "access.refused", {}, client_id=None)
    assert log.written[-1] == ("ana", "access.refused", {"left_out_before": 500 - PER_MINUTE_MAX + 1}, None)
    await refusals.write(ANA, "access.refused", {}, client_id=None)
    assert log.written[-1][2] == {}
