"""Handing out what changed: gathered, in scope, and only while access lasts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.errors import Unavailable
from dashboard_api.ports.signin import LivingSession
from dashboard_api.usecases.live import LISTENERS_PER_USER_MAX, LiveHub, News, newest, visible, visible_retries

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OWNERS = {"a1": {"ana"}, "b1": {"ben"}}


class FakeOwners:
    def __init__(self) -> None:
        self.away = False
        self.asked: list[list[str]] = []

    async def of(self, client_ids: Sequence[str]) -> Mapping[str, set[str]]:
        self.asked.append(sorted(client_ids))
        if self.away:
            raise Unavailable("away")
        return OWNERS


class FakeSessions:
    def __init__(self) -> None:
        self.ended: set[str] = set()

    async def living(self, session_ids: Sequence[str]) -> set[str]:
        return set(session_ids) - self.ended

    async def open(self, principal: Principal) -> str:
        raise AssertionError(principal)

    async def find(self, token: str) -> Principal | None:
        raise AssertionError(token)

    async def end(self, principal: Principal) -> None:
        raise AssertionError(principal)

    async def all(self) -> Sequence[LivingSession]:
        raise AssertionError

    async def revoke(self, principal: Principal, session_id: str) -> bool:
        raise AssertionError(session_id)

    async def revoke_all(self, principal: Principal, *, user: str | None) -> list[str]:
        raise AssertionError(user)

    async def sweep(self) -> None:
        raise AssertionError


def hub() -> tuple[LiveHub, FakeOwners, FakeSessions]:
    owners, sessions = FakeOwners(), FakeSessions()
    return LiveHub(owners=owners, sessions=sessions, now=lambda: NOW), owners, sessions


def manager(user: str, session: str | None = None) -> Principal:
    return Principal(user=user, role=Role.ACCOUNT_MANAGER, session_id=session)


def test_domain_rule_33_the_higher_revision_stays() -> None:
    assert newest({"a": 3, "b": 1}, {"a": 2, "c": 5}) == {"a": 3, "b": 1, "c": 5}


def test_domain_rule_33_scope_decides_what_is_visible() -> None:
    changes = {"a1": 1, "b1": 2, "x1": 3}
    assert visible(manager("ana"), changes, OWNERS) == {"a1": 1}
    assert visible(Principal(user="fay", role=Role.FINANCE), changes, {}) == changes
    assert visible(Principal(user="olga", role=Role.PRODUCT_OWNER), changes, OWNERS) == {}


async def test_domain_rule_33_changes_are_merged_until_they_are_read() -> None:
    live, _, _ = hub()
    ana = live.open(manager("ana"))
    for revision in (1, 3, 2):
        live.offer({"a1": revision, "b1": revision})
        await live.hand_out()
    assert await ana.news(1) == News({"a1": 3})
    assert await ana.news(0.01) == News()


async def test_nothing_is_lost_while_the_database_is_away() -> None:
    live, owners, _ = hub()
    ana = live.open(manager("ana"))
    owners.away = True
    live.offer({"a1": 1})
    with contextlib.suppress(Unavailable):
        await live.hand_out()
    live.offer({"a1": 2})
    owners.away = False
    await live.hand_out()
    assert await ana.news(1) == News({"a1": 2})


async def test_an_ended_session_or_token_is_closed_before_it_hears_more() -> None:
    live, _, sessions = hub()
    ana = live.open(manager("ana", "s1"))
    program = live.open(Principal(user="ben", role=Role.ACCOUNT_MANAGER, valid_until=NOW - timedelta(seconds=1)))
    sessions.ended.add("s1")
    live.offer({"a1": 1})
    await live.hand_out()
    assert (ana.closed, program.closed) == ("session_ended", "token_ended")


async def test_a_user_has_a_few_streams_and_the_oldest_goes() -> None:
    live, _, _ = hub()
    listeners = [live.open(manager("ana")) for _ in range(LISTENERS_PER_USER_MAX + 1)]
    other = live.open(manager("ben"))
    assert [each.closed for each in listeners] == ["too_many_streams", *[None] * LISTENERS_PER_USER_MAX]
    assert other.closed is None


async def test_without_listeners_nothing_is_gathered() -> None:
    live, owners, _ = hub()
    live.offer({"a1": 1})
    await live.hand_out()
    ana = live.open(manager("ana"))
    await live.hand_out()
    assert owners.asked == []
    live.leave(ana)
    live.leave(ana)
    assert live.listeners == []


async def test_the_loop_hands_out_and_sends_everybody_away_at_its_end() -> None:
    live, _, _ = hub()
    running = asyncio.create_task(live.run())
    ana = live.open(manager("ana"))
    live.offer({"a1": 1})
    assert await ana.news(5) == News({"a1": 1})
    live.announce_sources()
    assert await ana.news(5) == News(sources=True)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert ana.closed == "stopping"
    assert live.open(manager("ana")).closed == "stopping"


async def test_attempts_that_moved_are_told_to_those_who_may_see_them() -> None:
    live, owners, _ = hub()
    ana, ben = live.open(manager("ana")), live.open(manager("ben"))
    live.offer_retries({"pr_1": "a1", "pr_2": "b1"})
    owners.away = True
    with contextlib.suppress(Unavailable):
        await live.hand_out()
    owners.away = False
    await live.hand_out()
    assert await ana.news(1) == News(retries={"pr_1": "a1"})
    assert await ben.news(1) == News(retries={"pr_2": "b1"})


def test_a_role_without_payments_hears_of_no_attempt() -> None:
    retries, owners = {"pr_1": "a1"}, {"a1": {"ana"}}
    assert visible_retries(Principal(user="fay", role=Role.FINANCE), retries, owners) == retries
    assert visible_retries(Principal(user="sam", role=Role.SUPPORT), retries, owners) == {}
    assert visible_retries(manager("ben"), retries, owners) == {}
