from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.months import next_month, planted_month
from trueup_sandbox.world.world import World

Ask = Callable[..., dict[str, Any]]
BANDS = {
    "variance_0": ("matched", "0.00"),
    "variance_1_9_over": ("auto_resolved", "1.90"),
    "variance_1_9_under": ("auto_resolved", "-1.90"),
    "variance_2_0_over": ("within_tolerance", "2.00"),
    "variance_2_0_under": ("within_tolerance", "-2.00"),
    "variance_4_9_over": ("within_tolerance", "4.90"),
    "variance_4_9_under": ("within_tolerance", "-4.90"),
    "variance_5_0_over": ("within_tolerance", "5.00"),
    "variance_5_0_under": ("within_tolerance", "-5.00"),
    "variance_5_1_over": ("over_billed", "5.10"),
    "variance_5_1_under": ("under_billed", "-5.10"),
    "variance_7_over": ("over_billed", "7.00"),
    "variance_7_under": ("under_billed", "-7.00"),
    "variance_40_over": ("over_billed", "40.00"),
    "variance_40_under": ("under_billed", "-40.00"),
    "variance_over_cap": ("needs_review", "1.00"),
    "late_usage": ("under_billed", "-7.41"),
    "credit_memo": ("matched", "0.00"),
    "void": ("matched", "0.00"),
    "missing_invoice": ("missing_invoice", "-100.00"),
    "billed_without_usage": ("billed_without_usage", None),
    "no_service_date": ("matched", "0.00"),
    "tiered_card": ("matched", "0.00"),
    "discount_forgotten": ("over_billed", "11.11"),
    "progressive": ("matched", "0.00"),
    "true_up": ("matched", "0.00"),
    "duplicate_invoice": ("over_billed", "100.00"),
    "unlinked_amplitude": ("cannot_judge", None),
    "unlinked_stripe": ("cannot_judge", None),
    "partial_source": ("cannot_judge", None),
}
STATUSES = {
    "part_paid": "partly_paid",
    "overdue": "overdue",
    "declined_card": "failed",
    "refund": "refunded",
    "dispute": "in_dispute",
    "unlinked_stripe": None,
    "partial_source": None,
}


def planted(world: World, name: str) -> list[Account]:
    return [one for one in world.accounts if one.planted and one.planted.name == name]


class TestPlantedMonth:
    @pytest.mark.parametrize("name", BANDS)
    def test_shows_the_planted_band_and_percentage(self, still_world: World, ask: Ask, name: str) -> None:
        accounts = planted(still_world, name)
        assert accounts
        for account in accounts:
            variance = ask(still_world, account.client_id)["row_variance"]
            assert (variance["band"], variance.get("percent")) == BANDS[name]

    @pytest.mark.parametrize("name", STATUSES)
    def test_shows_the_planted_payment_status(self, still_world: World, ask: Ask, name: str) -> None:
        for account in planted(still_world, name):
            assert ask(still_world, account.client_id)["invoice"]["status"] == STATUSES[name]

    def test_percentages_are_exact_not_rounded(self, still_world: World, ask: Ask) -> None:
        for account in still_world.accounts:
            if account.planted and account.planted.situation == "billed_off":
                one = ask(still_world, account.client_id)["row_variance"]
                exact = Fraction(one["variance_minor"] * 100, one["expected_minor"])
                assert exact == Fraction(account.planted.percent)

    def test_stands_whatever_day_the_world_is_born_on(self, make_world: Callable[..., World], ask: Ask) -> None:
        for day in (6, 15, 30):
            world = make_world(born=datetime(2027, 1, day, 9, tzinfo=UTC))
            for name in ("variance_7_over", "late_usage", "missing_invoice", "void"):
                variance = ask(world, planted(world, name)[0].client_id)["row_variance"]
                assert (variance["band"], variance["percent"]) == BANDS[name]
            for name in ("part_paid", "overdue", "declined_card", "refund"):
                assert ask(world, planted(world, name)[0].client_id)["invoice"]["status"] == STATUSES[name]

    @pytest.mark.parametrize(
        ("day", "month"), [("2026-11-05", "2026-09"), ("2026-11-06", "2026-10"), ("2027-01-01", "2026-11")]
    )
    def test_is_the_latest_one_whose_invoices_have_been_out_long_enough(self, day: str, month: str) -> None:
        assert f"{planted_month(datetime.fromisoformat(day).date()):%Y-%m}" == month

    def test_an_ended_account_is_used_and_billed_until_its_end(self, still_world: World, ask: Ask) -> None:
        (account,) = planted(still_world, "ended_account")
        assert account.active_to == still_world.planted_month + timedelta(days=14)
        answer = ask(still_world, account.client_id)
        assert answer["forecast"]["status"] == "ended"
        assert answer["row_variance"]["band"] == "matched"
        end = next_month(still_world.planted_month)
        assert still_world.desk.usage.planned(account.series[0], account.active_to, end) == 0


def test_nothing_else_is_out_of_order(still_world: World, ask: Ask) -> None:
    for account in still_world.accounts:
        answer = ask(still_world, account.client_id)
        for period in answer.get("periods", []):
            if account.planted is None or period["start"] != still_world.planted_month.isoformat():
                assert period["band"] in {"matched", "not_due", "no_activity"}, (account.client_id, period)
                assert not period["due"] or period["variance_minor"] == 0
