"""The rotating refresh token: one writer, stored before use, dead means stop."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from ingest_quickbooks.ports import ConnectionDead, SourceUnavailable


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
