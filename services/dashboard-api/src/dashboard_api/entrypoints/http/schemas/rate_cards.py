"""What an account's rate card was and is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.words import Answer


class CardComponent(Answer):
    """One component from a day on; its terms by the columns of the import."""

    component: str
    valid_from: date
    terms: dict[str, str]


class CardChange(Answer):
    """How a component differs from the version before. Fields: before and after."""

    component: str
    valid_from: date
    change: Literal["added", "changed", "removed"]
    fields: dict[str, tuple[str | None, str | None]]


class RateCard(Answer):
    """One version of the whole card."""

    version: int
    imported_at: datetime
    imported_by: str
    components: list[CardComponent]
    changes: list[CardChange] = Field(description="Against the version before; of the first one everything is added.")


class RateCards(Answer):
    """`GET /api/v1/accounts/{client_id}/rate-cards`: the latest version is in force."""

    items: list[RateCard]
    page: int
    page_size: int
    total: int
