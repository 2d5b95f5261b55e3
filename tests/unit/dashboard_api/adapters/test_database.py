"""What passes by itself is told as such; a mistake of ours stays one."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import asyncpg
import pytest
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from dashboard_api.adapters.database import Database
from dashboard_api.domain.errors import Unavailable


class Engine:
    """Whose connections cannot be had."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def connect(self) -> Engine:
        return self

    async def __aenter__(self) -> Any:
        raise self._error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raise AssertionError("it was never entered")


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        PoolTimeout(),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.InterfaceError("connection is closed"),
        # A connection that another request gave up in the middle of a statement.
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
    ],
)
async def test_a_database_that_cannot_be_used_just_now_is_told_as_away(error: Exception) -> None:
    with pytest.raises(Unavailable):
        async with Database(Engine(error)).autocommit():  # type: ignore[arg-type]
            raise AssertionError("there is no connection")


@pytest.mark.parametrize("error", [asyncpg.UndefinedTableError("no such table"), InvalidRequestError("misused")])
async def test_a_mistake_of_ours_is_not_told_as_the_databases(error: Exception) -> None:
    with pytest.raises(type(error)):
        async with Database(Engine(error)).autocommit():  # type: ignore[arg-type]
            raise AssertionError("there is no connection")
