"""Records of the bus become offers; what cannot be read is left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from dashboard_api.entrypoints import announcements
from dashboard_api.usecases.live import LiveHub
from trueup_contracts.accounts import AccountReconciledV1


@dataclass
class Offers:
    changes: dict[str, int]

    def offer(self, changes: dict[str, int]) -> None:
        self.changes = changes


@dataclass
class Raw:
    value: bytes | None


def record(client_id: str, version: int) -> Raw:
    event = AccountReconciledV1(version=version, client_id=client_id, reconciled_at=datetime.now(UTC))
    return Raw(event.model_dump_json().encode())


async def test_the_newest_of_each_account_is_offered() -> None:
    offers = Offers({})
    take = announcements.into(cast("LiveHub", offers))
    await take([record("a", 2), record("a", 3), record("a", 1), Raw(None), Raw(b"{"), Raw(b"[]"), record("b", 1)])
    assert offers.changes == {"a": 3, "b": 1}
