"""Words that several answers share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["USD"])]
DecimalText = Annotated[str, Field(description="An exact decimal as text.", examples=["1834.5"])]
PercentText = Annotated[str, Field(description="A signed decimal with two digits.", examples=["-5.00"])]
SourceName = Literal["amplitude", "quickbooks", "stripe"]
RateKind = Literal["per_unit", "graduated", "volume", "package", "flat", "minimum", "discount", "as_invoiced"]
SourceState = Literal["complete", "failing", "stale", "partial", "unlinked", "never"]


class Answer(BaseModel):
    """A part of an answer. Fields may be added; a client ignores those it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Money(Answer):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: CurrencyCode


class Days(Answer):
    """Half-open: `end` is the first day after."""

    start: date
    end: date


class Reason(Answer):
    """Why something cannot be judged, and what would cure it."""

    code: str
    source: SourceName | None = None
    cure: str | None = None
