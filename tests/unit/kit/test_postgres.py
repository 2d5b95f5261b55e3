"""Which database errors pass by themselves, and how patience is bounded."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from trueup_kit import postgres
from trueup_kit.postgres import backing_off, create_engine, describe, is_transient


def wrapped(cause: Exception) -> DBAPIError:
    inner = Exception("wrapped")
    inner.__cause__ = cause
    return OperationalError("SELECT secret", {"x": "secret"}, inner)


PASSING = [
    asyncpg.ConnectionDoesNotExistError("gone"),
    asyncpg.CannotConnectNowError("starting up"),
    asyncpg.AdminShutdownError("shutting down"),
    asyncpg.DeadlockDetectedError("deadlock"),
    asyncpg.SerializationError("serialization"),
    asyncpg.LockNotAvailableError("lock time-out"),
    asyncpg.TooManyConnectionsError("full"),
    asyncpg.DiskFullError("disk full"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
    ConnectionRefusedError("refused"),
    TimeoutError(),
    PoolTimeout(),
]
LASTING = [
    asyncpg.UniqueViolationError("twice"),
    asyncpg.UndefinedTableError("no table"),
    asyncpg.InsufficientPrivilegeError("not yours"),
    asyncpg.InvalidPasswordError("wrong password"),
    asyncpg.InterfaceError("the server expects 1 argument"),
    ValueError("ours"),
    RuntimeError("ours"),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: type(error).__name__)
def test_passing_errors_are_transient_also_below_sqlalchemy(error: Exception) -> None:
    assert is_transient(error)
    assert is_transient(wrapped(error))


@pytest.mark.parametrize("error", LASTING, ids=lambda error: type(error).__name__)
def test_mistakes_are_not(error: Exception) -> None:
    assert not is_transient(error)
    assert not is_transient(wrapped(error))


def test_a_group_is_transient_only_when_all_of_it_is() -> None:
    assert is_transient(ExceptionGroup("x", [ConnectionError(), TimeoutError()]))
    assert not is_transient(ExceptionGroup("x", [ConnectionError(), ValueError()]))


async def test_patience_is_bounded_and_ends_with_the_error_itself() -> None:
    asked = 0

    async def down() -> None:
        nonlocal asked
        asked += 1
        raise ConnectionRefusedError(f"no {asked}")

    with pytest.raises(ConnectionRefusedError, match="no 4"):
        await backing_off(down, attempts=4, first_delay_s=0.001)
    assert asked == 4


async def test_a_mistake_is_not_repeated_and_a_late_success_counts() -> None:
    asked = 0

    async def third_time() -> int:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise asyncpg.DeadlockDetectedError("again")
        if asked > 3:
            raise ValueError("ours")
        return 7

    assert await backing_off(third_time, first_delay_s=0.001) == 7
    with pytest.raises(ValueError, match="ours"):
        await backing_off(third_time, first_delay_s=0.001)
    assert asked == 4


def test_an_error_is_described_without_statement_and_values() -> None:
    text = describe(wrapped(asyncpg.DeadlockDetectedError("deadlock detected\nprocess 7 waits")))
    assert "secret" not in text
    assert "\n" not in text


def test_only_postgresql_addresses_are_taken() -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        create_engine("sqlite:///x", application_name="x")
    assert create_engine("postgresql://a@h/d", application_name="x").url.drivername == "postgresql+asyncpg"
    assert postgres.POOL_TIMEOUT_S > 0
