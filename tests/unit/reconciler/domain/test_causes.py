"""A variance in named parts that add up to it exactly, each with the rows that it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reconciler.builders import NOW, account, invoice, payment, rate, series, snapshot

from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.domain.result import PeriodResult
from reconciler.domain.snapshot import Application, Document, Line, Rate, Revision, Snapshot, Tier

OCTOBER = date(2026, 10, 1)
MADE = datetime(2026, 11, 1, 6, tzinfo=UTC)


def judged(**more: Any) -> PeriodResult:
    """October of a snapshot."""
    return october(snapshot(**more))


def october(one: Snapshot) -> PeriodResult:
    return next(one for one in reconcile(one, Policy(), NOW).periods if one.period.start == OCTOBER)


def parts(result: PeriodResult) -> list[tuple[str, int]]:
    assert sum(part.amount_minor for part in result.parts) == result.variance_minor
    return [(part.cause, part.amount_minor) for part in result.parts]


def line(amount_minor: int, quantity: int | None = None, price: str | None = None, **more: Any) -> Line:
    given: dict[str, Any] = {
        "line_id": "1",
        "kind": "item",
        "service_date": date(2026, 10, 31),
        "item_id": "1",
        "item_name": "API calls",
    } | more
    return Line(
        amount_minor=amount_minor, quantity=None if quantity is None else str(quantity), unit_price=price, **given
    )


def billed(*lines: Line, **more: Any) -> Document:
    return invoice(sum(one.amount_minor for one in lines), lines=lines, **more)


def fee(amount_minor: int, *, item: str | None = "5", **more: Any) -> Rate:
    given = {"kind": "flat", "component": "fee", "metric": ""} | more
    return rate("0", item_id=item, amount_minor=amount_minor, **given)


def test_what_agrees_needs_no_explanation() -> None:
    assert parts(judged()) == []
    assert judged().unexplained_minor == 0


def test_what_no_cause_accounts_for_is_unexplained_and_shown_side_by_side() -> None:
    result = judged(documents=(billed(line(10_700, 10_700, "0.01")),))
    assert parts(result) == [("unexplained", 700)]
    assert result.unexplained_minor == 700
    [row] = result.parts[0].evidence
    assert (row.text, row.amount_minor) == ("api_calls: billed 10,700 calls, metered 10,000 calls", 700)


def test_a_few_minor_units_are_rounding() -> None:
    assert parts(judged(documents=(billed(line(10_002)),))) == [("rounding", 2)]
    assert parts(judged(documents=(billed(line(9_997)),))) == [("unexplained", -3)]


def test_a_missing_invoice_is_all_of_it() -> None:
    result = judged(documents=())
    assert parts(result) == [("missing_invoice", -10_000)]
    assert result.unexplained_minor == 0


def test_a_second_invoice_with_the_very_lines_is_a_duplicate() -> None:
    twice = (billed(line(10_000)), billed(line(10_000), identity="8", number="INV-2"))
    result = judged(documents=twice)
    assert parts(result) == [("duplicate_invoice", 10_000)]
    assert "INV-2" in result.parts[0].rule


def test_two_equal_halves_are_no_duplicate() -> None:
    halves = (billed(line(5_000)), billed(line(5_000), identity="8"))
    assert parts(judged(documents=halves)) == []
    parts_of_more = (billed(line(5_000)), billed(line(5_000), identity="8"), billed(line(300), identity="9"))
    assert parts(judged(documents=parts_of_more)) == [("unexplained", 300)]


def test_an_item_that_the_card_does_not_know_is_unmapped() -> None:
    setup = line(900, item_id="77", item_name="Setup", line_id="2")
    result = judged(documents=(billed(line(10_000), setup),))
    assert parts(result) == [("unmapped", 900)]
    assert "Setup" in result.parts[0].rule
    # Where a component names no item, the strange line may be its.
    nameless = account(rates=(rate(item_id=None),))
    assert parts(judged(account=nameless, documents=(billed(line(10_000), setup),))) == [("unexplained", 900)]


def test_what_charges_nothing_by_itself_need_not_name_an_item() -> None:
    setup = line(900, item_id="77", item_name="Setup", line_id="2")
    floor = rate("0", kind="minimum", metric="", component="commitment", item_id=None, amount_minor=5_000)
    result = judged(account=account(rates=(rate(), floor)), documents=(billed(line(10_000), setup),))
    assert parts(result) == [("unmapped", 900)]
    fee = rate("0", kind="flat", metric="", component="fee", item_id=None, amount_minor=900)
    nameless = judged(account=account(rates=(rate(), fee)), documents=(billed(line(10_000), setup),))
    assert "unmapped" not in dict(parts(nameless)), "the strange line may be the fee's"


CHANGED = (rate("0.01", valid_to=date(2026, 10, 16)), rate("0.0115", valid_from=date(2026, 10, 16)))
BOTH_HALVES = {"api_calls": series({date(2026, 10, 10): 5_000, date(2026, 10, 20): 5_000})}


def test_a_recent_plan_change_explains_seven_percent() -> None:
    """The story of the product: 7 % too little, because the invoice went on at the old price."""
    result = judged(
        account=account(rates=CHANGED), usage=BOTH_HALVES, documents=(billed(line(10_000, 10_000, "0.01")),)
    )
    assert (result.percent, result.band) == ("-6.98", "under_billed")
    assert parts(result) == [("plan_change", -750)]
    assert result.unexplained_minor == 0
    assert result.flagged
    assert "2026-10-16" in result.parts[0].rule


def test_the_plan_change_is_told_apart_from_what_else_is_wrong() -> None:
    result = judged(
        account=account(rates=CHANGED), usage=BOTH_HALVES, documents=(billed(line(10_600, 10_600, "0.01")),)
    )
    assert parts(result) == [("plan_change", -750), ("unexplained", 600)]


def test_a_plan_change_that_the_invoice_followed_explains_nothing() -> None:
    right = billed(line(5_000, 5_000, "0.01"), line(5_750, 5_000, "0.0115", line_id="2"))
    assert parts(judged(account=account(rates=CHANGED), usage=BOTH_HALVES, documents=(right,))) == []
    other = billed(line(12_000, 10_000, "0.012"))
    assert parts(judged(account=account(rates=CHANGED), usage=BOTH_HALVES, documents=(other,))) == [
        ("unexplained", 1_250)
    ]
    assert parts(
        judged(account=account(rates=CHANGED), usage=BOTH_HALVES, documents=(billed(line(9, item_id="5")),))
    ) == [
        ("unmapped", 9),
        ("unexplained", -10_750),
    ]


def test_a_tiered_plan_is_recognised_by_its_amount() -> None:
    tiers = (Tier(Fraction(1_000), Fraction("0.02")), Tier(None, Fraction("0.01")))
    tiered = rate("0", kind="graduated", tiers=tiers, valid_from=date(2026, 10, 16))
    one = account(rates=(rate("0.01", valid_to=date(2026, 10, 16)), tiered))
    assert parts(judged(account=one, usage=BOTH_HALVES, documents=(billed(line(10_000)),))) == [
        ("plan_change", -516),
    ]  # 16 of 31 days: 516.13 units of the dearer tier


def test_a_fee_that_changed_is_a_plan_change_too() -> None:
    fees = (fee(3_100, valid_to=date(2026, 10, 16)), fee(6_200, valid_from=date(2026, 10, 16)))
    one = account(rates=(rate(), *fees))
    found = judged(account=one, documents=(billed(line(10_000), line(3_100, item_id="5", line_id="2")),))
    assert parts(found) == [("plan_change", -1_600)]


def test_a_fee_billed_whole_for_a_part_of_the_period_is_proration() -> None:
    one = account(rates=(rate(), fee(3_100, valid_from=date(2026, 10, 12))))
    found = judged(account=one, documents=(billed(line(10_000), line(3_100, item_id="5", line_id="2")),))
    assert parts(found) == [("proration", 1_100)]
    other = judged(account=one, documents=(billed(line(10_000), line(3_000, item_id="5", line_id="2")),))
    assert parts(other) == [("unexplained", 1_000)]


def test_an_allowance_in_full_for_a_part_of_the_period_is_proration() -> None:
    one = account(rates=(rate(included=Fraction(3_100), valid_from=date(2026, 10, 10)),))
    assert parts(judged(account=one, documents=(billed(line(6_900)),))) == [("proration", -900)]


def test_a_minimum_that_no_line_tops_up() -> None:
    floor = rate("0", kind="minimum", metric="", component="commitment", item_id=None, amount_minor=12_000)
    one = account(rates=(rate(), floor))
    assert parts(judged(account=one)) == [("minimum", -2_000)]
    named = account(rates=(rate(), replace(floor, item_id="8")))
    assert parts(judged(account=named)) == [("minimum", -2_000)]
    topped = billed(line(10_000), line(1_900, item_id="8", line_id="2"))
    assert parts(judged(account=named, documents=(topped,))) == [("unexplained", -100)]


def test_a_discount_that_the_invoice_forgot_or_invented() -> None:
    off = rate("0", kind="discount", metric="", component="partner", item_id=None, percent=Fraction(10))
    assert parts(judged(account=account(rates=(rate(), off)))) == [("discount", 1_000)]
    given = billed(line(10_000), line(-1_000, kind="discount", item_id=None, line_id="2"))
    assert parts(judged(account=account(rates=(rate(), off)), documents=(given,))) == []
    assert parts(judged(documents=(given,))) == [("discount", -1_000)]
    # Prices that are already less the discount need no line of their own.
    assert parts(judged(account=account(rates=(rate(), off)), documents=(billed(line(9_000)),))) == []


def late(*seen: tuple[datetime, int], day: date = date(2026, 10, 10)) -> dict[str, tuple[Revision, ...]]:
    return {"api_calls": (Revision("amplitude:acct_1", day.toordinal(), seen),)}


def test_domain_rule_12_usage_learned_after_the_invoice_is_late() -> None:
    seen = late((MADE - timedelta(days=2), 9_200), (MADE + timedelta(days=1), 10_000))
    early = billed(line(9_200), created_at=MADE)
    result = judged(revisions=seen, documents=(early,))
    assert parts(result) == [("late_usage", -800)]
    assert "800 calls more" in result.parts[0].evidence[0].text


def test_late_usage_is_dated_by_the_first_instant_at_which_it_was_there() -> None:
    day_end, upload = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 3, 10, tzinfo=UTC)
    seen = late((day_end, 9_200), (upload, 10_000), (datetime(2026, 11, 26, tzinfo=UTC), 10_000))
    early = billed(line(9_200), created_at=datetime(2026, 11, 1, 6, tzinfo=UTC))
    (part,) = judged(revisions=seen, documents=(early,)).parts
    assert [one.text for one in part.evidence] == ["2026-10-10: 800 calls more, in by 2026-11-03 10:00 UTC"]


def test_late_usage_with_decimals_is_told_in_the_metric_s_unit() -> None:
    usage = {"api_calls": series({date(2026, 10, 10): 1_000_050}, scale=2)}
    seen = late((MADE - timedelta(days=2), 920_000), (MADE + timedelta(days=1), 1_000_050))
    (part, *_) = judged(usage=usage, revisions=seen, documents=(billed(line(9_200), created_at=MADE),)).parts
    assert [one.text for one in part.evidence] == ["2026-10-10: 800.5 calls more, in by 2026-11-02 06:00 UTC"]


@pytest.mark.parametrize(
    ("seen", "created_at"),
    [
        # First seen after the invoice: what was known before nobody can tell.
        (late((MADE + timedelta(days=1), 9_200), (MADE + timedelta(days=2), 10_000)), MADE),
        # All of it known before.
        (late((MADE - timedelta(days=2), 9_200), (MADE - timedelta(days=1), 10_000)), MADE),
        # The day lies in another period.
        (late((MADE - timedelta(days=2), 9_200), (MADE + timedelta(days=1), 10_000), day=date(2026, 9, 10)), MADE),
        # The ledger does not say when the invoice was made.
        (late((MADE - timedelta(days=2), 9_200), (MADE + timedelta(days=1), 10_000)), None),
    ],
)
def test_where_the_facts_cannot_tell_nothing_is_called_late(seen: Any, created_at: datetime | None) -> None:
    assert parts(judged(revisions=seen, documents=(billed(line(9_200), created_at=created_at),))) == [
        ("unexplained", -800)
    ]


def test_a_later_true_up_moves_the_cut_off() -> None:
    seen = late((MADE - timedelta(days=2), 9_200), (MADE + timedelta(days=1), 10_000))
    first = billed(line(9_200), created_at=MADE)
    true_up = billed(line(500), created_at=MADE + timedelta(days=3), identity="8")
    assert parts(judged(revisions=seen, documents=(first, true_up))) == [("unexplained", -300)]


def test_a_line_of_no_known_item_may_bill_any_metric() -> None:
    seen = late((MADE - timedelta(days=2), 9_200), (MADE + timedelta(days=1), 10_000))
    other = account(rates=(rate(item_id=None),))
    assert parts(
        judged(account=other, revisions=seen, documents=(billed(line(9_200, item_id=None), created_at=MADE),))
    ) == [("late_usage", -800)]


def credited(amount_minor: int, *documents: Document) -> PeriodResult:
    memo = invoice(amount_minor, identity="3", lines=())
    memo = replace(memo, document_id="quickbooks:creditmemo:3", kind="credit_memo")
    applied = (Application("quickbooks:invoice:7", amount_minor), Application(memo.document_id, amount_minor))
    setting = payment("quickbooks:payment:9", amount_minor=0, applied=applied)
    return judged(documents=(*documents, memo), payments=(setting,))


def test_credit_beyond_what_was_billed_too_much_is_a_cause() -> None:
    assert parts(credited(600, billed(line(10_000)))) == [("credit", -600)]
    assert parts(credited(600, billed(line(10_600)))) == []
    assert parts(credited(600, billed(line(10_900)))) == [("unexplained", 300)]
    assert parts(credited(600, billed(line(10_200)))) == [("credit", -400)]
    twice = (billed(line(10_000)), billed(line(10_000), identity="8", number="INV-2"))
    assert parts(credited(9_000, *twice)) == [("duplicate_invoice", 10_000), ("credit", -9_000)]


@pytest.mark.parametrize(("number", "name"), [("INV-7", "INV-7"), (None, "quickbooks:invoice:7")])
def test_a_credit_s_evidence_names_the_invoice_that_it_is_set_against(number: str | None, name: str) -> None:
    [part] = credited(600, billed(line(10_000), number=number)).parts
    assert [(one.ref, one.text, one.amount_minor) for one in part.evidence] == [
        ("quickbooks:invoice:7", f"credit on {name}", -600)
    ]


def test_a_period_that_runs_is_not_explained_yet() -> None:
    running = reconcile(snapshot(), Policy(), NOW).periods[-1]
    assert (running.due, running.parts, running.unexplained_minor) == (False, (), 0)


LINES = st.builds(
    lambda amount, item, quantity, kind: Line(
        "1", kind, -abs(amount) if kind == "discount" else amount, date(2026, 10, 31), item, quantity=quantity,
        unit_price="0.01",
    ),
    st.integers(-500, 20_000),
    st.sampled_from([None, "1", "5", "9"]),
    st.sampled_from([None, "0", "5000"]),
    st.sampled_from(["item", "discount", "tax"]),
)  # fmt: skip
CARDS = st.lists(
    st.sampled_from(
        [
            rate("0.01", valid_to=date(2026, 10, 16)),
            rate("0.0115", valid_from=date(2026, 10, 16)),
            fee(3_100, valid_from=date(2026, 10, 12)),
            rate("0", kind="minimum", metric="", component="floor", amount_minor=12_000),
            rate("0", kind="discount", metric="", component="off", percent=Fraction(10)),
        ]
    ),
    unique=True,
    min_size=1,
)


@given(
    documents=st.lists(st.lists(LINES, min_size=1, max_size=4), max_size=4),
    card=CARDS,
    used=st.lists(st.integers(0, 9_000), min_size=2, max_size=2),
    turned=st.randoms(),
)
def test_the_parts_add_up_whatever_the_facts_and_their_order(
    documents: list[list[Line]], card: list[Rate], used: list[int], turned: Any
) -> None:
    usage = {"api_calls": series({date(2026, 10, 10): used[0], date(2026, 10, 20): used[1]})}
    found = tuple(billed(*lines, identity=str(place), created_at=MADE) for place, lines in enumerate(documents))
    seen = late((MADE - timedelta(days=1), used[0] // 2), (MADE + timedelta(days=1), used[0]))
    first = judged(account=account(rates=tuple(card)), usage=usage, documents=found, revisions=seen)
    assert sum(part.amount_minor for part in first.parts) == first.variance_minor
    assert len([part for part in first.parts if part.cause in {"rounding", "unexplained"}]) <= 1
    shuffled: list[Iterable[Any]] = [list(found), list(card)]
    for one in shuffled:
        turned.shuffle(one)
    again = judged(account=account(rates=tuple(shuffled[1])), usage=usage, documents=tuple(shuffled[0]), revisions=seen)
    assert again.parts == first.parts
