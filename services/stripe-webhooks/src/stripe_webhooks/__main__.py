"""`python -m stripe_webhooks`: reads the settings, wires everything, runs until told to stop."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from fastapi import FastAPI

from stripe_webhooks.adapters.executions import PostgresExecutions
from stripe_webhooks.adapters.kafka_inbox import KafkaInbox
from stripe_webhooks.adapters.stripe_api import connect
from stripe_webhooks.adapters.stripe_pay import StripePayments
from stripe_webhooks.domain.retries import Patience
from stripe_webhooks.entrypoints.http import webhook_router
from stripe_webhooks.entrypoints.inbox import InboxSubscriber
from stripe_webhooks.entrypoints.retries import RetryWorkers, looking, tell
from stripe_webhooks.entrypoints.schedule import Schedule
from stripe_webhooks.settings import Settings
from stripe_webhooks.usecases.accept import AcceptWebhook
from stripe_webhooks.usecases.digest import Digest
from stripe_webhooks.usecases.observe import Observer
from stripe_webhooks.usecases.poll import Poll
from stripe_webhooks.usecases.retry import CarryOut
from stripe_webhooks.wiring import SERVICE, Parts, Reading, WrongKey, key_must_fit, now, parts
from trueup_contracts.retries import PaymentRetryRequestedV1
from trueup_contracts.syncs import SyncRequestedV1
from trueup_contracts.topics import STRIPE_EVENTS_RECEIVED
from trueup_kit import logs
from trueup_kit.consumer import Consumer
from trueup_kit.health import Health
from trueup_kit.outbox import Relay
from trueup_kit.producer import Producer
from trueup_kit.service import launch, run
from trueup_kit.settings import load

BATCH_RECORDS_MAX = 100
"""Most often as many things to look at: some five seconds at Stripe's pace."""
TURN_SHARE = 0.9
"""How much of a claim one turn may take: what is left is for storing that it took too long."""


@dataclass(frozen=True, slots=True)
class Retries:
    """What carries payment retries out, says what became of them, and must be closed."""

    workers: RetryWorkers
    relay: Relay
    close: Callable[[], Awaitable[None]]


def _retries(settings: Settings, reading: Reading, observer: Observer, producer: Producer) -> Retries:
    """Payment retries: a client of its own, so that its time-out is, and reads that are tried once in each turn."""
    client, connections = connect(
        settings.stripe_api_key.get_secret_value(), settings.stripe_api_base, timeout_s=settings.retry_pay_timeout_s
    )
    executions = PostgresExecutions(reading.engine, SERVICE, claim_s=settings.retry_claim_s)
    patience = Patience(
        unstarted=timedelta(seconds=settings.retry_unstarted_s),
        reach=timedelta(seconds=settings.retry_reach_s),
        ask_again=timedelta(seconds=settings.retry_ask_again_s),
        carried_out=timedelta(seconds=settings.retry_carried_out_s),
        first_s=settings.retry_pause_first_s,
        longest_s=settings.retry_pause_longest_s,
        turn_s=settings.retry_claim_s * TURN_SHARE,
    )
    carry_out = CarryOut(
        executions,
        StripePayments(client, reading.gateway.acquire, settings.retry_pay_timeout_s, reading.answering.note),
        replace(reading.gateway, attempts_max=1),
        looking(observer),
        tell,
        patience,
        now,
    )
    workers = RetryWorkers(
        executions, carry_out, producer, SERVICE, workers=settings.retry_workers, poll_s=settings.retry_poll_s
    )
    return Retries(workers, Relay(reading.engine, producer, service=SERVICE), connections.close_async)


def must_fit(made: Parts, settings: Settings) -> Callable[[], Awaitable[None]]:
    """The first thing to do at a start."""

    async def check() -> None:
        try:
            await key_must_fit(made.store, made.reading.gateway, settings)
        except WrongKey as wrong:
            print(wrong, file=sys.stderr)  # noqa: T201  the last word of a process that does not start
            raise SystemExit(2) from None

    return check


async def main() -> None:
    """Wire and run."""
    settings = load(Settings)
    logs.configure(service=SERVICE, level=settings.log_level, fmt=settings.log_format)
    made = parts(settings)
    producer, store, observer, reading = made.producer, made.store, made.observer, made.reading
    # A connection of its own: webhooks never wait behind a load's thousands of records.
    front = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.accept_timeout_s)
    retries = _retries(settings, reading, observer, front)
    digest = Digest(observer, store, retries.workers.noticed)
    interval = timedelta(seconds=settings.poll_interval_s)
    poll = Poll(digest, made.load(), store, now, interval, settings.prompt_looks, reading.answering.trouble)
    schedule = Schedule(poll, settings.poll_interval_s, now)

    consumer = Consumer(
        settings.kafka_bootstrap, service=SERVICE, group=SERVICE, session_timeout_s=settings.session_timeout_s
    )
    inbox = InboxSubscriber(digest, producer, SERVICE)
    consumer.subscribe(STRIPE_EVENTS_RECEIVED, inbox, max_records=BATCH_RECORDS_MAX)
    consumer.subscribe(SyncRequestedV1.topic, schedule.wish, max_records=BATCH_RECORDS_MAX)
    consumer.subscribe(PaymentRetryRequestedV1.topic, retries.workers.receive, max_records=BATCH_RECORDS_MAX)

    health = Health(SERVICE)
    health.add("producer", front.probe)
    health.add("consumer", consumer.probe)
    health.add("outbox", retries.relay.probe)
    app = FastAPI(title="Trueup: Stripe webhooks", openapi_url=None)
    secrets = [secret.get_secret_value() for secret in settings.webhook_secrets]
    app.include_router(
        webhook_router(
            AcceptWebhook(KafkaInbox(front), secrets, settings.livemode, now),
            at_once=settings.webhooks_at_once,
            read_timeout_s=settings.webhook_read_timeout_s,
        )
    )

    await run(
        settings=settings,
        health=health,
        app=app,
        on_start=[must_fit(made, settings), front.start, producer.start],
        tasks={
            "consumer": consumer.run,
            "poll": schedule.run,
            "answering": reading.answering.run,
            "retries": retries.workers.run,
            "outbox": retries.relay.run,
        },
        on_stop=[
            consumer.stop,
            producer.stop,
            front.stop,
            retries.close,
            reading.close,
        ],
    )


if __name__ == "__main__":
    launch(main())
