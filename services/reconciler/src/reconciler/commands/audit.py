"""The audit that `trueup verify` runs: the read model against recomputation from the stored facts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from reconciler.adapters.decisions import PostgresDecisions
from reconciler.adapters.rows import rows_of
from reconciler.domain.policy import Policy
from reconciler.domain.reconcile import reconcile
from reconciler.ports.decisions import Claimed
from reconciler.settings import SERVICE, Policies
from trueup_kit.postgres import create_engine, raw

Difference = tuple[str, str, object, object]
BATCH = 50
SHOWN = "SELECT client_id, reconciled_at, item::text, payload::text FROM read_model.accounts WHERE client_id = ANY ($1)"
ITEM, PAYLOAD = 20, 21
"""Where the row to be written holds the grid's and the page's JSON."""


async def audit(dsn: str) -> list[Difference]:
    """Decide every account anew as of its last decision and compare with what is served.

    Accounts whose facts moved since, which a replica is about to decide, are left out, and nothing is resolved by rule
    that was not: the sources may have become fresh since. Returns (client id, path, served,
    recomputed) wherever the two differ. Changes nothing.
    """
    policy = replace(Policies().policy(), resolves_anew=False)
    engine = create_engine(dsn, application_name="audit", pool_size=3, schema=SERVICE)
    store = PostgresDecisions(engine, service=SERVICE)
    found: list[Difference] = []
    try:
        everyone = await store.client_ids()
        for start in range(0, len(everyone), BATCH):
            # The claim keeps replicas from deciding these accounts while they are compared; it writes nothing.
            async with store.claim_these(everyone[start : start + BATCH]) as claim:
                loaded = {one.snapshot.account.client_id: one for one in await claim.load()}
                # Asked after the facts were read: dirt comes with its facts and stays while the claim is held.
                judged = loaded.keys() - await store.awaited(list(loaded))
                async with engine.connect() as conn:
                    rows = {row["client_id"]: row for row in await (await raw(conn)).fetch(SHOWN, list(judged))}
            found += [item for client_id in sorted(judged) for item in _compare(loaded[client_id], rows, policy)]
    finally:
        await engine.dispose()
    return found


def _compare(claimed: Claimed, rows: dict[str, Any], policy: Policy) -> Iterator[Difference]:
    client_id = claimed.snapshot.account.client_id
    served = rows.get(client_id)
    if served is None:
        yield client_id, "row", None, "decided"
        return
    decided_at: datetime = served["reconciled_at"]
    again = rows_of(reconcile(claimed.known(), policy, decided_at), policy, claimed.state.periods).account
    for name, text, anew in (("item", served["item"], again[ITEM]), ("payload", served["payload"], again[PAYLOAD])):
        yield from _walk(client_id, name, json.loads(text), json.loads(anew))


def _walk(client_id: str, path: str, served: object, anew: object) -> Iterator[Difference]:
    if isinstance(served, dict) and isinstance(anew, dict):
        for key in sorted(served.keys() | anew.keys()):
            yield from _walk(client_id, f"{path}.{key}", served.get(key), anew.get(key))
    elif (
        isinstance(served, Sequence)
        and isinstance(anew, Sequence)
        and not isinstance(served, str)
        and len(served) == len(anew)
    ):
        for index, (left, right) in enumerate(zip(served, anew, strict=True)):
            yield from _walk(client_id, f"{path}[{index}]", left, right)
    elif served != anew:
        yield client_id, path, served, anew
