"""The rotating refresh token: one writer, stored before use, dead means stop."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from prometheus_client import REGISTRY
from tests.integration.ingest_quickbooks.conftest import KEY

from ingest_quickbooks.domain.tokens import reconnect_soon
from ingest_quickbooks.ports import ConnectionDead, SourceUnavailable
from trueup_sandbox.providers.quickbooks import tokens


def _gauge(name: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"source": "quickbooks"})


class TestRotation:
    async def test_two_refreshers_at_once_refresh_once(self, bench: Any) -> None:
        first, second = bench.vault(), bench.vault()
        tokens = await asyncio.gather(first.access_token(), second.access_token())
        assert tokens[0] == tokens[1]
        assert bench.wire.paths() == ["bearer"]
        bench.time.pass_by(minutes=30)
        bench.sandbox.controls.tokens.expire()
        renewed = await asyncio.gather(
            first.access_token(refused=tokens[0]), second.access_token(refused=tokens[0]), first.access_token()
        )
        assert tokens[0] not in renewed[:2]
        assert renewed[0] == renewed[1]
        assert bench.wire.paths() == ["bearer"]
        assert (await bench.pull()).complete

    async def test_follows_the_value_as_it_rotates(self, bench: Any) -> None:
        seen = set()
        for _ in range(4):
            await bench.vault().access_token()
            seen.add(bench.world.memory.tokens["refresh"])
            bench.time.pass_by(hours=25)
        assert len(seen) >= 3

    async def test_what_was_given_is_stored_before_it_is_used(self, bench: Any) -> None:
        async def look(request: httpx.Request) -> None:
            if "/v3/company/" in request.url.path:
                (row,) = await bench.sql("SELECT access_token, state FROM connections")
                assert row.access_token is not None

        bench.wire.before = look
        assert (await bench.pull()).complete

    async def test_nothing_readable_lies_in_the_database(self, bench: Any) -> None:
        token = await bench.vault().access_token()
        (row,) = await bench.sql("SELECT * FROM connections")
        stored = b"".join(bytes(value) for value in row if isinstance(value, (bytes, memoryview)))
        assert token.encode() not in stored
        assert b"qb_refresh" not in stored

    async def test_the_initial_token_fills_an_empty_vault_only(self, bench: Any) -> None:
        await bench.vault().access_token()
        bench.time.pass_by(hours=2)
        await bench.vault(initial="something else").access_token()

    async def test_a_renewal_is_stored_though_nobody_waits_for_it_any_more(self, bench: Any) -> None:
        await bench.vault().access_token()
        bench.time.pass_by(hours=25)
        asked = asyncio.Event()

        async def note(request: httpx.Request) -> None:
            asked.set()

        bench.wire.before = note
        vault = bench.vault()
        pull = asyncio.create_task(vault.access_token())
        await asyncio.wait_for(asked.wait(), 10)
        pull.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pull
        await vault.settle()
        bench.wire.paths()
        rotated = bench.world.memory.tokens["refresh"]
        assert await bench.vault().access_token() in bench.world.memory.tokens["access"]
        assert bench.wire.paths() == [], "nothing had to be asked for again"
        bench.time.pass_by(hours=25)
        await bench.vault().access_token()
        assert rotated in {bench.world.memory.tokens["former"], bench.world.memory.tokens["refresh"]}


class TestKeys:
    async def test_a_new_key_takes_over_with_the_next_renewal(self, bench: Any) -> None:
        token = await bench.vault().access_token()
        new = Fernet.generate_key().decode()
        assert (await bench.vault(keys=new).state()).state == "dead", "a key alone that has sealed nothing"
        both = f"{new}, {KEY}"
        assert await bench.vault(keys=both).access_token() == token
        bench.time.pass_by(hours=2)
        await bench.vault(keys=both).access_token()
        assert (await bench.vault(keys=new).state()).state == "alive"
        bench.time.pass_by(hours=2)
        await bench.vault(keys=new).access_token()

    async def test_a_wrong_key_ends_nothing(self, bench: Any) -> None:
        await bench.vault().access_token()
        bench.time.pass_by(hours=2)
        bench.wire.paths()
        with pytest.raises(ConnectionDead, match="another TOKEN_KEY"):
            await bench.vault(keys=Fernet.generate_key().decode()).access_token()
        assert bench.wire.paths() == []
        await bench.vault().access_token()


class TestEnd:
    async def test_is_told_before_five_years_are_over_though_each_renewal_works(
        self, bench: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        vault = bench.vault()
        await vault.access_token()
        rolling = bench.time() + timedelta(seconds=tokens.REFRESH_LIVES_S)
        assert (await vault.state()).ends_at == rolling
        born = bench.world.memory.tokens["connected_ms"]
        monkeypatch.setattr(tokens, "CONNECTION_LIVES_S", 30 * 86_400)
        bench.time.pass_by(days=20)
        await vault.access_token()
        ends_at = (await vault.state()).ends_at
        assert abs(ends_at.timestamp() - (born / 1000 + 30 * 86_400)) < 2
        assert reconnect_soon(ends_at, bench.time())
        await vault.tell()
        assert _gauge("trueup_connection_refresh_ends_timestamp_seconds") == ends_at.timestamp()
        bench.time.pass_by(days=11)
        with pytest.raises(ConnectionDead, match="invalid_grant"):
            await vault.access_token()


async def _four_pulls(bench: Any, refusal: str) -> list[tuple[str | None, list[str]]]:
    """What pulls three minutes apart come to, and ask for, from a token on that QuickBooks has never taken."""
    await bench.pull()
    bench.time.pass_by(hours=2)
    bench.sandbox.controls.tokens.temper.refusal = refusal
    bench.wire.paths()
    outcomes = []
    for _ in range(4):
        outcomes.append(((await bench.pull()).reason, bench.wire.paths()))
        bench.time.pass_by(minutes=3)
    return outcomes


class TestRefusal:
    @pytest.mark.parametrize(
        ("refusal", "words", "asked"),
        [
            ("lapsed", "code 6190", ["cdc"]),
            ("forbidden", "code 120", ["cdc"]),
            ("unauthorized", "code 3200", ["cdc", "bearer", "cdc"]),
        ],
    )
    async def test_for_good_stops_every_replica_until_somebody_connects(
        self, bench: Any, refusal: Any, words: str, asked: list[str]
    ) -> None:
        await bench.pull()
        bench.time.pass_by(minutes=30)
        bench.sandbox.controls.tokens.temper.refusal = refusal
        bench.wire.paths()
        outcome = await bench.pull()
        assert (outcome.reason, bench.wire.paths()) == ("connection_dead", asked)
        assert words in outcome.error
        other = bench.vault()
        assert (await other.state()).state == "dead"
        await other.tell()
        assert _gauge("trueup_connection_alive") == 0
        for _ in range(2):
            bench.time.pass_by(minutes=6)
            outcome = await bench.pull(vault=other)
            assert (outcome.reason, bench.wire.paths()) == ("connection_dead", [])
            assert "connect QuickBooks again: QuickBooks" in outcome.error
            assert words in outcome.error
        bench.sandbox.controls.tokens.temper.refusal = "none"
        fresh = bench.sandbox.controls.tokens.reconnect()
        again = bench.vault(initial=fresh)
        assert (await bench.pull(vault=again)).complete
        await again.tell()
        assert _gauge("trueup_connection_alive") == 1

    async def test_of_a_token_that_never_worked_is_believed_after_one_more_renewal(self, bench: Any) -> None:
        outcomes = await _four_pulls(bench, "unauthorized")
        assert outcomes == [
            ("provider_error", ["bearer", "cdc"]),
            ("provider_error", ["cdc"]),
            ("connection_dead", ["cdc", "bearer", "cdc"]),
            ("connection_dead", []),
        ]

    async def test_by_a_gateway_ends_nothing(self, bench: Any) -> None:
        outcomes = await _four_pulls(bench, "xml_401")
        renewed, left_alone = ("provider_error", ["cdc", "bearer", "cdc"]), ("provider_error", ["cdc"])
        assert outcomes == [("provider_error", ["bearer", "cdc"]), left_alone, renewed, left_alone]
        bench.sandbox.controls.tokens.temper.refusal = "none"
        assert (await bench.pull()).complete

    async def test_of_a_former_token_says_nothing_about_the_newest(self, bench: Any) -> None:
        vault = bench.vault()
        former = await vault.access_token()
        bench.time.pass_by(hours=2)
        await vault.access_token()
        assert not await vault.refuse(former, "QuickBooks answered HTTP 401")
        assert (await vault.state()).state == "alive"
        bench.wire.paths()
        await vault.access_token()
        assert bench.wire.paths() == []

    async def test_a_refused_connection_can_still_be_given_back(self, bench: Any) -> None:
        vault = bench.vault()
        assert await vault.refuse(await vault.access_token(), "lapsed")
        assert await vault.disconnect()
        assert bench.world.memory.tokens["revoked"]
        assert not await vault.disconnect()


class TestDeath:
    async def test_stops_and_is_reported_without_asking_again(self, bench: Any) -> None:
        await bench.pull()
        bench.world.memory.tokens["revoked"] = True
        bench.time.pass_by(hours=2)
        bench.wire.paths()
        assert not (await bench.pull()).complete
        assert bench.wire.paths() == ["bearer"]
        bench.time.pass_by(minutes=1)
        assert not (await bench.pull()).complete
        assert bench.wire.paths() == []
        report = await bench.report()
        assert report.reason == "connection_dead"
        assert "connect" in (report.error or "")

    async def test_a_new_initial_token_reconnects(self, bench: Any) -> None:
        await bench.pull()
        bench.world.memory.tokens["revoked"] = True
        bench.time.pass_by(hours=2)
        with pytest.raises(ConnectionDead):
            await bench.vault().access_token()
        fresh = bench.sandbox.controls.tokens.reconnect()
        assert (await bench.pull(vault=bench.vault(initial=fresh))).complete

    async def test_a_fresh_token_that_is_refused_is_not_renewed_over_and_over(self, bench: Any) -> None:
        token = await bench.vault().access_token()
        bench.wire.paths()
        with pytest.raises(SourceUnavailable, match="just given"):
            await bench.vault().access_token(refused=token)
        assert bench.wire.paths() == []

    async def test_silence_of_the_token_endpoint_kills_nothing(self, bench: Any) -> None:
        await bench.vault().access_token()
        bench.time.pass_by(hours=2)
        bench.sandbox.controls.gates["quickbooks"].break_down("down", None)
        with pytest.raises(SourceUnavailable) as caught:
            await bench.vault().access_token()
        assert not isinstance(caught.value, ConnectionDead)
        bench.sandbox.controls.gates["quickbooks"].break_down("none", None)
        await bench.vault().access_token()
