"""The portfolio's forecast: `GET /api/v1/portfolio/forecast`."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.words import Answer, CurrencyCode, Days


class Mover(Answer):
    """An account whose forecast moved."""

    client_id: str
    name: str
    moved_minor: int


class Moved(Answer):
    """By how much the likely amount differs from the end of last week, and how much of that came or went whole."""

    moved_minor: int
    joined: int = Field(description="Accounts that have a forecast now and had none.")
    joined_minor: int
    left: int = Field(description="Accounts that had one and have none now.")
    left_minor: int
    movers: list[Mover] = Field(description="The five that moved most.")


class CurrencyForecast(Answer):
    """One currency's quarter. `low` and `high`: every account errs the same way at once."""

    currency: CurrencyCode
    accounts: int
    likely_minor: int
    low_minor: int
    high_minor: int
    low_if_independent_minor: int = Field(description="As if no account's error told anything of another's.")
    high_if_independent_minor: int
    moved: Moved | None = Field(description="Null while there is no week of this quarter to compare with.")


class AccountName(Answer):
    """An account, to be named."""

    client_id: str
    name: str


class ExcludedAccounts(Answer):
    """Accounts that are not in the totals, for one reason."""

    code: str
    accounts: int
    listed: list[AccountName] = Field(description="The first fifty by name.")


class PartlyForecast(Answer):
    """Accounts that are in the totals without one of their metrics."""

    code: str
    accounts: int


class PortfolioForecast(Answer):
    """The quarter's end of all accounts in the caller's portfolio."""

    quarter: Days
    since: date | None = Field(description="The day whose end the movement is counted from.")
    accounts: int
    by_currency: list[CurrencyForecast]
    excluded: list[ExcludedAccounts]
    partly: list[PartlyForecast]
