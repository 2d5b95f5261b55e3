"""Sorts and pages."""

from __future__ import annotations

import pytest

from dashboard_api.domain.portfolio import SORTS, PaymentStatus, PortfolioQuery, Sort, SortField


def test_all_orders_go_both_ways() -> None:
    assert len(SORTS) == 2 * len(SortField)
    assert all(Sort.parse(text).descending is text.startswith("-") for text in SORTS)


@pytest.mark.parametrize("text", ["", "-", "colour", "--name", "name-", "Name"])
def test_other_orders_are_none(text: str) -> None:
    with pytest.raises(ValueError):
        Sort.parse(text)


def test_the_second_page_starts_after_the_first() -> None:
    assert PortfolioQuery(page=3, page_size=20).offset == 40


def test_filtering_or_sorting_by_status_asks_for_payments() -> None:
    assert not PortfolioQuery().asks_for_payments
    assert PortfolioQuery(status=(PaymentStatus.PAID,)).asks_for_payments
    assert PortfolioQuery(sort=Sort.parse("-status")).asks_for_payments
