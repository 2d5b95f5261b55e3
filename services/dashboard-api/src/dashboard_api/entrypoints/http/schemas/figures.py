"""The displayed figures with their definitions."""

from __future__ import annotations

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.words import Answer


class Figure(Answer):
    """One figure as people see it."""

    id: str
    name: str
    fields: list[str] = Field(description="Where this API carries it: `Schema.field`.")
    definition: str
    shown: list[str]
    formula: str
    source: str
    unit: str
    rounding: str


class Figures(Answer):
    """Every figure that is shown anywhere."""

    disclaimer: str
    items: list[Figure]
