from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.quickbooks.tokens import FIRST_REFRESH_TOKEN, Tokens
from trueup_sandbox.world.world import World

BASIC = "Basic " + base64.b64encode(b"qb_client:qb_secret").decode()


def form(token: str) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": token}


async def refused(tokens: Tokens, token: str) -> bytes:
    with pytest.raises(Refused) as caught:
        await tokens.refresh(BASIC, form(token))
    return bytes(caught.value.response.body)


async def test_access_lives_an_hour(world: World, wall: Any) -> None:
    tokens = Tokens(world)
    answer = await tokens.refresh(BASIC, form(FIRST_REFRESH_TOKEN))
    assert answer["refresh_token"] == FIRST_REFRESH_TOKEN
    assert tokens.accepts(f"Bearer {answer['access_token']}")
    wall.turn(hours=1, seconds=1)
    assert not tokens.accepts(f"Bearer {answer['access_token']}")


async def test_the_value_rotates_and_the_old_one_dies_with_the_first_use_of_the_new(world: World, wall: Any) -> None:
    tokens = Tokens(world)
    wall.turn(days=1, seconds=1)
    fresh = (await tokens.refresh(BASIC, form(FIRST_REFRESH_TOKEN)))["refresh_token"]
    assert fresh != FIRST_REFRESH_TOKEN
    assert (await tokens.refresh(BASIC, form(FIRST_REFRESH_TOKEN)))["refresh_token"] == fresh
    await tokens.refresh(BASIC, form(fresh))
    assert b"invalid_grant" in await refused(tokens, FIRST_REFRESH_TOKEN)
    await tokens.refresh(BASIC, form(fresh))


async def test_two_at_a_time_revoke_the_connection(world: World) -> None:
    tokens = Tokens(world)
    both = await asyncio.gather(
        *(tokens.refresh(BASIC, form(FIRST_REFRESH_TOKEN)) for _ in range(2)), return_exceptions=True
    )
    assert any(isinstance(one, Refused) for one in both)
    assert b"invalid_grant" in await refused(tokens, FIRST_REFRESH_TOKEN)
    assert (await tokens.refresh(BASIC, form(tokens.reconnect())))["access_token"]


async def test_tokens_survive_a_restart(make_world: Callable[..., World], tmp_path: Path, wall: Any) -> None:
    answer = await Tokens(make_world(state=tmp_path, wall=wall)).refresh(BASIC, form(FIRST_REFRESH_TOKEN))
    assert Tokens(make_world(state=tmp_path, wall=wall)).accepts(f"Bearer {answer['access_token']}")


@pytest.mark.parametrize("basic", ["", "Basic " + base64.b64encode(b"qb_client:wrong").decode()])
async def test_a_wrong_client_is_refused(world: World, basic: str) -> None:
    with pytest.raises(Refused) as caught:
        await Tokens(world).refresh(basic, form(FIRST_REFRESH_TOKEN))
    assert caught.value.response.status_code == 401
