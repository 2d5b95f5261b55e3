"""A person links a customer to an account, takes it off, or undoes that."""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from dashboard_api.domain.access import Principal
from dashboard_api.domain.links import Key, Wish, decide, no_such_decision, undo
from dashboard_api.ports.links import Links
from dashboard_api.ports.reads import Json


class DecideLinks:
    """Each decision is one row, one event and one audit entry; the same key decides once."""

    def __init__(self, links: Links) -> None:
        self.links = links

    async def decide(self, principal: Principal, wish: Wish, *, key: str) -> Json:
        """Link or unlink.

        Raises:
            NotFound: there is no such customer or account.
            Conflict: the customer has moved since the person looked, or the key was used for another request.
        """
        made = _key(key, [wish.verdict, wish.ref, wish.client_id, str(wish.seen_decision_id)])
        async with self.links.change(principal, wish.ref) as change:
            decision_id = await change.known(made)
            if decision_id is None:
                exists = await change.account_exists(wish.client_id)
                new = decide(wish, await change.place(wish.ref), account_exists=exists)
                decision_id = await change.add(new, made)
            return await change.shown(decision_id) or ""

    async def undo(self, principal: Principal, decision_id: UUID, *, key: str) -> Json:
        """Restore what was before a decision; that is a decision itself, and can be undone.

        Raises:
            NotFound: there is no such decision.
            Conflict: another one came after it, or the key was used for another request.
        """
        ref = await self.links.ref_of(principal, decision_id)
        if ref is None:
            raise no_such_decision()
        made = _key(key, ["undo", str(decision_id)])
        async with self.links.change(principal, ref) as change:
            done = await change.known(made)
            if done is None:
                done = await change.add(undo(decision_id, await change.place(ref)), made)
            return await change.shown(done) or ""

    async def find(self, principal: Principal, decision_id: UUID) -> Json:
        """One decision as it stands; NotFound when there is none."""
        found = await self.links.decision(principal, decision_id)
        if found is None:
            raise no_such_decision()
        return found


def _key(key: str, asked: list[str]) -> Key:
    return Key(hashlib.sha256(key.encode()).digest(), hashlib.sha256(json.dumps(asked).encode()).digest())
