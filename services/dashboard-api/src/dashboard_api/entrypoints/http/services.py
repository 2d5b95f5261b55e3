"""The use cases that the routes call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from dashboard_api.domain.access import Principal
from dashboard_api.entrypoints.http.cookies import Cookies
from dashboard_api.entrypoints.http.permissions import principal_of
from dashboard_api.ports.audit import AuditLog
from dashboard_api.ports.exports import ReportPrinter
from dashboard_api.ports.reads import SourceReads
from dashboard_api.usecases.accounts import Accounts
from dashboard_api.usecases.calibrations import Calibrate
from dashboard_api.usecases.card_history import CardHistory
from dashboard_api.usecases.connections import ConnectLedger
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


@dataclass(frozen=True, slots=True)
class FlagLimits:
    """How long a flag's texts may be."""

    text_max: int
    subject_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that the routes reach; wired by the process."""

    identify: Identify
    login: Login
    accounts: Accounts
    explain: Explain
    card_history: CardHistory
    portfolio_forecast: PortfolioForecast
    sources: SourceReads
    retries: Retries
    retry_views: RetryViews
    request_sync: RequestSync
    import_accounts: ImportAccounts
    import_rates: ImportRates
    decide_links: DecideLinks
    calibrate: Calibrate
    connect_ledger: ConnectLedger
    flag_issue: FlagIssue
    flag_limits: FlagLimits
    decisions: Decisions
    decision_reason_max: int
    """How long the reason of a decision may be."""
    send_flags: SendFlags
    """Carries what was flagged; for the process to run."""
    create_export: CreateExport
    take_export: TakeExport
    report_printer: ReportPrinter
    """Has processes of its own; for the process to start and close."""
    live: LiveHub
    audit: AuditLog
    refusals: Refusals
    views: Views
    sessions: ManageSessions
    cookies: Cookies
    public_url: str
    read_only: bool
    sweep: Callable[[], Awaitable[None]]
    """Forgets what has ended; for the process to call now and then."""


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Wired = Annotated[Services, Depends(_services)]
Asking = Annotated[Principal, Depends(principal_of)]
