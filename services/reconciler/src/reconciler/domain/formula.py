"""How a line of the rate card was worked out, in words that a person can follow with a pocket calculator."""

from __future__ import annotations

from fractions import Fraction

from reconciler.domain.expected import ExpectedPart
from reconciler.domain.rating import WHOLE, steps_of
from reconciler.domain.snapshot import Rate
from reconciler.domain.text import money_text, quantity_text
from trueup_billing import round_half_up


def figure_text(value: Fraction) -> str:
    """A number with its thousands apart; `≈` where six digits do not hold it."""
    text = quantity_text(value)
    whole, point, digits = text.partition(".")
    exact = "" if Fraction(text) == value else "≈ "
    return f"{exact}{int(whole):,}{point}{digits}" if whole != "-0" else f"{exact}{text}"


def formula_of(part: ExpectedPart) -> str:
    """`10,000 calls × 0.01 USD + 2,500 calls × 0.008 USD`."""
    rate = part.rate
    if rate.kind == "flat":
        return _amount(rate, part.share)
    if rate.kind == "minimum":
        return f"up to the minimum of {_amount(rate, part.share)}, less {_minor(part.quantity, rate)} reached"
    if rate.kind == "discount":
        off = _amount(rate, part.share) if rate.percent is None else f"{figure_text(rate.percent)} %"
        return f"{off} off {_minor(part.quantity, rate)}"
    return _usage(part)


def _usage(part: ExpectedPart) -> str:
    rate = part.rate
    text = " + ".join(
        f"{figure_text(step.quantity)} {step.unit} × {figure_text(step.unit_price)} {rate.currency}"
        for step in steps_of(part.quantity, rate, part.share)
    )
    notes = []
    if rate.included:
        free = rate.included * part.share
        notes.append(f"of {figure_text(part.quantity)} {rate.unit}, {figure_text(free)} included")
    if rate.kind == "volume":
        notes.append("all units at the tier reached")
    if rate.kind == "package":
        notes.append(f"{figure_text(part.quantity)} {rate.unit} in begun packages")
    if rate.kind == "as_invoiced":
        notes.append("the invoices' own price")
    if part.share != WHOLE:
        notes.append(f"tiers and allowance for {part.share} of the period")
    return text + (f" ({'; '.join(notes)})" if notes else "")


def _amount(rate: Rate, share: Fraction) -> str:
    text = money_text(rate.amount_minor, rate.currency)
    return text if share == WHOLE else f"{text} × {share} of the period"


def _minor(value: Fraction, rate: Rate) -> str:
    return money_text(round_half_up(value), rate.currency)
