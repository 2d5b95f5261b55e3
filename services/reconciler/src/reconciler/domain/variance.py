"""Variance and bands: exact integers, tested by cross multiplication, never by a rounded percent."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from reconciler.domain.policy import Policy
from trueup_billing import Period, round_half_up
from trueup_billing.words import Band

FLAGGED: frozenset[Band] = frozenset({"over_billed", "under_billed", "missing_invoice", "billed_without_usage"})


def percent_text(variance_minor: int, expected_minor: int) -> str | None:
    """Signed percent of expected with two digits, halves away from zero; None when nothing was expected."""
    if expected_minor == 0:
        return None
    hundredths = round_half_up(Fraction(10_000 * variance_minor, expected_minor))
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"


def judge(
    *,
    expected_minor: int,
    billed_minor: int,
    has_lines: bool,
    currency: str,
    period: Period,
    today: date,
    policy: Policy,
) -> Band:
    """The band of one period whose sources are complete. `has_lines`: a standing invoice has a line for it."""
    if period.end > today:
        return "not_due"
    if expected_minor == 0 and billed_minor == 0:
        return "no_activity"
    if not has_lines and expected_minor > 0:
        late = today >= period.end + timedelta(days=policy.invoicing_lag_days)
        return "missing_invoice" if late else "not_due"
    if expected_minor == 0 and billed_minor > 0:
        return "billed_without_usage"
    return _by_size(billed_minor - expected_minor, expected_minor, currency, policy)


def _by_size(variance_minor: int, expected_minor: int, currency: str, policy: Policy) -> Band:
    size = abs(variance_minor)
    if size <= policy.rounding_minor:
        return "matched"
    if 100 * size > policy.tolerance_percent * expected_minor:
        return "over_billed" if variance_minor > 0 else "under_billed"
    if size > policy.money_cap_minor(currency):
        return "needs_review"
    small = 100 * size < policy.auto_resolve_below_percent * expected_minor
    return "auto_resolved" if small else "within_tolerance"
