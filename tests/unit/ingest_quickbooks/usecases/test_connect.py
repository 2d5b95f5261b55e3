"""Connecting: a state is used up by the first try, and the code goes out only when everything else fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from ingest_quickbooks.domain.connecting import Connection, NotConnected, answer_of, mark_of
from ingest_quickbooks.usecases.connect import Connecting

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@dataclass
class Kept:
    """States and a vault in memory, with a clock."""

    now: datetime = NOW
    states: dict[str, datetime] = field(default_factory=dict)
    codes: list[tuple[str, str]] = field(default_factory=list)

    async def put(self, mark: str, until: datetime) -> None:
        self.states[mark] = until

    async def take(self, mark: str, now: datetime) -> bool:
        return now < self.states.pop(mark, now)

    async def connect(self, code: str, redirect_uri: str) -> None:
        self.codes.append((code, redirect_uri))

    async def disconnect(self) -> bool:
        raise AssertionError("nobody asked for it")

    async def state(self) -> Connection:
        return Connection("alive" if self.codes else "none")

    def flow(self, way_back: str | None = "https://us/back") -> Connecting:
        return Connecting(self, self, lambda: self.now, "https://ledger/allow", "app", way_back, "99")


def back(begun: str, **changes: str) -> str:
    state = parse_qs(urlsplit(begun).query)["state"][0]
    told = {"code": "c1", "realmId": "99", "state": state} | changes
    return f"https://us/back?{urlencode({name: value for name, value in told.items() if value})}"


async def test_the_address_says_who_asks_for_what() -> None:
    asked = parse_qs(urlsplit(await Kept().flow().begin("ana")).query)
    assert asked["client_id"] == ["app"]
    assert asked["redirect_uri"] == ["https://us/back"]
    assert asked["scope"] == ["com.intuit.quickbooks.accounting"]
    assert len(asked["state"][0]) >= 43


async def test_it_is_finished_once() -> None:
    kept = Kept()
    address = back(await kept.flow().begin("ana"))
    await kept.flow().finish(f"  {address}\n", "ana")
    with pytest.raises(NotConnected, match="used already"):
        await kept.flow().finish(address, "ana")
    assert kept.codes == [("c1", "https://us/back")]


@pytest.mark.parametrize(
    ("changes", "who", "code", "words"),
    [
        ({}, "ben", "not_begun", "not begun here"),
        ({"state": ""}, "ana", "not_begun", "not begun here"),
        ({"realmId": "1"}, "ana", "other_company", "company 1 was chosen, but this installation is for 99"),
        ({"realmId": ""}, "ana", "incomplete", "no realmId"),
        ({"code": ""}, "ana", "incomplete", "no code"),
        ({"error": "access_denied"}, "ana", "refused", "'access_denied'"),
    ],
)
async def test_what_does_not_fit_sends_no_code(changes: dict[str, str], who: str, code: str, words: str) -> None:
    kept = Kept()
    with pytest.raises(NotConnected, match=words) as refused:
        await kept.flow().finish(back(await kept.flow().begin("ana"), **changes), who)
    assert refused.value.code == code
    assert kept.codes == []


async def test_a_wrong_try_uses_the_state_up_and_time_does_too() -> None:
    kept = Kept()
    begun = await kept.flow().begin("ana")
    with pytest.raises(NotConnected, match="company 1"):
        await kept.flow().finish(back(begun, realmId="1"), "ana")
    with pytest.raises(NotConnected, match="used already"):
        await kept.flow().finish(back(begun), "ana")
    begun = await kept.flow().begin("ana")
    kept.now += timedelta(minutes=10)
    with pytest.raises(NotConnected, match="older than ten minutes"):
        await kept.flow().finish(back(begun), "ana")
    assert kept.codes == []


async def test_without_a_way_back_nothing_is_begun() -> None:
    kept = Kept()
    with pytest.raises(NotConnected, match="set INGEST_QUICKBOOKS_REDIRECT_URI") as refused:
        await kept.flow(None).begin("ana")
    assert (refused.value.code, kept.states) == ("not_set_up", {})


def test_a_repeated_parameter_counts_as_none() -> None:
    assert answer_of("https://us/back?code=1&code=2&realmId=9") == {"realmId": "9"}


def test_what_is_kept_gives_the_state_to_nobody() -> None:
    assert mark_of("s", "ana") != mark_of("s", "ben") != mark_of("t", "ben")
    assert "s3cret" not in mark_of("s3cret", "ana")
