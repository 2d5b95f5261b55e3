"""Flags: the draft, the request to send one, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard_api.entrypoints.http.schemas.words import Answer

ChannelName = Literal["slack", "email"]
StateName = Literal["queued", "sending", "sent", "failed", "unknown"]


class FlagTarget(Answer):
    """Somebody who can be told."""

    id: str
    label: str


class FlagFact(Answer):
    """One line of the evidence."""

    label: str
    value: str


class FlagDraft(Answer):
    """What would be sent if nobody changed a word; text and subject are there to be edited."""

    channel: ChannelName
    targets: list[FlagTarget]
    subject: str | None
    text: str
    preview_html: str | None = Field(description="The e-mail; null for Slack.")
    blocks: list[dict[str, Any]] | None = Field(description="Slack's blocks; null for e-mail.")
    evidence: list[FlagFact] = Field(description="Attached as it is, looked up again when the flag is sent.")
    link: str


class FlagRequest(BaseModel):
    """What to send to whom."""

    model_config = ConfigDict(extra="forbid", strict=True)

    channel: ChannelName
    target: str = Field(min_length=1, max_length=100, description="The id of a target that the draft lists.")
    discrepancy: str | None = Field(default=None, min_length=1, max_length=100, description="Its code.")
    period_start: date | None = None
    subject: str | None = Field(default=None, description="Without one the draft's is taken.")
    text: str = Field(min_length=1)
    resend: bool = Field(default=False, description="Send again although the last one may have arrived.")


class Flag(Answer):
    """A flag and what became of its message."""

    id: str
    client_id: str
    channel: ChannelName
    target: FlagTarget
    discrepancy: str | None
    period_start: date | None
    subject: str | None
    text: str
    state: StateName = Field(description="`unknown`: handed over without an answer; it may have arrived.")
    reason: str | None
    permalink: str | None
    flagged_by: str
    flagged_by_name: str
    created_at: datetime
    sent_at: datetime | None
    repeated: bool = Field(description="The issue was flagged to this recipient before; this is that flag.")


class FlagMark(Answer):
    """The latest flag of an account, as a mark in the grid."""

    by: str
    by_name: str
    at: datetime
    state: StateName
