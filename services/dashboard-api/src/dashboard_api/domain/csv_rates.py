"""The rate cards file: one component a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, pairwise

from dashboard_api.domain.configuration import USAGE_KINDS, RateConfig
from dashboard_api.domain.csv_rows import read_rows
from dashboard_api.domain.imports import Row, RowError
from dashboard_api.domain.rate_rows import COLUMNS, NEEDED, rate_of

Wanted = dict[str, tuple[int, RateConfig]]


def rows_of_csv(text: str) -> tuple[list[Row], list[RowError]]:
    """The rows of a CSV file, and what is wrong with its form."""
    return read_rows(text, needed=NEEDED, optional=[name for name in COLUMNS if name not in NEEDED])


def read_rates(
    rows: Sequence[Row], formal: Sequence[RowError], clients: Iterable[str]
) -> tuple[int, Wanted, list[RowError]]:
    """Number of rows, key → (line, component), and everything that is wrong.

    Args:
        rows: the file's rows.
        formal: what is wrong with the file's form.
        clients: the accounts there are.
    """
    errors = list(formal)
    known = set(clients)
    wanted: Wanted = {}
    for row in rows:
        rate = rate_of(row, known, errors)
        if rate is None:
            continue
        if rate.key in wanted:
            detail = f"Line {wanted[rate.key][0]} has this account, component and first day already."
            errors.append(RowError(row.line, "valid_from", "repeated_row", detail))
        else:
            wanted[rate.key] = (row.line, rate)
    errors.extend(_overlaps(wanted))
    errors.extend(_currencies(wanted))
    return len(rows), wanted, sorted(errors, key=lambda error: error.line)


def _overlaps(wanted: Wanted) -> list[RowError]:
    """Two versions of one component, or two prices of one metric, must not hold on the same day."""
    errors = []
    ordered = sorted(wanted.values(), key=lambda each: (*_place(each[1]), each[1].valid_from))
    for (_, before), (line, after) in pairwise(ordered):
        if _place(before) == _place(after) and _ends(before) > after.valid_from:
            detail = f"The price from {before.valid_from} still holds then; end it with valid_to {after.valid_from}."
            errors.append(RowError(line, "valid_from", "overlapping_rates", detail))
    return errors


def _place(rate: RateConfig) -> tuple[str, bool, str]:
    usage = rate.kind in USAGE_KINDS
    return rate.client_id, usage, rate.metric if usage else rate.component


def _ends(rate: RateConfig) -> date:
    return rate.valid_to or date.max


def _currencies(wanted: Wanted) -> list[RowError]:
    """A card is in one currency on every day."""
    errors = []
    cards: dict[str, list[tuple[int, RateConfig]]] = {}
    for line, rate in wanted.values():
        cards.setdefault(rate.client_id, []).append((line, rate))
    for card in cards.values():
        if len({rate.currency for _, rate in card}) == 1:
            continue
        for (_, one), (line, other) in combinations(card, 2):
            together = one.valid_from < _ends(other) and other.valid_from < _ends(one)
            if one.currency != other.currency and together:
                detail = f"The card is in {one.currency} on these days; a card has one currency."
                errors.append(RowError(line, "currency", "several_currencies", detail))
                break
    return errors
