"""Customers that belong to nobody, suggestions, and decisions about links."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dashboard_api.entrypoints.http.schemas.words import Answer, CurrencyCode, SourceName

Ref = Annotated[str, Field(pattern=r"^(amplitude|quickbooks|stripe):[^\x00-\x1f\x7f]+$", max_length=500)]
ClientIdText = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class LinkRequest(BaseModel):
    """Which customer, which account, and the latest decision about the customer that the person saw (null: none)."""

    model_config = ConfigDict(extra="forbid")

    ref: Ref
    client_id: ClientIdText
    seen_decision_id: UUID | None


class LinkDecision(Answer):
    """What a person decided. `applying` until the read model names it; `superseded` once another one came after it."""

    id: UUID
    ref: str
    source: SourceName
    customer_name: str | None
    verdict: Literal["linked", "unlinked", "withdrawn"] = Field(
        description="`withdrawn`: nothing stands any more, imports and exact keys say again."
    )
    client_id: str | None = Field(description="Of `linked`: to whom.")
    client_name: str | None
    former_client_id: str | None = Field(description="The account that it took the customer from.")
    former_client_name: str | None
    undoes: UUID | None
    decided_by: str
    decided_by_name: str
    decided_at: datetime
    state: Literal["applying", "applied", "superseded"]


class LinkDecisions(Answer):
    """The latest decisions."""

    items: list[LinkDecision]


class SuggestionReason(Answer):
    """Why an account is suggested, in words; the points add up to the score."""

    code: str
    points: int
    text: str


class Suggestion(Answer):
    """An account that the customer may belong to."""

    client_id: str
    name: str
    score: int = Field(ge=0, le=100, description="The sum of the reasons' points, held between 0 and 100.")
    reasons: list[SuggestionReason]


class UnlinkedCustomer(Answer):
    """A customer of one source that belongs to no account."""

    ref: str
    source: SourceName
    name: str | None
    currency: CurrencyCode | None
    observed_at: datetime
    suggestions: list[Suggestion]
    refused_client_id: str | None = Field(description="The account that it was taken from; it is not suggested again.")
    refused_client_name: str | None
    decision: LinkDecision | None = Field(description="The latest about it; send its id with the next.")


class UnlinkedCustomers(Answer):
    """One page, the best suggested first."""

    items: list[UnlinkedCustomer]
    page: int
    page_size: int
    total: int
