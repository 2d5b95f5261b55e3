"""Every version of a rate card stays to be read, with what it changed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

HEADER = "client_id,metric,unit,unit_price,currency,valid_from,valid_to\n"
FIRST = "a1,api_calls,calls,0.005,USD,2026-01-01,\n"
RAISED = "a1,api_calls,calls,0.005,USD,2026-01-01,2026-11-01\na1,api_calls,calls,0.006,USD,2026-11-01,\n"


@pytest.fixture
def cards(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> Any:
    async def imported(text: str) -> None:
        headers = bearer("adam", "admin") | {"content-type": "text/csv"}
        answer = await client.post("/api/v1/imports/rates?dry_run=false", content=HEADER + text, headers=headers)
        assert answer.status_code == 200, answer.text

    async def look(user: str = "ana", role: str = "account_manager", **parameters: Any) -> dict[str, Any]:
        answer = await client.get("/api/v1/accounts/a1/rate-cards", params=parameters, headers=bearer(user, role))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    look.imported = imported  # type: ignore[attr-defined]
    return look


async def test_versions_with_what_each_changed_the_latest_first(cards: Any) -> None:
    assert (await cards())["items"] == []
    await cards.imported(FIRST)
    await cards.imported(FIRST)  # nothing changes: no version
    await cards.imported(RAISED)
    found = await cards()
    assert [(one["version"], one["imported_by"]) for one in found["items"]] == [(2, "adam"), (1, "adam")]
    raised, first = found["items"]
    assert [(one["valid_from"], one["terms"]["unit_price"]) for one in raised["components"]] == [
        ("2026-01-01", "0.005"),
        ("2026-11-01", "0.006"),
    ]
    assert [(one["valid_from"], one["change"]) for one in raised["changes"]] == [
        ("2026-01-01", "changed"),
        ("2026-11-01", "added"),
    ]
    assert raised["changes"][0]["fields"] == {"valid_to": [None, "2026-11-01"]}
    assert [one["change"] for one in first["changes"]] == ["added"]

    await cards.imported("a1,messages,messages,0.01,USD,2026-01-01,\n")
    last = (await cards(page_size=1))["items"]
    assert sorted((one["component"], one["change"]) for one in last[0]["changes"]) == [
        *(("api_calls", "removed"), ("api_calls", "removed"), ("messages", "added"))
    ]
    second = await cards(page=2, page_size=1)
    assert (second["total"], [one["version"] for one in second["items"]]) == (3, [2])
    # Held against the version before also where that stands on another page.
    assert [one["change"] for one in second["items"][0]["changes"]] == ["changed", "added"]


async def test_the_card_of_another_portfolio_does_not_exist(cards: Any, client: httpx.AsyncClient, bearer: Any) -> None:
    await cards.imported(FIRST)
    answer = await client.get("/api/v1/accounts/a1/rate-cards", headers=bearer("ben", "account_manager"))
    assert answer.status_code == 404
    assert len((await cards("sue", "support"))["items"]) == 1
