"""Which client a customer belongs to, as a person decided."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from trueup_contracts.envelope import Event, Instant, RefText

LinkVerdict = Literal["linked", "unlinked", "withdrawn"]
"""`linked`: to `client_id`. `unlinked`: to nobody, whatever imports and exact keys say. `withdrawn`: no decision stands, so
imports and exact keys say again."""


class LinkDecidedV1(Event):
    """This customer belongs to that client, or to none. The latest decision of a ref is the one that stands."""

    topic: ClassVar[str] = "trueup.links.decided.v1"
    type: ClassVar[str] = "trueup.links.decided.v1"

    ref: RefText
    decision_id: str
    verdict: LinkVerdict
    client_id: str | None = None
    """Of `linked`, and only then."""
    refused_client_id: str | None = None
    """Of `unlinked`: the client that it was taken from; it is not suggested again."""
    decided_by: str
    decided_at: Instant

    @model_validator(mode="after")
    def _names_a_client_when_linked(self) -> Self:
        if (self.verdict == "linked") != (self.client_id is not None):
            raise ValueError("client_id goes with the verdict linked, and only with it")
        return self

    def key(self) -> str:
        return self.ref
