"""Refreshes and imports."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard_api.entrypoints.http.schemas.words import Answer, SourceName


class SyncRequest(BaseModel):
    """Which source to read again; all three when it is not named."""

    model_config = ConfigDict(extra="forbid")

    source: SourceName | None = None


class SyncAccepted(Answer):
    """The ids of the requests; the figures follow on the live stream."""

    request_ids: dict[SourceName, str]


class ImportChange(Answer):
    """One account or rate that the file adds, changes or takes away."""

    key: str = Field(description="The client id; for rates client id, metric and first day.")
    change: Literal["added", "changed", "removed"]
    line: int | None
    fields: dict[str, tuple[str | None, str | None]] = Field(description="Field → value before and after.")


class ImportProblem(Answer):
    """A line that cannot be taken, and what to do about it."""

    line: int
    column: str | None
    code: str
    detail: str


class ImportResult(Answer):
    """What the file would change (dry run) or has changed; with any error nothing is changed."""

    dry_run: bool
    applied: bool
    rows: int
    added: int
    changed: int
    removed: int
    unchanged: int
    changes: list[ImportChange] = Field(description="The first 500.")
    errors: list[ImportProblem] = Field(description="The first 500.")
    errors_total: int
