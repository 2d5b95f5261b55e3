"""Resolve the links anew when configuration or customers changed: the whole of them, by one pure function."""

from __future__ import annotations

from reconciler.domain.links import resolve
from reconciler.ports.decisions import LinkStore


async def relink(store: LinkStore) -> int:
    """Take one turn; the number of refs whose account changed."""
    async with store.turn() as turn:
        if turn is None:
            return 0
        links = resolve(turn.imported, turn.customers, turn.decisions)
        return await turn.save(links)
