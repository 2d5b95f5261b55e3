"""Deciding: the request, the decision, what is offered and what stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard_api.entrypoints.http.schemas.words import Answer, CurrencyCode, PercentText, SourceName

KindName = Literal["resolve", "snooze", "review", "sign_off", "accept_partial", "undo"]
MarkWord = Literal["resolved", "snoozed", "reviewed", "signed_off", "changed"]
OfferReason = Literal[
    "read_only_mode",
    "applying",
    "gone",
    "not_due",
    "cannot_judge",
    "source_stale",
    "nothing_open",
    "already",
    "not_partial",
    "nothing_to_undo",
]
Revision = Annotated[int, Field(ge=0, lt=2**63, description="The account's revision that the person saw.")]
ReasonText = Annotated[str | None, Field(default=None, description="In the person's words; one line.")]


class DecisionRequest(BaseModel):
    """What is decided, on which revision. The figures are those that are served, never the caller's."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: KindName
    revision: Revision
    period_start: date | None = Field(default=None, description="First day of the period, of a decision about one.")
    document_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Of a decision about an invoice that is paid in one system and open in the other.",
    )
    source: SourceName | None = Field(default=None, description="Of `accept_partial`: whose gap.")
    undoes: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Of `undo`: the decision; without: what the rule resolved.",
    )
    until: date | None = Field(
        default=None, description="Of `snooze`: the day on which it is over; without: on a change."
    )
    reason: ReasonText


class BulkAccount(BaseModel):
    """One account of a bulk decision, and the revision that the person saw."""

    model_config = ConfigDict(extra="forbid", strict=True)

    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    revision: Revision
    period_start: date


class BulkRequest(BaseModel):
    """The same for up to 50 accounts, with one reason; each is a decision of its own."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Literal["resolve", "snooze", "review"]
    until: date | None = None
    reason: ReasonText
    accounts: Annotated[list[BulkAccount], Field(min_length=1, max_length=50)]


class Decision(Answer):
    """One decision. It is applied once the account's figures name it."""

    id: str
    client_id: str
    kind: KindName
    period_start: date | None
    document_id: str | None
    source: SourceName | None
    until: date | None
    undoes: str | None
    reason: str | None
    revision: int
    decided_by: str
    decided_by_name: str
    decided_at: datetime
    applying: bool = Field(description="On its way: the figures shown do not know it yet.")


class Decisions(Answer):
    """The latest decisions of an account, the latest first."""

    items: list[Decision]


class RefusedDecision(Answer):
    """An account of a bulk decision that was left as it is, and why."""

    client_id: str
    code: str
    detail: str
    reason: OfferReason | None = None


class BulkDecided(Answer):
    """What was decided and what was not."""

    decided: list[Decision]
    refused: list[RefusedDecision]


class Offer(Answer):
    """Whether something can be decided now, and why not."""

    kind: KindName
    undoes: str | None
    allowed: bool
    reason: OfferReason | None
    text: str | None = Field(description="The reason in words.")


class By(Answer):
    """Who decided, when and why."""

    decision_id: str
    by: str
    by_name: str
    at: datetime
    reason: str | None = Field(description="Null also for a role without payment details, of which it may tell.")


class Handling(Answer):
    """The latest of resolve, snooze and review that stands."""

    state: Literal["resolved", "snoozed", "reviewed"]
    decision: By
    until: date | None
    ended: Literal["figures_moved", "snooze_over"] | None = Field(description="Why it no longer holds.")


class SignOff(Answer):
    """The figures as they were signed off."""

    decision: By
    currency: CurrencyCode | None
    expected_minor: int | None
    billed_minor: int | None
    amount_minor: int | None
    percent: PercentText | None
    band: str
    policy_version: int
    changed: bool = Field(description="Later facts have moved the figures since.")


class ToldApart(Answer):
    """An invoice that is paid in one system and open in the other: what each says is left."""

    document_id: str
    number: str | None
    ledger_minor: int
    ledger_currency: CurrencyCode
    gateway_minor: int
    gateway_currency: CurrencyCode
    handling: Handling | None
    offers: list[Offer] = Field(default=[], description="Empty for a role that decides nothing.")


class Partial(Answer):
    """What is missing of one source in this account."""

    source: SourceName
    missing: str
    parts: list[str]
    accepted: By | None
    offers: list[Offer] = Field(default=[], description="Empty for a role that decides nothing.")
