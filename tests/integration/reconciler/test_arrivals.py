"""What a source tells of earlier values is kept with what was seen, oldest first."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from tests.integration.reconciler.world import System, bucket

from trueup_contracts.usage import EarlierValue

DAY, DAY_END = date(2026, 10, 1), datetime(2026, 10, 2, tzinfo=UTC)
EARLIER = "SELECT earlier::text FROM reconciler.usage WHERE ref = 'amplitude:a1'"


async def kept(system: System) -> list[tuple[datetime, str]]:
    return [(datetime.fromisoformat(at), quantity) for at, quantity in json.loads(await system.value(EARLIER))]


async def test_domain_rule_12_what_the_source_tells_of_the_past_is_kept(system: System) -> None:
    told = [
        EarlierValue(at=DAY_END, quantity="40"),
        EarlierValue(at=DAY_END + timedelta(days=2), quantity="50"),
    ]
    first = bucket(1, DAY, 50, version=1).model_copy(
        update={"earlier": told, "observed_at": DAY_END + timedelta(days=3)}
    )
    await system.feed([first])
    assert await kept(system) == [(one.at, one.quantity) for one in told]

    more = [EarlierValue(at=DAY_END + timedelta(days=4), quantity="50")]
    await system.feed([bucket(1, DAY, 70, version=2).model_copy(update={"earlier": more})])
    seen = (first.observed_at, "50")
    assert await kept(system) == [*((one.at, one.quantity) for one in told), seen, (more[0].at, "50")]
