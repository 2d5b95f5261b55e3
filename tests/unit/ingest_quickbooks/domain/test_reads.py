"""When people must hear that the month's reads run out."""

from __future__ import annotations

import pytest

from ingest_quickbooks.domain.reads import alarming


@pytest.mark.parametrize(
    ("reads", "said"),
    [(0, None), (399_999, None), (400_000, "80 %"), (499_999, "80 %"), (500_000, "all"), (9**9, "all")],
)
def test_four_fifths_alarm(reads: int, said: str | None) -> None:
    assert alarming(reads, 500_000) == said
