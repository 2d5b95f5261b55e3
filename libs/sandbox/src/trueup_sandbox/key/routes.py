"""`POST /control/key`."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, HTTPException

from trueup_sandbox.key.answers import answer
from trueup_sandbox.key.asked import Question
from trueup_sandbox.world.desk import UnknownObject
from trueup_sandbox.world.world import World

PER_TURN = 10


def build(world: World) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/control")

    @router.post("/key")
    async def key(question: Question) -> dict[str, Any]:
        answers = []
        for place, asked in enumerate(question.accounts):
            try:
                answers.append(answer(world, asked))
            except UnknownObject as error:
                raise HTTPException(404, str(error)) from error
            if place % PER_TURN == 0:
                await asyncio.sleep(0)
        return {"accounts": answers}

    return router
