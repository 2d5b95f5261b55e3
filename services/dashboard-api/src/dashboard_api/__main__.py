"""The process: `python -m dashboard_api`."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from dashboard_api.adapters.account_reads import PostgresAccountReads
from dashboard_api.adapters.audit import use_key
from dashboard_api.adapters.audit_reads import PostgresAuditLog
from dashboard_api.adapters.calibrations import PostgresCalibrations
from dashboard_api.adapters.card_reads import PostgresCardReads
from dashboard_api.adapters.configuration import PostgresConfiguration
from dashboard_api.adapters.database import Database
from dashboard_api.adapters.decisions import PostgresDecisions
from dashboard_api.adapters.explain_reads import PostgresExplainReads
from dashboard_api.adapters.exports import PostgresExports
from dashboard_api.adapters.flag_targets import SettingsTargets
from dashboard_api.adapters.flags import PostgresFlagQueue, PostgresFlags
from dashboard_api.adapters.forecast_reads import PostgresForecastReads
from dashboard_api.adapters.issuer import OidcIssuer
from dashboard_api.adapters.issuer_keys import IssuerKeys
from dashboard_api.adapters.links import PostgresLinks
from dashboard_api.adapters.mail import MailCourier, MailServer
from dashboard_api.adapters.owners import PostgresOwners
from dashboard_api.adapters.quickbooks_service import QuickBooksService
from dashboard_api.adapters.reference_database import PostgresReferenceDatabase
from dashboard_api.adapters.report_printer import WorkerReportPrinter, worker_command
from dashboard_api.adapters.retries import PostgresRetries
from dashboard_api.adapters.sessions import PostgresLoginStates, PostgresSessions
from dashboard_api.adapters.slack import SlackCourier
from dashboard_api.adapters.source_reads import PostgresSourceReads
from dashboard_api.adapters.sync_requests import PostgresSyncRequests
from dashboard_api.adapters.tokens import IssuerAccessTokens
from dashboard_api.domain.flags import Channel, Target
from dashboard_api.domain.retries import Policy
from dashboard_api.entrypoints import announcements, settled
from dashboard_api.entrypoints.http.app import create_app
from dashboard_api.entrypoints.http.auth import CALLBACK_PATH
from dashboard_api.entrypoints.http.cookies import Cookies
from dashboard_api.entrypoints.http.services import FlagLimits, Services
from dashboard_api.ports.exports import Exports, ReportPrinter
from dashboard_api.ports.flags import Courier
from dashboard_api.ports.reads import AccountReads, SourceReads
from dashboard_api.settings import Settings
from dashboard_api.usecases.accounts import Accounts
from dashboard_api.usecases.calibrations import Calibrate
from dashboard_api.usecases.card_history import CardHistory
from dashboard_api.usecases.connections import ConnectLedger
from dashboard_api.usecases.decision_views import DecisionViews
from dashboard_api.usecases.decisions import Decisions
from dashboard_api.usecases.explain import Explain
from dashboard_api.usecases.exports import CreateExport, TakeExport
from dashboard_api.usecases.flags import FlagIssue
from dashboard_api.usecases.forecasts import PortfolioForecast
from dashboard_api.usecases.identify import Identify
from dashboard_api.usecases.imports import ImportAccounts, ImportRates
from dashboard_api.usecases.links import DecideLinks
from dashboard_api.usecases.live import LiveHub
from dashboard_api.usecases.login import Login
from dashboard_api.usecases.refusals import Refusals
from dashboard_api.usecases.retries import Retries
from dashboard_api.usecases.retry_views import RetryViews
from dashboard_api.usecases.send_flags import SendFlags
from dashboard_api.usecases.sessions import ManageSessions
from dashboard_api.usecases.syncs import RequestSync
from dashboard_api.usecases.views import Views
from dashboard_api.usecases.watch_sources import WatchSources
from trueup_contracts.accounts import AccountReconciledV1
from trueup_contracts.retries import PaymentRetrySettledV1
from trueup_kit import logs
from trueup_kit.consumer import Consumer
from trueup_kit.dlq import divert
from trueup_kit.health import Health
from trueup_kit.loops import every
from trueup_kit.outbox import Relay
from trueup_kit.postgres import create_engine
from trueup_kit.producer import Producer
from trueup_kit.service import launch, run
from trueup_kit.settings import load
from trueup_readmodel.payload import EXPIRED_AFTER_S

SERVICE = "dashboard-api"
SCHEMA = "dashboard"
ISSUER_TIMEOUT_S = 4.0
SWEEP_S = 3600.0
WATCH_SOURCES_S = 5.0
SEND_FLAGS_S = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


def _flag_targets(settings: Settings) -> SettingsTargets:
    return SettingsTargets(
        [Target(one.id, one.label, Channel(one.channel), one.address) for one in settings.flag_targets]
    )


def _couriers(settings: Settings) -> dict[Channel, Courier]:
    """Those channels that are set up."""
    couriers: dict[Channel, Courier] = {}
    if settings.slack_token is not None:
        token = settings.slack_token.get_secret_value()
        couriers[Channel.SLACK] = SlackCourier(
            token=token, base_url=settings.slack_base_url, timeout_s=settings.slack_timeout_s
        )
    if settings.smtp_host is not None and settings.mail_from is not None:
        server = MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            sender=settings.mail_from,
            timeout_s=settings.smtp_timeout_s,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        )
        couriers[Channel.EMAIL] = MailCourier(server)
    return couriers


def _send_flags(settings: Settings, database: Database, targets: SettingsTargets) -> SendFlags:
    queue = PostgresFlagQueue(database, sender=f"{socket.gethostname()}:{os.getpid()}")
    return SendFlags(
        queue,
        _couriers(settings),
        targets,
        claim_timeout_s=settings.flag_claim_timeout_s,
        paused=settings.read_only,
    )


def _flag_issue(
    settings: Settings, database: Database, reads: AccountReads, targets: SettingsTargets, send: SendFlags
) -> FlagIssue:
    return FlagIssue(
        reads,
        PostgresFlags(database),
        targets,
        public_url=settings.public_url,
        now=_now,
        wake=lambda channel: send.wake[channel].set(),
    )


def _sending(send: SendFlags, channel: Channel) -> Callable[[], Awaitable[None]]:
    return lambda: every(SEND_FLAGS_S, lambda: send.round(channel), name=f"{channel} flags", wake=send.wake[channel])


def _exports(settings: Settings, database: Database) -> PostgresExports:
    return PostgresExports(
        database,
        per_session=settings.export_records_per_session,
        per_user_day=settings.export_records_per_user_day,
        ttl=timedelta(minutes=settings.export_ttl_min),
    )


def _printer(settings: Settings) -> WorkerReportPrinter:
    return WorkerReportPrinter(
        workers=settings.report_workers,
        timeout_s=settings.report_timeout_s,
        command=worker_command(settings.report_font_folder),
    )


def _create_export(
    settings: Settings, accounts: Accounts, sources: SourceReads, exports: Exports, printer: ReportPrinter
) -> CreateExport:
    return CreateExport(
        accounts=accounts,
        sources=sources,
        exports=exports,
        printer=printer,
        report_invoices_max=settings.report_invoices_max,
        now=_now,
    )


def _retries(settings: Settings, database: Database) -> tuple[Retries, RetryViews]:
    attempts = PostgresRetries(database, service=SERVICE)
    policy = Policy(
        guard=timedelta(minutes=settings.retry_guard_min),
        expired_after=timedelta(seconds=EXPIRED_AFTER_S),
        attempts_max=settings.retry_attempts_max,
        attempts_window=timedelta(days=settings.retry_window_days),
        read_only=settings.read_only,
    )
    return Retries(attempts, policy=policy, now=_now), RetryViews(attempts, policy=policy, now=_now)


def _calibrate(settings: Settings, database: Database) -> Calibrate:
    reference = None
    if settings.calibration_dsn is not None and settings.calibration_query is not None:
        reference = PostgresReferenceDatabase(
            settings.calibration_dsn.get_secret_value(),
            settings.calibration_query,
            timeout_s=settings.calibration_timeout_s,
            rows_max=settings.calibration_rows_max,
        )
    return Calibrate(
        PostgresCalibrations(database, service=SERVICE),
        reference,
        limit_percent=settings.calibration_limit_percent,
        interval_days=settings.calibration_interval_days,
        now=_now,
    )


def _connect_ledger(settings: Settings, http: httpx.AsyncClient, audit: PostgresAuditLog) -> ConnectLedger:
    if settings.quickbooks_url is None or settings.quickbooks_secret is None:
        return ConnectLedger(None, audit, key="")
    secret = settings.quickbooks_secret.get_secret_value()
    service = QuickBooksService(
        http, url=settings.quickbooks_url, secret=secret, timeout_s=settings.quickbooks_timeout_s
    )
    return ConnectLedger(service, audit, key=secret)


def _issuer(settings: Settings, http: httpx.AsyncClient) -> tuple[OidcIssuer, IssuerAccessTokens]:
    keys = IssuerKeys(http, issuer=settings.oidc_issuer)
    issuer = OidcIssuer(
        http,
        keys,
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        redirect_uri=f"{settings.public_url}{CALLBACK_PATH}",
        roles_claim=settings.roles_claim,
    )
    tokens = IssuerAccessTokens(
        keys, issuer=settings.oidc_issuer, audience=settings.token_audience, roles_claim=settings.roles_claim
    )
    return issuer, tokens


def _sweep(sessions: PostgresSessions, exports: PostgresExports) -> Callable[[], Awaitable[None]]:
    """Forget what has ended."""

    async def sweep() -> None:
        await sessions.sweep()
        await exports.sweep()

    return sweep


def wire(settings: Settings, *, engine: AsyncEngine, http: httpx.AsyncClient) -> Services:
    """All use cases on their adapters."""
    database = Database(engine)
    sessions = PostgresSessions(
        database,
        idle=timedelta(minutes=settings.session_idle_min),
        absolute=timedelta(hours=settings.session_absolute_h),
    )
    issuer, tokens = _issuer(settings, http)
    configuration = PostgresConfiguration(database, service=SERVICE)
    reads, targets = PostgresAccountReads(database), _flag_targets(settings)
    retries, retry_views = _retries(settings, database)
    decided = PostgresDecisions(database, service=SERVICE)
    decision_views = DecisionViews(decided, read_only=settings.read_only, now=_now)
    accounts, sources = Accounts(reads, retry_views, decision_views), PostgresSourceReads(database)
    send_flags = _send_flags(settings, database, targets)
    use_key(settings.audit_key.get_secret_value())
    audit = PostgresAuditLog(database)
    live = LiveHub(owners=PostgresOwners(database), sessions=sessions, now=_now)
    exports, printer = _exports(settings, database), _printer(settings)

    return Services(
        identify=Identify(sessions=sessions, tokens=tokens),
        login=Login(issuer=issuer, states=PostgresLoginStates(database), sessions=sessions),
        accounts=accounts,
        explain=Explain(PostgresExplainReads(database)),
        card_history=CardHistory(PostgresCardReads(database)),
        portfolio_forecast=PortfolioForecast(PostgresForecastReads(database), now=_now),
        sources=sources,
        retries=retries,
        retry_views=retry_views,
        request_sync=RequestSync(PostgresSyncRequests(database, service=SERVICE)),
        import_accounts=ImportAccounts(configuration, now=_now),
        import_rates=ImportRates(configuration, now=_now),
        decide_links=DecideLinks(PostgresLinks(database, service=SERVICE)),
        calibrate=_calibrate(settings, database),
        connect_ledger=_connect_ledger(settings, http, audit),
        flag_issue=_flag_issue(settings, database, reads, targets, send_flags),
        flag_limits=FlagLimits(settings.flag_text_max, settings.flag_subject_max),
        decisions=Decisions(decided, snooze_days_max=settings.decision_snooze_days_max, now=_now),
        decision_reason_max=settings.decision_reason_max,
        send_flags=send_flags,
        create_export=_create_export(settings, accounts, sources, exports, printer),
        take_export=TakeExport(exports),
        report_printer=printer,
        live=live,
        audit=audit,
        refusals=Refusals(audit, now=_now),
        views=Views(audit, now=_now),
        sessions=ManageSessions(sessions, live),
        cookies=Cookies(secure=settings.secure, session_ttl_s=settings.session_absolute_h * 3600),
        public_url=settings.public_url,
        read_only=settings.read_only,
        sweep=_sweep(sessions, exports),
    )


async def main(settings: Settings) -> None:
    """Serve until told to stop."""
    logs.configure(service=SERVICE, level=settings.log_level, fmt=settings.log_format)
    health = Health(SERVICE)
    engine = create_engine(
        settings.postgres_dsn, application_name=SERVICE, pool_size=settings.postgres_pool_size, schema=SCHEMA
    )
    http = httpx.AsyncClient(timeout=ISSUER_TIMEOUT_S, follow_redirects=False)
    services = wire(settings, engine=engine, http=http)
    producer = Producer(settings.kafka_bootstrap, service=SERVICE, publish_timeout_s=settings.publish_timeout_s)
    consumer = Consumer(settings.kafka_bootstrap, service=SERVICE, group=None)
    consumer.subscribe(AccountReconciledV1.topic, announcements.into(services.live), from_end=True)
    outcomes = _outcomes(settings, consumer, producer, services, PostgresRetries(Database(engine), service=SERVICE))
    relay = Relay(engine, producer, service=SERVICE)
    watch = WatchSources(services.sources, services.live)
    # No probe takes part in readiness: without Kafka the figures are still served, and without PostgreSQL it is this
    # service that says so. Taking every replica out of the gateway would only hide the reason.
    await run(
        settings=settings,
        health=health,
        app=create_app(services),
        on_start=[services.report_printer.start, producer.start, consumer.start, outcomes.start],
        tasks={
            "live stream": services.live.run,
            "outbox": relay.run,
            **{f"{channel} flags": _sending(services.send_flags, channel) for channel in Channel},
            "sources": lambda: every(WATCH_SOURCES_S, watch.look, name="sources"),
            "sweep": lambda: every(SWEEP_S, services.sweep, name="sweep"),
        },
        on_stop=[
            outcomes.stop,
            consumer.stop,
            producer.stop,
            services.report_printer.close,
            http.aclose,
            engine.dispose,
        ],
    )


def _outcomes(
    settings: Settings, whole: Consumer, producer: Producer, services: Services, attempts: PostgresRetries
) -> Consumer:
    """Outcomes of attempts: kept by one replica, told to listeners by each. Returns the shared group's consumer."""
    shared = Consumer(settings.kafka_bootstrap, service=SERVICE, group=SERVICE)
    topic = PaymentRetrySettledV1.topic
    shared.subscribe(topic, settled.keeping(attempts, lambda record, why: divert(producer, record, why, SERVICE)))
    whole.subscribe(topic, settled.telling(attempts, services.live), from_end=True)
    return shared


if __name__ == "__main__":
    launch(main(load(Settings)))
