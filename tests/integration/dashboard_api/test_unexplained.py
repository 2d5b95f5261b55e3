"""The grid ranked by what no cause accounts for: within a currency, whatever the sign, nobody lost."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.integration.dashboard_api.conftest import Row

# Currency, difference, and what of it is unexplained (None: cannot be judged).
WORLD = {
    "usd_all": ("USD", 700, 700),
    "usd_part": ("USD", -5_000, -900),
    "usd_none": ("USD", 9_000, 0),
    "eur_huge": ("EUR", 99_000, 99_000),
    "jpy": ("JPY", 50_000, 50_000),
    "unjudged": ("USD", None, None),
}


@pytest.fixture
async def ranked(world: Any, client: httpx.AsyncClient, bearer: Any) -> Any:
    await world.fill(
        [
            Row(name, name, ["ana"], currency=currency, status="pending", billed=10_000 + (moved or 0))
            if moved is not None
            else Row(name, name, ["ana"], currency=currency, band="cannot_judge", expected=None, status=None)
            for name, (currency, moved, _) in WORLD.items()
        ]
    )
    for name, (_, _, rest) in WORLD.items():
        await world.admin.execute(
            "UPDATE read_model.accounts SET item = jsonb_set(item, '{variance,unexplained_minor}', to_jsonb($2::bigint))"
            " WHERE client_id = $1 AND $2::bigint IS NOT NULL",
            name,
            rest,
        )
        await world.admin.execute(
            "UPDATE read_model.reconciliations SET payload = jsonb_set(payload, '{unexplained_minor}', to_jsonb($2::bigint))"
            " WHERE client_id = $1 AND $2::bigint IS NOT NULL",
            name,
            rest,
        )

    async def look(**parameters: Any) -> list[tuple[str, int | None]]:
        answer = await client.get("/api/v1/accounts", params=parameters, headers=bearer("ana", "account_manager"))
        assert answer.status_code == 200, answer.text
        return [(one["client_id"], one["variance"].get("unexplained_minor")) for one in answer.json()["items"]]

    return look


@pytest.mark.parametrize("dates", [{}, {"from": "2026-10-01", "to": "2026-10-31", "axis": "service"}])
async def test_the_largest_rest_is_first_within_its_currency(ranked: Any, dates: dict[str, str]) -> None:
    usd = [("usd_part", -900), ("usd_all", 700), ("usd_none", 0)]
    others = [("eur_huge", 99_000), ("jpy", 50_000)]
    found = await ranked(sort="-unexplained", **dates)
    assert found[:5] == usd + others
    assert found[5:] == [("unjudged", None)]
    assert (await ranked(sort="unexplained", **dates))[:5] == usd[::-1] + others


async def test_pages_of_the_ranking_lose_nobody(ranked: Any) -> None:
    pages = [await ranked(sort="-unexplained", page=page, page_size=4) for page in (1, 2)]
    assert [client_id for page in pages for client_id, _ in page] == [
        *("usd_part", "usd_all", "usd_none", "eur_huge", "jpy", "unjudged")
    ]
