"""PostgreSQL: an engine, the driver's own connection for the hot statements, and patience with passing errors."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from trueup_kit.errors import KitError
from trueup_kit.logs import get_logger

T = TypeVar("T")
log = get_logger(__name__)

CONNECT_TIMEOUT_S = 5
COMMAND_TIMEOUT_S = 60
POOL_TIMEOUT_S = 10
# Errors that pass by themselves; everything else is the fault of what was asked.
_PASSING = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    PoolTimeout,
    ConnectionError,
    TimeoutError,
    OSError,
)


def create_engine(
    dsn: str, *, application_name: str, pool_size: int = 5, schema: str | None = None, max_overflow: int = 0
) -> AsyncEngine:
    """An engine on asyncpg that connects on first use.

    `dsn` is `postgresql://role:password@host:port/database`. `schema` sets the search path; without it PostgreSQL's
    default holds, which is the schema named like the role. Sessions are in UTC.
    """
    scheme, separator, rest = dsn.partition("://")
    if scheme.split("+")[0] not in {"postgresql", "postgres"} or not separator:
        raise ValueError("a PostgreSQL address starts with postgresql://")
    server_settings = {
        "application_name": application_name,
        "timezone": "UTC",
        "jit": "off",
        "idle_in_transaction_session_timeout": "60s",
        "lock_timeout": "30s",
    }
    if schema is not None:
        server_settings["search_path"] = f'"{schema}"'
    return create_async_engine(
        f"postgresql+asyncpg://{rest}",
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=POOL_TIMEOUT_S,
        pool_pre_ping=True,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": COMMAND_TIMEOUT_S,
            "server_settings": server_settings,
        },
    )


async def raw(conn: AsyncConnection) -> asyncpg.Connection[asyncpg.Record]:
    """The asyncpg connection below. Inside `engine.begin()` its statements take part in that transaction."""
    pooled = await conn.get_raw_connection()
    driver = cast("asyncpg.Connection[asyncpg.Record]", pooled.driver_connection)
    if conn.in_transaction() and not driver.is_in_transaction():
        # SQLAlchemy sends BEGIN with its first statement; without one, ours would each commit by itself.
        await conn.exec_driver_sql("SELECT 1")
    return driver


def is_transient(error: BaseException) -> bool:
    """Whether trying the same again later may work: connection lost, server restarting, deadlock, lock time-out."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        cause = error.orig.__cause__ if error.orig is not None else None
        return (cause is not None and is_transient(cause)) or isinstance(error.orig, _PASSING)
    if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError):
        # The driver's words for a connection that ended under it; its other complaints are our mistakes.
        return any(words in str(error) for words in ("closed", "connection", "cannot switch to state"))
    if isinstance(error, ExceptionGroup):
        return all(is_transient(inner) for inner in error.exceptions)
    return isinstance(error, _PASSING)


def passes(error: BaseException) -> bool:
    """Whether trouble passes by itself: a provider, the bus or the database away, a lease held or lost. Else it is a mistake of ours."""
    return isinstance(error, KitError) or is_transient(error)


async def backing_off(
    fn: Callable[[], Awaitable[T]],
    *,
    attempts: int = 12,
    first_delay_s: float = 0.05,
    longest_delay_s: float = 5.0,
    name: str = "database work",
) -> T:
    """Run `fn` again while it fails with a transient database error; about 25 s in all with the defaults.

    Each attempt must be a whole transaction. The last error is raised as it is; any other error at once.
    """
    delay_s = first_delay_s
    for attempt in range(1, attempts + 1):
        try:
            return await fn()
        except Exception as error:
            if attempt == attempts or not is_transient(error):
                raise
            log.warning("database unavailable, trying again", work=name, attempt=attempt, error=describe(error))
        await asyncio.sleep(delay_s * random.uniform(0.5, 1.0))
        delay_s = min(delay_s * 2, longest_delay_s)
    raise AssertionError("attempts must be at least 1")


def describe(error: BaseException) -> str:
    """One line about an error, without the statement and its values."""
    inner = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(inner).strip().splitlines()
    return f"{type(inner).__name__}: {text[0][:200]}" if text else type(inner).__name__
