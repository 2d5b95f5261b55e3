"""Usage, and its projection to quarter end."""

from __future__ import annotations

from dashboard_api.domain.figures.figure import (
    ACCOUNT,
    EVERYWHERE,
    EXPECTED_SOURCE,
    EXPORT,
    GRID,
    METRIC_UNIT,
    SIX,
    USAGE_SOURCE,
    Figure,
)

USAGE = (
    Figure(
        id="usage_month_to_date",
        name="Usage (MTD)",
        fields=("Usage.quantity",),
        definition="How much of a metric was used from the first day of the current month in the account's billing "
        "time zone until now.",
        shown=EVERYWHERE,
        formula="sum of the daily totals of the month so far",
        source=USAGE_SOURCE,
        unit=METRIC_UNIT,
        rounding=SIX,
    ),
    Figure(
        id="usage_by_day",
        name="Usage by day",
        fields=("AccountItem.trend", "Account.trend", "TrendDay.quantity"),
        definition="The total of one metric on one day. A day that is not known is a gap, never 0; a correction by the "
        "source replaces the former value.",
        shown=(GRID, ACCOUNT),
        formula="the day's total",
        source=USAGE_SOURCE,
        unit=METRIC_UNIT,
        rounding=SIX,
    ),
)

FORECAST = (
    Figure(
        id="forecast_amount",
        name="Forecast to quarter end",
        fields=("Forecast.amount",),
        definition="What the usage of the whole quarter is expected to amount to. A projection, no promise.",
        shown=(ACCOUNT, EXPORT),
        formula="usage so far and projected usage of each month, rated as the month will be billed; where the rate card "
        "ends, the effective price (amount ÷ quantity) of the metric's last invoice goes on; added up in one currency",
        source=EXPECTED_SOURCE,
        rounding="half up to whole minor units, once for each metric, price and month",
    ),
    Figure(
        id="forecast_range",
        name="Range of the forecast",
        fields=("Forecast.low", "Forecast.high"),
        definition="Where eight of ten outcomes should lie if the days scatter around the line as they did before.",
        shown=(ACCOUNT, EXPORT),
        formula="low and high usage of each metric, rated like the forecast itself",
        source=EXPECTED_SOURCE,
        rounding="half up to whole minor units, once for each metric, price and month",
    ),
    Figure(
        id="forecast_usage_so_far",
        name="Usage of the quarter so far",
        fields=("MetricForecast.actual_quantity",),
        definition="The closed days of the quarter: over, and counted by the source after they had ended.",
        formula="sum of their daily totals",
        source=USAGE_SOURCE,
        unit=METRIC_UNIT,
        rounding=SIX,
    ),
    Figure(
        id="forecast_usage",
        name="Projected usage of the quarter",
        fields=("MetricForecast.projected_quantity",),
        definition="Usage so far and what the line gives for the days left.",
        formula="usage so far + sum of the line over the days left; a day on which it is negative counts 0",
        source=USAGE_SOURCE,
        unit=METRIC_UNIT,
        rounding=SIX,
    ),
    Figure(
        id="forecast_usage_range",
        name="Range of the projected usage",
        fields=("MetricForecast.low_quantity", "MetricForecast.high_quantity"),
        definition="The projected usage less and plus what the days' scatter allows in eight of ten cases.",
        formula="± 1.28 × √(residual sum of squares ÷ (days used − 2) × (days left + days left² ÷ days used + distance² ÷ "
        "spread of the days)): the prediction interval of simple regression for a sum; never less than usage so far",
        source=USAGE_SOURCE,
        unit=METRIC_UNIT,
        rounding=SIX,
    ),
    Figure(
        id="forecast_line",
        name="The straight line",
        fields=(
            "MetricForecast.slope",
            "MetricForecast.intercept",
            "TrendLine.slope",
            "TrendLine.intercept",
        ),
        definition="Change per day, and the value on the first day used.",
        formula="ordinary least squares (LINEST) over the daily totals of the last three complete months and the closed "
        "days of the current one",
        source=USAGE_SOURCE,
        unit=f"{METRIC_UNIT} for each day; {METRIC_UNIT}",
        rounding=SIX,
    ),
    Figure(
        id="forecast_days_used",
        name="Days used",
        fields=("MetricForecast.days_used",),
        definition="How many days the line was put through.",
        formula="count",
        source=USAGE_SOURCE,
        unit="days",
        rounding="none",
    ),
    Figure(
        id="forecast_backtest",
        name="Back-test error",
        fields=("MetricForecast.backtest_error_percent",),
        definition="By how much the line through the first two of the three months missed the third.",
        formula="100 × |predicted − actual| ÷ actual",
        source=USAGE_SOURCE,
        unit="percent",
        rounding="to two digits after the point, half up",
    ),
)
