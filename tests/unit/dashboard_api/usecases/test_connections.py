"""Connecting on the page: bound to a login, each step written down, and nothing of the code in what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.connections import ADDRESS_MAX, Connection, bound_to
from dashboard_api.domain.errors import Conflict, NotAllowed, Refused, Unavailable
from dashboard_api.ports.audit import AuditPage, AuditQuery
from dashboard_api.usecases.connections import ConnectLedger

ADAM = Principal(user="adam", role=Role.ADMIN, session_id="s1")
PROGRAM = Principal(user="adam", role=Role.ADMIN, token_id="t1")


@dataclass
class World:
    """The ledger's service and the audit log, in the order in which they were called."""

    refusal: Refused | None = None
    log_is_damaged: bool = False
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def _do(self, *call: str) -> None:
        self.calls.append(call)
        if self.refusal:
            raise self.refusal

    async def look(self) -> Connection:
        return Connection("alive", None, ends_soon=False)

    async def begin(self, bound_to: str) -> str:
        self._do("begin", bound_to)
        return "https://ledger/allow"

    async def finish(self, address: str, bound_to: str) -> None:
        self._do("finish", address, bound_to)

    async def end(self) -> bool:
        self._do("end")
        return True

    async def page(self, query: AuditQuery) -> AuditPage:
        raise AssertionError("nobody reads")

    async def write(
        self, principal: Principal, action: str, detail: Mapping[str, object], *, client_id: str | None
    ) -> None:
        if self.log_is_damaged:
            raise Unavailable("damaged", code="audit_log_damaged")
        self.calls.append(("audit", principal.user, action, str(detail.get("code", ""))))

    async def write_view(self, principal: Principal, client_id: str) -> None:
        raise AssertionError("nobody looks at an account")

    def flow(self) -> ConnectLedger:
        return ConnectLedger(self, self, key="k")


def test_what_is_begun_is_bound_to_one_login() -> None:
    assert bound_to("k", "s1") == bound_to("k", "s1")
    assert len({bound_to("k", "s1"), bound_to("k", "s2"), bound_to("l", "s1")}) == 3
    assert "s1" not in bound_to("k", "s1")


async def test_each_step_is_written_down() -> None:
    world, mine = World(), bound_to("k", "s1")
    assert await world.flow().begin(ADAM) == "https://ledger/allow"
    await world.flow().finish(ADAM, "?code=c")
    await world.flow().end(ADAM)
    assert world.calls == [
        ("begin", mine),
        ("audit", "adam", "connection.begun", ""),
        ("finish", "?code=c", mine),
        ("audit", "adam", "connection.made", ""),
        ("audit", "adam", "connection.ending", ""),
        ("end",),
        ("audit", "adam", "connection.ended", ""),
    ]


@pytest.mark.parametrize("refusal", [Conflict("no", code="not_begun"), Unavailable("away", code="connection_unclear")])
async def test_what_came_to_nothing_is_written_down_too(refusal: Refused) -> None:
    world = World(refusal)
    with pytest.raises(type(refusal)):
        await world.flow().finish(ADAM, "?code=c")
    assert world.calls[-1] == ("audit", "adam", "connection.refused", refusal.code)


async def test_an_address_without_end_goes_nowhere() -> None:
    world = World()
    with pytest.raises(Conflict) as refused:
        await world.flow().finish(ADAM, "?" + "x" * ADDRESS_MAX)
    assert (refused.value.code, len(world.calls)) == ("incomplete", 1)


async def test_without_a_log_nothing_is_begun_or_ended() -> None:
    world = World(log_is_damaged=True)
    for step in (world.flow().begin, world.flow().end):
        with pytest.raises(Unavailable):
            await step(ADAM)
    assert ("end",) not in world.calls


async def test_a_program_has_no_login_to_come_back_to() -> None:
    world = World()
    for step in (world.flow().begin(PROGRAM), world.flow().finish(PROGRAM, "?code=c")):
        with pytest.raises(NotAllowed) as refused:
            await step
        assert refused.value.code == "needs_login_session"
    assert world.calls == []


async def test_where_the_page_cannot_do_it_it_says_so() -> None:
    world = World()
    flow = ConnectLedger(None, world, key="")
    assert await flow.look() is None
    for step in (flow.begin(ADAM), flow.end(ADAM)):
        with pytest.raises(Conflict) as refused:
            await step
        assert refused.value.code == "not_on_the_page"
    assert world.calls == []
