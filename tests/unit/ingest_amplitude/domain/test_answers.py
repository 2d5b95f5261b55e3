"""Segmentation answers in every shape they come in, and in shapes they must not have."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ingest_amplitude.domain.answers import GarbledAnswer, read_sums

DAYS = [date(2026, 11, 9), date(2026, 11, 10)]


def answer(**changes: Any) -> dict[str, Any]:
    data = {
        "series": [[5, 7], [1, Decimal("2.5")]],
        "seriesLabels": [[0, "acct_1"], [0, "acct_2"]],
        "seriesCollapsed": [[{"setId": "", "value": 12}]],
        "xValues": ["2026-11-09", "2026-11-10"],
    }
    top = {name: changes.pop(name) for name in list(changes) if name not in data}
    return {"data": data | changes, "timeComputed": 1762776000123} | top


class TestReadSums:
    def test_reads_sums_by_account_and_day(self) -> None:
        sums = read_sums(answer(), DAYS)
        assert sums.by_account == {
            "acct_1": (Decimal(5), Decimal(7)),
            "acct_2": (Decimal(1), Decimal("2.5")),
        }
        assert (sums.rows, sums.incomplete) == (2, None)
        assert sums.computed_at == datetime.fromtimestamp(1762776000, UTC).replace(microsecond=123000)

    @pytest.mark.parametrize("labels", [["acct_1", "acct_2"], [[0, "acct_1"], [1, "acct_2"]]])
    def test_accepts_plain_and_paired_labels(self, labels: list[Any]) -> None:
        assert set(read_sums(answer(seriesLabels=labels), DAYS).by_account) == {"acct_1", "acct_2"}

    def test_events_without_account_count_as_a_row_only(self) -> None:
        sums = read_sums(answer(seriesLabels=["acct_1", "(none)"]), DAYS)
        assert (set(sums.by_account), sums.rows) == ({"acct_1"}, 2)

    @pytest.mark.parametrize(
        "flag",
        [
            {"hitChunkGroupByLimit": True},
            {"timedOutRealtimeData": True},
            {"realtimeDataMissing": True},
            {"prunedResult": True},
            {"minSampleRate": Decimal("0.5")},
        ],
    )
    def test_flags_say_that_it_is_not_whole(self, flag: dict[str, Any]) -> None:
        assert read_sums(answer(**flag), DAYS).incomplete == next(iter(flag))

    def test_a_full_sample_is_whole(self) -> None:
        assert read_sums(answer(minSampleRate=1, prunedResult=False), DAYS).incomplete is None

    @pytest.mark.parametrize(
        "garbage",
        [
            None,
            [],
            {},
            {"data": []},
            answer(series=[[1, 2]]),
            answer(series=[[1], [2]]),
            answer(series=[[1, "x"], [1, 2]]),
            answer(series=[[1, 1.5], [1, 2]]),
            answer(seriesLabels=[0, 1]),
            answer(seriesLabels=["acct_1", "acct_1"]),
            answer(xValues=["2026-11-09"]),
            answer(xValues=["2026-11-08", "2026-11-09"]),
            answer(timeComputed=10**30),
        ],
    )
    def test_garbage_is_refused_as_a_whole(self, garbage: Any) -> None:
        with pytest.raises(GarbledAnswer):
            read_sums(garbage, DAYS)
