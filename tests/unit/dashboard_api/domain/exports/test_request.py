"""What is left, what is refused, and names of files."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard_api.domain.errors import QuotaExceeded
from dashboard_api.domain.exports.request import Quota, filename, refuse_over

DAY = date(2026, 11, 26)


def test_domain_rule_32_both_limits_count() -> None:
    quota = Quota(used=63, limit=100, day_used=480, day_limit=500)
    assert (quota.left, quota.day_left, quota.both_left) == (37, 20, 20)
    refuse_over(quota, 20)
    with pytest.raises(QuotaExceeded, match="20 of 500 are left for you today") as refused:
        refuse_over(quota, 21)
    assert refused.value.extra == {"records": 21, "quota_left": 20}


def test_a_limit_lowered_below_what_was_used_leaves_nothing() -> None:
    quota = Quota(used=80, limit=50, day_used=80, day_limit=500)
    assert (quota.left, quota.both_left) == (0, 0)
    with pytest.raises(QuotaExceeded, match="0 of 50 are left in this session"):
        refuse_over(quota, 1)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("quickbooks:customer:12", "trueup-quickbooks-customer-12-2026-11-26.csv"),
        ('a"; rm -rf /\r\nX: y', "trueup-a-rm--rf-X-y-2026-11-26.csv"),
        ("../../etc/passwd", "trueup-etc-passwd-2026-11-26.csv"),
        ("Öl é", "trueup-O-l-e-2026-11-26.csv"),
        ("株式会社", "trueup-2026-11-26.csv"),
        ("x" * 500, f"trueup-{'x' * 60}-2026-11-26.csv"),
    ],
)
def test_names_of_files_are_harmless(part: str, name: str) -> None:
    assert filename(part, day=DAY, suffix="csv") == name
