"""Cost by Amplitude's rule, with the figures worked out by hand."""

import pytest

from ingest_amplitude.domain.cost import segmentation_cost


@pytest.mark.parametrize(
    ("days", "group_bys", "cost"), [(31, 1, 155), (31, 2, 279), (92, 2, 828), (3, 2, 27), (1, 0, 1)]
)
def test_days_times_conditions_times_type(days: int, group_bys: int, cost: int) -> None:
    assert segmentation_cost(days, group_bys=group_bys) == cost


def test_a_question_spans_a_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        segmentation_cost(0, group_bys=2)
