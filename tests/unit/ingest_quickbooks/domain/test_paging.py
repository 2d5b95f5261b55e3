"""Pages by time: rows that change while they are read are met again, never skipped."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest_quickbooks.domain import paging
from ingest_quickbooks.domain.paging import OFFSET_OVERLAP, PAGE_SIZE, Place, following, query, reach
from ingest_quickbooks.domain.reading import Unreadable

T0 = datetime(2026, 11, 1, 6, tzinfo=UTC)


def row(number: int, at: datetime) -> dict[str, object]:
    return {"Id": str(number), "MetaData": {"LastUpdatedTime": at.isoformat()}}


class TestQuery:
    def test_asks_for_inactive_customers_too(self) -> None:
        assert query("Customer", Place(T0, 1)) == (
            "SELECT * FROM Customer WHERE Active IN (true, false) AND"
            " MetaData.LastUpdatedTime >= '2026-11-01T06:00:00+00:00'"
            " ORDERBY MetaData.LastUpdatedTime ASC STARTPOSITION 1 MAXRESULTS 1000"
        )

    def test_asks_for_everything_at_first(self) -> None:
        assert "WHERE" not in query("Invoice", Place())


class TestFollowing:
    def test_a_short_page_is_the_last(self) -> None:
        assert following(Place(), [row(1, T0)]) is None

    def test_goes_on_from_the_last_rows_instant(self) -> None:
        page = [row(n, T0 + timedelta(seconds=n)) for n in range(PAGE_SIZE)]
        assert following(Place(T0), page) == Place(T0 + timedelta(seconds=PAGE_SIZE - 1))

    def test_pages_by_overlapping_offsets_inside_one_instant(self) -> None:
        page = [row(n, T0) for n in range(PAGE_SIZE)]
        assert following(Place(T0), page) == Place(T0, 1 + PAGE_SIZE - OFFSET_OVERLAP)

    def test_a_full_page_without_times_cannot_go_on(self) -> None:
        with pytest.raises(Unreadable):
            following(Place(), [{"Id": "1"}] * PAGE_SIZE)

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_meets_every_row_however_they_move(self, data: Any) -> None:
        """A small page size, rows sharing instants, and rows that change between two pages."""
        count = data.draw(st.integers(0, 40))
        rows = {n: T0 + timedelta(seconds=data.draw(st.integers(0, 6))) for n in range(count)}
        met: set[int] = set()
        clock = 100
        place: Place | None = Place()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(paging, "PAGE_SIZE", 10)
            patch.setattr(paging, "OFFSET_OVERLAP", 4)
            for _ in range(500):
                if place is None:
                    break
                since = place.since
                wanted = sorted((at, n) for n, at in rows.items() if since is None or at >= since)
                page = wanted[place.start - 1 : place.start + 9]
                met |= {n for _, n in page}
                place = following(place, [row(n, at) for at, n in page])
                if rows and clock < 115:
                    for n in data.draw(st.lists(st.sampled_from(sorted(rows)), max_size=2)):
                        clock += 1
                        rows[n] = T0 + timedelta(seconds=clock)
        assert place is None
        assert met == set(rows)


class TestReach:
    def test_change_capture_reaches_thirty_days(self) -> None:
        assert reach(T0, T0 + timedelta(days=28)) == "changes"
        assert reach(T0, T0 + timedelta(days=29, seconds=1)) == "load"
        assert reach(None, T0) == "load"
