"""What can be asked for as a file, and what it counts against the quota."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dashboard_api.domain.errors import QuotaExceeded
from dashboard_api.domain.portfolio import PortfolioQuery

RECORDS_MAX = 500
"""No export is larger, whatever the settings say: a file is made in memory."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class ExportFormat(StrEnum):
    """The two kinds of file."""

    CSV = "csv"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        return {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf"}[self.value]


@dataclass(frozen=True, slots=True)
class ExportWish:
    """Either a look at the portfolio (`query`) or accounts by name (`client_ids`, in the order wanted)."""

    format: ExportFormat
    query: PortfolioQuery | None = None
    one_page: bool = False
    """Only the page that the query names, not all pages."""
    client_ids: tuple[str, ...] = ()
    documents: bool = False
    """The invoices of the one account instead of its row in the grid."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What one session or token, and its user, have used up."""

    used: int
    limit: int
    day_used: int
    day_limit: int

    @property
    def left(self) -> int:
        """How many records this session may still export."""
        return max(0, self.limit - self.used)

    @property
    def day_left(self) -> int:
        """How many records the user may still export today."""
        return max(0, self.day_limit - self.day_used)

    @property
    def both_left(self) -> int:
        """What the next export may be at most."""
        return min(self.left, self.day_left)


def filename(*parts: str, day: date, suffix: str) -> str:
    """A name that every file system takes: letters, digits, `-`, `_` and `.`; `trueup-portfolio-2026-11-26.csv`."""
    plain = [_UNSAFE.sub("-", unicodedata.normalize("NFKD", part)).strip("-.")[:60].strip("-.") for part in parts]
    return "-".join(["trueup", *(part for part in plain if part), day.isoformat()]) + f".{suffix}"


def over_quota(quota: Quota, records: int) -> QuotaExceeded:
    """The refusal, with the records and what is left."""
    where = f"{quota.left} of {quota.limit} are left in this session"
    if quota.day_left < quota.left:
        where = f"{quota.day_left} of {quota.day_limit} are left for you today"
    return QuotaExceeded(
        f"This export has {records} records, and {where}. Choose fewer accounts or a narrower filter.",
        records=records,
        quota_left=quota.both_left,
    )


def refuse_over(quota: Quota, records: int) -> None:
    """Refuse the whole export when it has more records than are left.

    Raises:
        QuotaExceeded: with the records and what is left.
    """
    if records > quota.both_left:
        raise over_quota(quota, records)
