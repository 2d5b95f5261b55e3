"""How a period's figures came about: the lines of the rate card and of the invoices, and the causes of a variance."""

from typing import Literal, NotRequired, TypedDict

from trueup_billing.words import Cause

RateKind = Literal["per_unit", "graduated", "volume", "package", "flat", "minimum", "discount", "as_invoiced"]


class ExpectedPart(TypedDict):
    metric: str
    """Empty for what is not about one metric."""
    unit: str
    quantity: str
    """Metered; 1 for what is not about a quantity."""
    unit_price: str | None
    """Only where one price holds for every unit; the formula says the rest."""
    component: str
    kind: RateKind
    formula: str
    """How the amount was worked out, in words."""
    amount_minor: int
    item_name: str | None
    from_day: str
    to_day: str
    """Last day, included."""


class BilledPart(TypedDict):
    document_id: str
    number: str | None
    description: str | None
    quantity: str | None
    unit_price: str | None
    amount_minor: int
    assumed: bool


class CreditPart(TypedDict):
    document_id: str
    """The invoice that the credit was applied to."""
    number: str | None
    amount_minor: int


class Receipt(TypedDict):
    expected: list[ExpectedPart]
    billed: list[BilledPart]
    credits: list[CreditPart]
    boundary: NotRequired[list[str]]
    """Sentences about hours of the first or last day that belong to a neighbour; absent in older versions."""


class Evidence(TypedDict):
    """A row that a part of a variance rests on: in which system, what it is called there, what it says."""

    source: str
    ref: str
    text: str
    amount_minor: int | None


class ExplainedPart(TypedDict):
    """A cause of the variance, signed like it."""

    cause: Cause
    amount_minor: int
    rule: str
    evidence: list[Evidence]
