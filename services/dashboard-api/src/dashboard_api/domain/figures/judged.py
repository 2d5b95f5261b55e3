"""What Trueup works out: expected, billed, difference, counts."""

from __future__ import annotations

from dashboard_api.domain.figures.figure import (
    EVERYWHERE,
    EXPECTED_SOURCE,
    EXPORT,
    GRID,
    METRIC_UNIT,
    ONCE,
    RATES,
    SIX,
    TWO,
    USAGE_SOURCE,
    Figure,
)

VARIANCE = (
    Figure(
        id="expected",
        name="Expected",
        fields=("Variance.expected_minor", "Reconciliation.expected_minor", "SignOff.expected_minor"),
        definition="What the usage of the period should have been billed at. Of a sign-off: as it was known then.",
        shown=EVERYWHERE,
        formula="for each metric and price in force: usage × unit price, added up",
        source=EXPECTED_SOURCE,
        rounding=ONCE,
    ),
    Figure(
        id="expected_part",
        name="Expected for one metric at one price",
        fields=("ExpectedPart.amount_minor",),
        definition="What the usage of one metric on the days of one price should have been billed at.",
        formula="usage × unit price",
        source=EXPECTED_SOURCE,
        rounding=ONCE,
    ),
    Figure(
        id="expected_part_quantity",
        name="Usage of one metric at one price",
        fields=("ExpectedPart.quantity",),
        definition="The usage on the days of the period on which the price was in force.",
        formula="sum of the daily totals",
        source=USAGE_SOURCE,
        unit=METRIC_UNIT,
        rounding=SIX,
    ),
    Figure(
        id="expected_part_price",
        name="Unit price",
        fields=("ExpectedPart.unit_price",),
        definition="The price of one unit of the metric on those days.",
        source=RATES,
        unit="money in units of the rate card's currency",
        rounding="none",
    ),
    Figure(
        id="billed",
        name="Billed",
        fields=("Variance.billed_minor", "Reconciliation.billed_minor", "SignOff.billed_minor"),
        definition="What was billed for the period, before tax. Of a sign-off: as it was known then.",
        shown=EVERYWHERE,
        formula="sum of the invoice lines of the period − credits applied to it",
    ),
    Figure(
        id="variance",
        name="Difference",
        fields=(
            *("Variance.amount_minor", "Reconciliation.amount_minor"),
            *("Discrepancy.amount_minor", "SignOff.amount_minor"),
        ),
        definition="Billed less expected of one period and currency; positive means billed too much. It is not shown "
        "where something needed is missing. Of a discrepancy about payments: the amount that the two systems differ by.",
        shown=EVERYWHERE,
        formula="billed − expected",
        source=f"QuickBooks; {EXPECTED_SOURCE}",
    ),
    Figure(
        id="variance_percent",
        name="Difference in percent",
        fields=("Variance.percent", "Reconciliation.percent", "Discrepancy.percent", "SignOff.percent"),
        definition="The difference as a share of what was expected. More than 5 % is flagged; under 2 % and within the "
        "money cap it resolves itself.",
        shown=EVERYWHERE,
        formula="100 × (billed − expected) ÷ expected",
        source=f"QuickBooks; {EXPECTED_SOURCE}",
        unit="percent, signed",
        rounding=TWO,
    ),
)

COUNTS = (
    Figure(
        id="accounts_of_portfolio",
        name="Accounts",
        fields=("Totals.accounts",),
        definition="How many accounts of the caller's portfolio the filters leave.",
        shown=(GRID, EXPORT),
        formula="count",
        source="Trueup",
        unit="accounts",
        rounding="none",
    ),
    Figure(
        id="flagged_of_portfolio",
        name="Flagged",
        fields=("Totals.flagged",),
        definition="How many of them have a difference of more than 5 % in a period that is due, and that nobody has resolved, "
        "snoozed or signed off.",
        shown=(GRID,),
        formula="count",
        source="Trueup",
        unit="accounts",
        rounding="none",
    ),
    Figure(
        id="cannot_judge_of_portfolio",
        name="Cannot judge",
        fields=("Totals.cannot_judge",),
        definition="How many of them lack something that is needed to judge them: a source that is partial, not linked or "
        "older than 24 hours.",
        shown=(GRID,),
        formula="count",
        source="Trueup",
        unit="accounts",
        rounding="none",
    ),
)
