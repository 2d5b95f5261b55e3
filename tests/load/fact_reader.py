"""One process that reads the usage topic into PostgreSQL in one of the ways that `bench_reconciler` compares.

`python tests/load/fact_reader.py WAY BOOTSTRAP DSN GROUP BATCH` prints one JSON line per committed batch, `{"n": records so
far, "at": monotonic seconds, "began": of the first batch, "cpu_s": of this process, "statements": so far}`, until SIGTERM.

ways: `ours` is the reconciler's own subscription and store; `bare` reads the same records with aiokafka and COPYs them into
a plain table; `textbook` takes one message at a time through FastStream's pydantic decoding and commits it with the ORM.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import asyncpg
from aiokafka import AIOKafkaConsumer
from faststream.kafka import KafkaBroker
from sqlalchemy import DateTime, event
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from reconciler.adapters.facts import PostgresFacts
from reconciler.entrypoints.subscribers import handler, start_at
from reconciler.ports import wire
from reconciler.settings import YOUNG_OBJECTS
from trueup_contracts.usage import UsageObservedV1
from trueup_kit.consumer import Consumer, Record
from trueup_kit.postgres import create_engine
from trueup_kit.service import launch

TOPIC = UsageObservedV1.topic
COLUMNS = ("ref", "metric", "grain", "day", "version", "quantity", "unit", "time_zone", "observed_at")


@dataclass
class Progress:
    """What this process did so far."""

    n: int = 0
    began: float | None = None
    statements: int = 0
    cpu_before_s: float = field(default=0.0)

    def begin(self) -> None:
        """The first batch is in hand."""
        if self.began is None:
            self.began, self.cpu_before_s = time.monotonic(), _cpu_s()

    def committed(self, records: int) -> None:
        """One more batch is in the database."""
        self.n += records
        told = {"n": self.n, "began": self.began, "at": time.monotonic(), "cpu_s": _cpu_s() - self.cpu_before_s}
        print(json.dumps(told | {"statements": self.statements}), flush=True)


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system


@dataclass(frozen=True)
class Job:
    """Where to read and write."""

    bootstrap: str
    dsn: str
    group: str
    batch: int
    progress: Progress = field(default_factory=Progress)


async def ours(job: Job) -> None:
    """The reconciler's path, every statement counted at the driver."""
    engine = create_engine(job.dsn, application_name="bench", pool_size=4, schema="reconciler")
    _count_statements(engine, job.progress)
    store = PostgresFacts(engine, service="reconciler")
    consumer = Consumer(job.bootstrap, service="reconciler", group=job.group)
    handle = handler(TOPIC, store, lambda: consumer.take_ahead(TOPIC))

    async def timed(records: list[Record]) -> None:
        job.progress.begin()
        await handle(records)
        job.progress.committed(len(records))

    consumer.subscribe(TOPIC, timed, max_records=job.batch, start_at=start_at(store))
    await consumer.run()


def _count_statements(engine: AsyncEngine, progress: Progress) -> None:
    def one(_: object) -> None:
        progress.statements += 1

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: object, _: object) -> None:
        connection.driver_connection.add_query_logger(one)  # type: ignore[attr-defined]


async def bare(job: Job) -> None:
    """The least that any reader does: fetch, decode, COPY, commit the offsets."""
    connection = await asyncpg.connect(job.dsn)
    decode = wire.decoder(wire.Usage).decode
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=job.bootstrap,
        group_id=job.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=20, max_records=job.batch)
        values = [decode(record.value) for records in found.values() for record in records]
        if not values:
            continue
        job.progress.begin()
        rows = [
            (
                v.ref,
                v.metric,
                v.grain,
                date.fromisoformat(v.first_day),
                v.version,
                Decimal(v.quantity),
                v.unit,
                v.time_zone,
                v.observed_at,
            )
            for v in values
        ]
        await connection.copy_records_to_table("bare_usage", schema_name="public", records=rows, columns=COLUMNS)
        await consumer.commit()
        job.progress.committed(len(values))


class Base(DeclarativeBase):
    """Of the textbook's one table."""


class Usage(Base):
    """A bucket as an object of the ORM."""

    __tablename__ = "usage"
    __table_args__ = {"schema": "reconciler"}

    ref: Mapped[str] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(primary_key=True)
    grain: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int]
    quantity: Mapped[Decimal]
    unit: Mapped[str]
    time_zone: Mapped[str]
    observed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


async def textbook(job: Job) -> None:
    """One message, one object, one transaction, as tutorials have it; it does not even mark the account dirty."""
    sessions = async_sessionmaker(create_async_engine(job.dsn.replace("postgresql://", "postgresql+asyncpg://")))
    broker = KafkaBroker(job.bootstrap, logger=None)

    @broker.subscriber(TOPIC, group_id=job.group, auto_offset_reset="earliest")
    async def handle(fact: UsageObservedV1) -> None:
        job.progress.begin()
        day = date.fromisoformat(fact.bucket)
        async with sessions() as session, session.begin():
            row = await session.get(Usage, (fact.ref, fact.metric, fact.grain, day))
            if row is None:
                row = Usage(ref=fact.ref, metric=fact.metric, grain=fact.grain, day=day, version=0)
                session.add(row)
            if row.version < fact.version:
                row.version, row.quantity, row.unit = fact.version, Decimal(fact.quantity), fact.unit
                row.time_zone, row.observed_at = fact.time_zone, fact.observed_at
        job.progress.committed(1)

    await broker.start()
    await asyncio.Event().wait()


WAYS: dict[str, Callable[[Job], Awaitable[None]]] = {"ours": ours, "bare": bare, "textbook": textbook}

if __name__ == "__main__":
    way, bootstrap, dsn, group, batch = sys.argv[1:]
    # Each way as the reconciler starts: uvloop, and a garbage collector that looks seldom and not at what was imported.
    launch(WAYS[way](Job(bootstrap, dsn, group, int(batch))), young_objects=YOUNG_OBJECTS)  # type: ignore[arg-type]
