"""The use cases that the routes call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from dashboard_api.domain.access import Principal
from dashboard_api.entrypoints.http.cookies import Cookies
from dashboard_api.entrypoints.http.permissions import principal_of
from dashboard_api.ports.reads import SourceReads
from dashboard_api.usecases.accounts import Accounts
from dashboard_api.usecases.identify import Identify
from dashboard_api.usecases.imports import ImportAccounts, ImportRates
from dashboard_api.usecases.live import LiveHub
from dashboard_api.usecases.login import Login
from dashboard_api.usecases.syncs import RequestSync


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that the routes reach; wired by the process."""

    identify: Identify
    login: Login
    accounts: Accounts
    sources: SourceReads
    request_sync: RequestSync
    import_accounts: ImportAccounts
    import_rates: ImportRates
    live: LiveHub
    cookies: Cookies
    public_url: str
    sweep: Callable[[], Awaitable[None]]
    """Forgets what has ended; for the process to call now and then."""


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Wired = Annotated[Services, Depends(_services)]
Asking = Annotated[Principal, Depends(principal_of)]
