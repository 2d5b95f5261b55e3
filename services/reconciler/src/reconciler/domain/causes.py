"""The causes of a variance, each looked for by itself; `explain` puts them in their order and adds up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from reconciler.domain.billed import BilledPart
from reconciler.domain.expected import rated
from reconciler.domain.explained import Case, Evidence, Part, counts, line_evidence, rest_of
from reconciler.domain.formula import figure_text
from reconciler.domain.late import cut_offs, without_late
from reconciler.domain.plan_change import plan_changes, prorations
from reconciler.domain.text import money_text

Look = Callable[[Case], Iterator[Part]]


def explain(case: Case) -> tuple[Part, ...]:
    """The parts, in their fixed order; they add up to the variance to the last minor unit. None where it is 0."""
    if case.variance_minor == 0:
        return ()
    if not case.billed.parts and case.expected.amount_minor > 0 and not case.billed.credits:
        rule = "No standing invoice has a line for the period."
        return (Part("missing_invoice", case.variance_minor, rule, tuple(_expected_evidence(case))),)
    # The causes are looked for in what the invoices say; credit comes last, for it may mend what they got wrong.
    rest_minor = case.variance_minor + case.credit_minor
    found: list[Part] = []
    for look in _ORDER:
        for part in look(case):
            if counts(rest_minor, part):
                found.append(part)
                rest_minor -= part.amount_minor
    mended_minor = min(case.credit_minor, max(0, rest_minor))
    found += _credit(case, mended_minor)
    rest = (replace(part, evidence=tuple(_side_by_side(case))) for part in rest_of(case, rest_minor - mended_minor))
    return (*found, *rest)


def _expected_evidence(case: Case) -> Iterator[Evidence]:
    for part in case.expected.parts:
        yield Evidence("trueup", part.rate.name, f"{part.rate.name} was expected", part.amount_minor)


def _duplicates(case: Case) -> Iterator[Part]:
    """An invoice with the very lines of an earlier one: same items, service dates, quantities, prices and amounts."""
    by_document: dict[str, list[BilledPart]] = defaultdict(list)
    for part in case.billed.parts:
        by_document[part.document.document_id].append(part)
    first_of: dict[object, list[BilledPart]] = {}
    for parts in by_document.values():
        key = tuple(
            sorted(
                (
                    one.line.item_id or "",
                    str(one.line.service_date),
                    one.line.quantity or "",
                    one.line.unit_price or "",
                    one.line.amount_minor,
                )
                for one in parts
            )
        )
        original = first_of.setdefault(key, parts)
        if original is not parts:
            numbers = [one[0].document.number or one[0].document.document_id for one in (parts, original)]
            yield Part(
                "duplicate_invoice",
                sum(one.line.amount_minor for one in parts),
                f"Invoice {numbers[0]} has the very lines of invoice {numbers[1]}.",
                tuple(line_evidence(one) for one in (*parts, *original)),
            )


def _unmapped(case: Case) -> Iterator[Part]:
    """Lines of items that no component names. Where a component names no item, nobody can tell which are its lines."""
    charged = [rate for rate in case.snapshot.account.rates if rate.is_usage or rate.kind == "flat"]
    if not charged or not all(rate.item_id for rate in charged):
        return
    items = {rate.item_id for rate in case.snapshot.account.rates}
    strange = [one for one in case.billed.parts if one.line.kind == "item" and one.line.item_id not in items]
    if strange:
        names = sorted({one.line.item_name or one.line.item_id or "no item" for one in strange})
        rule = f"No component of the rate card is billed as {', '.join(names)}."
        total_minor = sum(one.line.amount_minor for one in strange)
        yield Part("unmapped", total_minor, rule, tuple(line_evidence(one) for one in strange), certain=True)


def _minimums(case: Case) -> Iterator[Part]:
    """A minimum that the invoices do not top up to."""
    billed_items = {one.line.item_id for one in case.billed.parts}
    for part in case.expected.parts:
        if part.rate.kind != "minimum" or (part.rate.item_id and part.rate.item_id in billed_items):
            continue
        text = money_text(part.rate.amount_minor, part.rate.currency)
        rule = f"The minimum of {text} was not reached, and no line tops it up."
        yield Part(
            "minimum",
            -part.amount_minor,
            rule,
            (_card_evidence(part.rate.name, part.amount_minor),),
            certain=part.rate.item_id is not None,
        )


def _card_evidence(name: str, amount_minor: int) -> Evidence:
    return Evidence("trueup", name, f"{name} on the rate card", amount_minor)


def _discounts(case: Case) -> Iterator[Part]:
    """Discounts of the card against those of the invoices."""
    expected = [part for part in case.expected.parts if part.rate.kind == "discount"]
    items = {part.rate.item_id for part in expected if part.rate.item_id}
    lines = [one for one in case.billed.parts if one.line.kind == "discount" or one.line.item_id in items]
    due_minor = -sum(part.amount_minor for part in expected)
    given_minor = -sum(one.line.amount_minor for one in lines)
    if due_minor == given_minor:
        return
    rule = (
        f"The rate card takes off {money_text(due_minor, case.currency)}, "
        f"the invoices {money_text(given_minor, case.currency)}."
    )
    rows = [_card_evidence(part.rate.name, part.amount_minor) for part in expected]
    yield Part(
        "discount",
        due_minor - given_minor,
        rule,
        (*rows, *(line_evidence(one) for one in lines)),
        certain=bool(lines or items),
    )


def _late(case: Case) -> Iterator[Part]:
    """Usage that was learned of only after the last invoice of its metric: it is rated anew without it."""
    usage, rows = without_late(case.snapshot.usage, case.snapshot.revisions, case.period, cut_offs(case))
    if not rows:
        return
    before = rated(case.snapshot.account, usage, case.period, final=True, invoiced=case.invoiced)
    amount_minor = before.amount_minor - case.expected.amount_minor
    yield Part("late_usage", amount_minor, "The usage came in after the invoice was made.", tuple(rows))


def _credit(case: Case, mended_minor: int) -> Iterator[Part]:
    """Credit beyond what was billed too much without a named cause: that much of it only mends the bill."""
    if case.credit_minor == mended_minor:
        return
    rows = (
        Evidence(
            "quickbooks",
            one.document.document_id,
            f"credit on {one.document.number or one.document.document_id}",
            -one.amount_minor,
        )
        for one in case.billed.credits
    )
    rule = "Credit was applied beyond what the invoices had billed too much."
    yield Part("credit", mended_minor - case.credit_minor, rule, tuple(rows))


def _side_by_side(case: Case) -> Iterator[Evidence]:
    """What was billed and what was metered, item by item, where the two differ."""
    billed: dict[str, tuple[Fraction, int]] = {}
    for one in case.billed.parts:
        if one.line.item_id:
            quantity, amount_minor = billed.get(one.line.item_id, (Fraction(0), 0))
            more = Fraction(one.line.quantity) if one.line.quantity else Fraction(0)
            billed[one.line.item_id] = quantity + more, amount_minor + one.line.amount_minor
    for rate_name, item_id, unit, used, amount_minor in _metered(case):
        quantity, billed_minor = billed.get(item_id, (Fraction(0), 0))
        if billed_minor != amount_minor:
            text = f"{rate_name}: billed {figure_text(quantity)} {unit}, metered {figure_text(used)} {unit}"
            yield Evidence("trueup", rate_name, text, billed_minor - amount_minor)


def _metered(case: Case) -> list[tuple[str, str, str, Fraction, int]]:
    found: dict[str, tuple[str, str, str, Fraction, int]] = {}
    for part in case.expected.parts:
        rate = part.rate
        if rate.is_usage and rate.item_id:
            *_, used, amount_minor = found.get(rate.metric, ("", "", "", Fraction(0), 0))
            sums = used + part.quantity, amount_minor + part.amount_minor
            found[rate.metric] = (rate.name, rate.item_id, rate.unit, *sums)
    return list(found.values())


_ORDER: tuple[Look, ...] = (_duplicates, _unmapped, plan_changes, prorations, _minimums, _discounts, _late)
