"""The rate card of an account in each version that was imported, and what each changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from dashboard_api.domain.access import Principal
from dashboard_api.domain.configuration import RateConfig
from dashboard_api.domain.errors import NotFound
from dashboard_api.domain.imports import compare


@dataclass(frozen=True, slots=True)
class Card:
    """One version of a whole rate card."""

    version: int
    imported_at: datetime
    imported_by: str
    components: Sequence[RateConfig]


class CardReads(Protocol):
    """Rate cards, seen with the eyes of one principal."""

    async def cards(
        self, principal: Principal, client_id: str, *, limit: int, offset: int
    ) -> tuple[list[Card], int] | None:
        """Versions, the latest first, and how many there are; None when the account is unknown or out of scope."""


class CardHistory:
    """Every version, with its components and how it differs from the one before."""

    def __init__(self, reads: CardReads) -> None:
        self._reads = reads

    async def __call__(
        self, principal: Principal, client_id: str, *, page: int, page_size: int
    ) -> tuple[list[dict[str, Any]], int]:
        """A page of versions, the latest first, and how many there are.

        Raises:
            NotFound: no such account, or out of scope.
        """
        # One more than is shown: the last one of the page is held against it.
        found = await self._reads.cards(principal, client_id, limit=page_size + 1, offset=(page - 1) * page_size)
        if found is None:
            raise NotFound("There is no such account in your portfolio.", code="account_not_found")
        cards, total = found
        older: list[Card | None] = [*cards[1:], None][: len(cards)]
        return [_shown(card, before) for card, before in zip(cards, older, strict=True)][:page_size], total


def _shown(card: Card, before: Card | None) -> dict[str, Any]:
    known = {rate.key: rate for rate in before.components} if before else {}
    wanted = {rate.key: (0, rate) for rate in card.components}
    changes, _ = compare(known, wanted, replaces=True)
    named = known | {key: rate for key, (_, rate) in wanted.items()}
    return {
        "version": card.version,
        "imported_at": card.imported_at,
        "imported_by": card.imported_by,
        "components": [
            {**_name(rate), "terms": {name: text for name, text in rate.shown().items() if text is not None}}
            for rate in sorted(card.components, key=lambda rate: (rate.component, rate.valid_from))
        ],
        "changes": [{**_name(named[one.key]), "change": one.change, "fields": one.fields} for one in changes],
    }


def _name(rate: RateConfig) -> dict[str, Any]:
    return {"component": rate.component, "valid_from": rate.valid_from}
