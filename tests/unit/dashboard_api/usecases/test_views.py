"""A view is written down once a day, and again when it could not be written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.errors import Unavailable
from dashboard_api.ports.audit import AuditPage, AuditQuery
from dashboard_api.usecases.views import Views

ANA = Principal(user="ana", role=Role.ACCOUNT_MANAGER)
FAY = Principal(user="fay", role=Role.FINANCE)


class FakeLog:
    def __init__(self) -> None:
        self.views: list[tuple[str, str]] = []
        self.away = False

    async def page(self, query: AuditQuery) -> AuditPage:
        raise AssertionError(query)

    async def write(
        self, principal: Principal, action: str, detail: Mapping[str, object], *, client_id: str | None
    ) -> None:
        raise AssertionError(action)

    async def write_view(self, principal: Principal, client_id: str) -> None:
        if self.away:
            raise Unavailable("away")
        self.views.append((principal.user, client_id))


async def test_a_view_is_written_once_a_day_for_each_person_and_account() -> None:
    log, now = FakeLog(), [datetime(2026, 11, 1, 23, 59, tzinfo=UTC)]
    views = Views(log, now=lambda: now[0])
    for principal, client in ((ANA, "a1"), (ANA, "a1"), (ANA, "a2"), (FAY, "a1")):
        assert await views.seen(principal, client)
    assert log.views == [("ana", "a1"), ("ana", "a2"), ("fay", "a1")]
    now[0] += timedelta(minutes=1)
    assert await views.seen(ANA, "a1")
    assert log.views[3:] == [("ana", "a1")]


async def test_what_could_not_be_written_is_written_the_next_time() -> None:
    log = FakeLog()
    views = Views(log, now=lambda: datetime(2026, 11, 1, tzinfo=UTC))
    log.away = True
    assert not await views.seen(ANA, "a1")
    log.away = False
    assert await views.seen(ANA, "a1")
    assert log.views == [("ana", "a1")]
