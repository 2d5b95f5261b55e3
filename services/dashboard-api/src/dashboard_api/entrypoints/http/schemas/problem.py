"""Errors, as RFC 9457 problem details."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One thing wrong with the request."""

    where: str = Field(description="The parameter, header or field.", examples=["query.page_size"])
    detail: str
    line: int | None = Field(default=None, description="Of an imported file.")
    column: str | None = None
    code: str | None = None


class Problem(BaseModel):
    """Every error has this shape; `code` is stable, the rest is for people."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    trace_id: str
    retry_after_s: int | None = Field(default=None, description="When trying again makes sense, in seconds.")
    errors: list[FieldProblem] | None = None
