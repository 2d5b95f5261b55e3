"""Exports: what is asked for, what is left, and where the file is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dashboard_api.domain.exports.request import RECORDS_MAX
from dashboard_api.domain.portfolio import PAGE_SIZE_MAX, Active, Axis, Band, Mark, PaymentStatus
from dashboard_api.entrypoints.http.schemas.words import Answer


class ExportFilter(BaseModel):
    """The parameters of `GET /api/v1/accounts`, by the same names. Without `page` all pages are exported."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    axis: Axis = Axis.DUE
    search: Annotated[str, Field(max_length=200)] | None = None
    status: Annotated[list[PaymentStatus], Field(max_length=20)] | None = None
    flagged: bool | None = None
    band: Annotated[list[Band], Field(max_length=20)] | None = None
    mark: Annotated[list[Mark], Field(max_length=20)] | None = None
    active: Active = Active.TRUE
    ids: Annotated[str, Field(max_length=11_000, description="Client ids, separated by commas.")] | None = None
    sort: str = "-variance"
    page: Annotated[int, Field(ge=1, le=100_000, description="Export this page only.")] | None = None
    page_size: Annotated[int, Field(ge=1, le=PAGE_SIZE_MAX)] = PAGE_SIZE_MAX


class ExportRequest(BaseModel):
    """Either a filter or accounts by name. A CSV has their rows of the grid, a PDF is the report of one account."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["csv", "pdf"]
    filter: ExportFilter | None = None
    client_ids: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=RECORDS_MAX)] = (
        Field(default=[], description="In the order wanted. One that is not in the portfolio refuses the whole export.")
    )
    detail: bool = Field(default=False, description="CSV of one account: its invoices instead of its row.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.filter is None) == (not self.client_ids):
            raise ValueError("give either filter or client_ids")
        if (self.detail or self.format == "pdf") and len(self.client_ids) != 1:
            raise ValueError("give exactly one client id")
        if self.detail and self.format == "pdf":
            raise ValueError("detail is for CSV; a report lists its invoices anyway")
        return self


class ExportCreated(Answer):
    """A finished export; its file can be downloaded once, by the same user, until `expires_at`."""

    id: str
    records: int
    quota_left: int = Field(description="What the next export may be at most.")
    format: str
    filename: str
    file_url: str
    expires_at: datetime


class ExportQuota(Answer):
    """Records of this session or token, and what is left for the user today (UTC)."""

    limit: int
    used: int
    left: int
    user_day_limit: int
    user_day_left: int
