"""The read model against recomputation from the stored facts, by whatever service registered an audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import entry_points

from trueup_operator.verify.compare import Difference

Audit = Callable[[str], Awaitable[list[tuple[str, str, object, object]]]]
"""Takes a DSN; returns (client id, path, stored, recomputed) wherever the two differ."""


async def differences(dsn: str) -> tuple[list[str], list[Difference]]:
    """Run every registered audit (entry point group `trueup.audits`): their names, and what they found."""
    names: list[str] = []
    found: list[Difference] = []
    for point in sorted(entry_points(group="trueup.audits")):
        audit: Audit = point.load()
        names.append(point.name)
        found += [
            Difference(client_id, f"{point.name}.{path}", left, right)
            for client_id, path, left, right in await audit(dsn)
        ]
    return names, found
