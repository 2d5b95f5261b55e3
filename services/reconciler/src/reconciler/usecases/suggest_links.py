"""Suggest accounts for customers that belong to none, whenever links, customers or accounts have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from reconciler.domain.suggest import Candidate, Suggestion, index, suggest
from reconciler.ports.suggestions import SuggestionStore, Unlinked


async def suggest_links(store: SuggestionStore) -> int:
    """Take one turn; the number of customers whose suggestions changed."""
    async with store.turn() as turn:
        if turn is None:
            return 0
        # Seconds of arithmetic for thousands of accounts: the process goes on taking facts meanwhile.
        found = await asyncio.to_thread(_found, turn.accounts, turn.waiting)
        return await turn.save(found)


def _found(accounts: Sequence[Candidate], waiting: Sequence[Unlinked]) -> Mapping[str, tuple[Suggestion, ...]]:
    if not waiting:
        return {}
    prepared = index(accounts)
    return {str(one.customer.ref): suggest(one.customer, prepared, refused=one.refused) for one in waiting}
