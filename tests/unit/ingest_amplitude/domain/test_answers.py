"""Segmentation answers in every shape they come in, and in shapes they must not have."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ingest_amplitude.domain.answers import GarbledAnswer, Sums, days_of, read_sums
from ingest_amplitude.domain.buckets import Metric

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

    def test_an_account_behind_events_without_one_is_read(self) -> None:
        assert set(read_sums(answer(seriesLabels=["(none)", "acct_2"]), DAYS).by_account) == {"acct_2"}

    @pytest.mark.parametrize("odd", ["", "a\x00b", "a\ud83d"])
    def test_a_name_that_cannot_be_kept_is_nobodys_and_spoils_no_other(self, odd: str) -> None:
        sums = read_sums(answer(seriesLabels=[[0, odd], [0, "ärger 😀"]]), DAYS)
        assert (set(sums.by_account), sums.rows) == ({"ärger 😀"}, 2)

    @pytest.mark.parametrize("labels", [["a"], ["a", "b", "c"]])
    def test_as_many_labels_as_series(self, labels: list[str]) -> None:
        with pytest.raises(GarbledAnswer, match=re.escape(f"data.series: 2 series with {len(labels)} labels")):
            read_sums(answer(seriesLabels=labels), DAYS)

    @pytest.mark.parametrize(
        ("rows", "incomplete", "cut"),
        [
            (999, None, False),
            (1000, None, True),
            (1001, None, True),
            (2, "hitChunkGroupByLimit", True),
            (2, "prunedResult", False),
            (2, "timedOutRealtimeData", False),
            (1000, "timedOutRealtimeData", True),
        ],
    )
    def test_groups_are_left_out(self, rows: int, incomplete: str | None, cut: bool) -> None:
        assert Sums({}, rows, incomplete, None).is_cut(1000) is cut

    def test_the_answer_itself_says_that_groups_are_left_out(self) -> None:
        assert read_sums(answer(hitChunkGroupByLimit=True), DAYS).is_cut(1000)

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
        ("garbage", "said"),
        [
            (None, "answer: no object"),
            ([], "answer: no object"),
            ({}, "data: no object"),
            ({"data": []}, "data: no object"),
            (answer(series=None), "data.series: no list"),
            (answer(seriesLabels={}), "data.seriesLabels: no list"),
            (answer(xValues="2026-11-09"), "data.xValues: no list"),
            (answer(series=[[1, 2]]), "data.series: 1 series with 2 labels"),
            (answer(series=[[1, 2], [1]]), "data.series[1]: a series of another length than its days"),
            (answer(series=[[1, 2, 3], [1, 2]]), "data.series[0]: a series of another length than its days"),
            (answer(series=[(1, 2), [1, 2]]), "data.series[0]: a series of another length than its days"),
            (answer(series=[[1, 2], [1, "x"]]), "data.series[1][1]: 'x' is no exact number"),
            (answer(series=[[1.5, 1], [1, 2]]), "data.series[0][0]: 1.5 is no exact number"),
            (answer(series=[[1, True], [1, 2]]), "data.series[0][1]: True is no exact number"),
            (answer(series=[[1, None], [1, 2]]), "data.series[0][1]: None is no exact number"),
            (answer(seriesLabels=[0, 1]), "data.seriesLabels[0]: a series without account: 0"),
            (answer(seriesLabels=["acct_1", ["acct_2"]]), "data.seriesLabels[1]: a series without account: ['acct_2']"),
            (
                answer(seriesLabels=["acct_1", [0, 1, "acct_2"]]),
                "data.seriesLabels[1]: a series without account: [0, 1, 'acct_2']",
            ),
            (answer(seriesLabels=["acct_1", "acct_1"]), "data.seriesLabels[1]: two series for 'acct_1'"),
            (
                answer(xValues=["2026-11-09"]),
                "data.xValues: asked for 2026-11-09 to 2026-11-10, answered ['2026-11-09'] to ['2026-11-09']",
            ),
            (
                answer(xValues=["2026-11-07", "2026-11-08", "2026-11-12"]),
                "data.xValues: asked for 2026-11-09 to 2026-11-10, answered ['2026-11-07'] to ['2026-11-12']",
            ),
            (answer(xValues=["2026-11-10", "2026-11-09"]), "data.xValues: asked for 2026-11-09 to 2026-11-10"),
            (answer(xValues=["2026-11-10", "2026-11-11"]), "data.xValues: asked for 2026-11-09 to 2026-11-10"),
            (answer(timeComputed=10**30), "timeComputed: no instant"),
        ],
    )
    def test_garbage_is_refused_as_a_whole_and_its_place_is_named(self, garbage: Any, said: str) -> None:
        with pytest.raises(GarbledAnswer, match=f"^{re.escape(said)}"):
            read_sums(garbage, DAYS)

    def test_an_account_whose_name_begins_like_the_absent_one_is_an_account(self) -> None:
        labels = ["(acme) inc", "(zeta)"]
        assert set(read_sums(answer(seriesLabels=labels), DAYS).by_account) == set(labels)

    def test_of_a_months_label_only_the_month_is_read(self) -> None:
        months = [date(2026, 10, 1), date(2026, 11, 1)]
        labels = ["2026-10-01", "2026-11-30T00:00:00"]
        assert set(read_sums(answer(xValues=labels), months, "month").by_account) == {"acct_1", "acct_2"}
        with pytest.raises(GarbledAnswer):
            read_sums(answer(xValues=labels), months)

    def test_a_day_may_come_with_its_time(self) -> None:
        read_sums(answer(xValues=["2026-11-09T00:00:00", "2026-11-10T00:00:00"]), DAYS)

    @pytest.mark.parametrize(
        ("rate", "whole"), [(Decimal("0.999"), False), (1, True), (2, True), ("0.5", True), (0, False)]
    )
    def test_the_sample_is_whole_from_one_on(self, rate: object, whole: bool) -> None:
        assert (read_sums(answer(minSampleRate=rate), DAYS).incomplete is None) is whole

    def test_what_is_said_beside_the_data_may_stand_in_it(self) -> None:
        inside = answer()
        inside["data"] |= {"prunedResult": True, "timeComputed": 1762776000999}
        del inside["timeComputed"]
        sums = read_sums(inside, DAYS)
        assert sums.incomplete == "prunedResult"
        assert sums.computed_at == datetime.fromtimestamp(1762776000, UTC).replace(microsecond=999000)

    @pytest.mark.parametrize("value", [None, "1762776000123", True])
    def test_without_an_instant_of_counting_none_is_told(self, value: object) -> None:
        assert read_sums(answer(timeComputed=value), DAYS).computed_at is None

    def test_sums_are_told_in_the_units_of_the_metric(self) -> None:
        metric = Metric("k", "api_calls_metered", "quantity", "k", scale=Decimal("0.001"))
        sums = read_sums(answer(), DAYS).in_units_of(metric)
        assert sums.by_account["acct_1"] == (Decimal("0.005"), Decimal("0.007"))
        assert (sums.rows, sums.computed_at) == (2, read_sums(answer(), DAYS).computed_at)


class TestDaysOf:
    def test_the_days_that_it_speaks_of(self) -> None:
        assert days_of(answer(xValues=["2026-11-09", "2026-11-10T00:00:00"])) == DAYS

    @pytest.mark.parametrize(
        ("garbage", "said"),
        [
            ([], "answer: no object"),
            ({"data": None}, "data: no object"),
            (answer(xValues=None), "data.xValues: no list"),
            (answer(xValues=["soon"]), "data.xValues: Invalid isoformat string: 'soon'"),
        ],
    )
    def test_what_names_no_days_is_refused(self, garbage: Any, said: str) -> None:
        with pytest.raises(GarbledAnswer, match=f"^{re.escape(said)}"):
            days_of(garbage)
