"""The forecast of a whole portfolio."""

from __future__ import annotations

from dashboard_api.domain.figures.figure import EXPECTED_SOURCE, GRID, Figure

_SHOWN = (GRID,)

PORTFOLIO_FORECAST = (
    Figure(
        id="portfolio_forecast",
        name="Forecast of the portfolio",
        fields=("CurrencyForecast.likely_minor",),
        definition="What the quarter's usage of all accounts in the portfolio is expected to amount to, in one currency. "
        "Accounts without a forecast are left out, counted and named. A projection, no promise.",
        shown=_SHOWN,
        formula="sum of the accounts' forecasts to quarter end",
        source=EXPECTED_SOURCE,
        rounding="none: whole minor units are added",
    ),
    Figure(
        id="portfolio_forecast_range",
        name="Range of the portfolio's forecast",
        fields=("CurrencyForecast.low_minor", "CurrencyForecast.high_minor"),
        definition="The widest range: as if every account missed its forecast on the same side at once.",
        shown=_SHOWN,
        formula="sum of the accounts' low ends; sum of their high ends (correlation 1, JCGM 100:2008, 5.2.2)",
        source=EXPECTED_SOURCE,
        rounding="none: whole minor units are added",
    ),
    Figure(
        id="portfolio_forecast_range_independent",
        name="Range of the portfolio's forecast, accounts erring independently",
        fields=("CurrencyForecast.low_if_independent_minor", "CurrencyForecast.high_if_independent_minor"),
        definition="The narrowest range: as if no account's error told anything of another's. The truth lies between "
        "the two ranges.",
        shown=_SHOWN,
        formula="likely ∓ √(sum of the squares of the accounts' distances to their low or high end) (correlation 0, "
        "JCGM 100:2008, 5.1.2)",
        source=EXPECTED_SOURCE,
        rounding="away from the likely amount, to whole minor units",
    ),
    Figure(
        id="portfolio_forecast_moved",
        name="Moved since last week",
        fields=("Moved.moved_minor", "Mover.moved_minor"),
        definition="By how much the likely amount differs from what it was at the end of last week (Sunday, UTC). Only "
        "forecasts of the same quarter are compared.",
        shown=_SHOWN,
        formula="likely now − likely then; an account without a forecast counts 0",
        source=EXPECTED_SOURCE,
        rounding="none",
    ),
    Figure(
        id="portfolio_forecast_joined",
        name="Moved by accounts that came or went",
        fields=("Moved.joined_minor", "Moved.left_minor"),
        definition="How much of the movement comes from accounts that got their first forecast since, and from those "
        "that have none any more.",
        shown=_SHOWN,
        formula="sum of the forecasts of the accounts that joined; minus the sum of those that left",
        source=EXPECTED_SOURCE,
        rounding="none",
    ),
    Figure(
        id="portfolio_forecast_accounts",
        name="Accounts of the forecast",
        fields=(
            "PortfolioForecast.accounts",
            "CurrencyForecast.accounts",
            "ExcludedAccounts.accounts",
            "PartlyForecast.accounts",
            "Moved.joined",
            "Moved.left",
        ),
        definition="Accounts of the portfolio that were active in the quarter: all, those in a total, those left out for "
        "a reason, those in a total without one of their metrics, and those that joined or left since last week.",
        shown=_SHOWN,
        formula="count",
        source="Trueup",
        unit="accounts",
        rounding="none",
    ),
)
