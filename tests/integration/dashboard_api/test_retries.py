"""Asking for a payment again: one attempt whatever happens, or a reason; nothing foreign, nothing twice."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from trueup_contracts.retries import PaymentRetryRequestedV1

BODY = {"amount_minor": 10_000, "currency": "USD"}
KEY = "click-0001"


def url(client_id: str = "a2") -> str:
    return f"/api/v1/invoices/in_{client_id}/payment-retries"


@pytest.fixture
def ana(bearer: Any) -> dict[str, str]:
    headers: dict[str, str] = bearer("ana", "account_manager")
    return headers


async def ask(
    client: httpx.AsyncClient, headers: dict[str, str], client_id: str = "a2", *, key: str = KEY, **body: Any
) -> httpx.Response:
    return await client.post(url(client_id), json=BODY | body, headers=headers | {"Idempotency-Key": key})


async def stored(world: Any) -> tuple[list[Any], list[PaymentRetryRequestedV1], list[Any]]:
    attempts = await world.admin.fetch("SELECT * FROM dashboard.payment_retries ORDER BY requested_at")
    sent = await world.admin.fetch(
        "SELECT key, value FROM dashboard.outbox WHERE topic = $1 ORDER BY id", PaymentRetryRequestedV1.topic
    )
    written = await world.admin.fetch(
        "SELECT user_name, detail::text AS detail FROM dashboard.audit_log WHERE action = 'payment_retry.requested'"
    )
    return attempts, [PaymentRetryRequestedV1.from_bytes(row["value"]) for row in sent], written


async def test_one_click_is_an_attempt_a_command_and_an_audit_entry(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]
) -> None:
    response = await ask(client, ana)
    assert response.status_code == 202, response.text
    shown = response.json()
    assert (shown["state"], shown["final"], shown["text"]) == ("requested", False, "On its way to Stripe.")
    assert shown["amount"] == BODY
    assert shown["method"] == {"kind": "card", "brand": "visa", "last4": "4242"}
    attempts, [command], [entry] = await stored(portfolio)
    assert [row["attempt_id"] for row in attempts] == [shown["id"]] == [command.attempt_id]
    assert (command.key(), command.client_id, command.ref) == ("in_a2", "a2", "stripe:cus_a2")
    assert (command.amount_minor, command.currency, command.requested_by) == (10_000, "USD", "ana")
    assert entry["user_name"] == "ana"
    assert json.loads(entry["detail"])["payment_retry_id"] == shown["id"]
    again = await client.get(f"/api/v1/payment-retries/{shown['id']}", headers=ana)
    assert again.json() == shown


async def test_domain_rule_26_the_same_click_again_is_the_same_attempt_even_after_its_end(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]
) -> None:
    first = (await ask(client, ana)).json()
    assert (await ask(client, ana)).json()["id"] == first["id"]
    await portfolio.admin.execute("UPDATE dashboard.payment_retries SET state = 'failed', settled_version = 9")
    assert (await ask(client, ana)).json()["state"] == "failed"
    another = (await ask(client, ana, key="click-0002")).json()
    assert another["id"] != first["id"]


async def test_a_key_is_for_one_confirmation(portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]) -> None:
    await portfolio.admin.execute(
        "UPDATE read_model.invoices SET payload = payload || $1::jsonb WHERE client_id = 'a1'",
        json.dumps({"status": "overdue", "gateway_invoice_id": "in_a1"}),
    )
    await portfolio.change_gateway("a1", status="open", remaining_minor=10_000, ledger_remaining_minor=10_000)
    await ask(client, ana)
    for other in (await ask(client, ana, amount_minor=9_999), await ask(client, ana, "a1")):
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len((await stored(portfolio))[0]) == 1
    assert (await ask(client, ana, "a1", key="click-0002")).status_code == 202


async def test_a_key_that_joined_an_attempt_stays_with_it(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, ana: dict[str, str]
) -> None:
    await portfolio.admin.execute("INSERT INTO dashboard.account_owners VALUES ('a2', 'ben')")
    ben = bearer("ben", "account_manager")
    first = (await ask(client, ana)).json()
    joined = await ask(client, ben, key="click-of-ben", amount_minor=1)
    assert (joined.status_code, joined.json()["id"]) == (202, first["id"]), "whatever ben saw, this one is under way"
    await portfolio.admin.execute("UPDATE dashboard.payment_retries SET state = 'failed', settled_version = 9")
    resent = await ask(client, ben, key="click-of-ben", amount_minor=1)
    assert (resent.json()["id"], resent.json()["state"]) == (first["id"], "failed")
    assert len((await stored(portfolio))[0]) == 1


@pytest.mark.parametrize("keys", ["one key of one person", "twenty keys of five people"])
async def test_domain_rule_26_twenty_clicks_at_once_are_one_attempt(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, keys: str
) -> None:
    users = ["ana"] if keys.startswith("one") else ["ana", "ben", "cyd", "dan", "eve"]
    for user in users[1:]:
        await portfolio.admin.execute("INSERT INTO dashboard.account_owners VALUES ('a2', $1)", user)
    answers = await asyncio.gather(
        *(
            ask(
                client,
                bearer(users[click % len(users)], "account_manager"),
                key=KEY if len(users) == 1 else f"click-{click:04}",
            )
            for click in range(20)
        )
    )
    assert {answer.status_code for answer in answers} == {202}, [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    attempts, commands, entries = await stored(portfolio)
    assert (len(attempts), len(commands), len(entries)) == (1, 1, 1)


async def test_the_database_itself_allows_one_open_attempt(portfolio: Any) -> None:
    for number, state in enumerate(("failed", "requested", "succeeded")):
        await portfolio.attempt("a2", attempt_id=f"pr_{number}", state=state)
    for state in ("requested", "processing", "unknown"):
        with pytest.raises(asyncpg.UniqueViolationError):
            await portfolio.attempt("a2", attempt_id="pr_9", state=state)


async def test_a_final_attempt_never_changes_in_the_database(portfolio: Any) -> None:
    await portfolio.attempt("a2", state="succeeded")
    for change in ("state = 'failed'", "state = 'requested'", "amount_minor = 1", "settled_version = 99"):
        with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
            await portfolio.admin.execute(f"UPDATE dashboard.payment_retries SET {change}")


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"status": "paid"}, "not_open"),
        ({"remaining_minor": 0}, "nothing_remaining"),
        ({"ledger_remaining_minor": 0}, "paid_in_ledger"),
        ({"method": None}, "no_payment_method"),
        ({"failure": {"code": "card_declined", "decline_code": "stolen_card"}}, "hard_decline_same_card"),
        ({"next_attempt_at": datetime.now(UTC).isoformat()}, "scheduled_attempt_near"),
    ],
)
async def test_what_stands_against_it_is_said_and_nothing_is_kept(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], known: dict[str, Any], reason: str
) -> None:
    await portfolio.change_gateway("a2", **known)
    refused = await ask(client, ana)
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (409, "retry_not_allowed", reason)
    [shown] = (await client.get("/api/v1/accounts/a2/invoices", headers=ana)).json()["items"]
    assert (shown["retry"]["allowed"], shown["retry"]["reason"]) == (False, reason)
    assert shown["retry"]["text"] == refused.json()["detail"]
    assert await stored(portfolio) == ([], [], [])
    assert await portfolio.admin.fetchval("SELECT count(*) FROM dashboard.payment_retry_keys") == 0


async def test_a_declined_payment_comes_with_its_reason_in_words(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]
) -> None:
    declined = {"code": "card_declined", "decline_code": "expired_card", "advice_code": "do_not_try_again"}
    await portfolio.admin.execute(
        "UPDATE read_model.accounts SET payload = jsonb_set(payload, '{payments,0,failure}', $1::jsonb)"
        " WHERE client_id = 'a1'",
        json.dumps(declined),
    )
    [payment] = (await client.get("/api/v1/accounts/a1", headers=ana)).json()["payments"]
    assert payment["failure"]["text"] == "The card has expired. Do not try this card again; ask for another one."


async def test_sources_grow_old_while_nothing_changes(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]
) -> None:
    await portfolio.mark("stripe", datetime.now(UTC) - timedelta(minutes=16))
    assert (await ask(client, ana)).json()["reason"] == "source_stale"
    await portfolio.mark("stripe", datetime.now(UTC) - timedelta(hours=25))
    assert (await ask(client, ana)).json()["reason"] == "cannot_judge"
    await portfolio.mark("stripe", datetime.now(UTC))
    assert (await ask(client, ana)).status_code == 202


@pytest.mark.parametrize(
    ("state", "reason", "refused"),
    [("failing", "provider_error", True), ("failing", "provider_errors", False), ("partial", "provider_error", False)],
)
async def test_no_payment_is_asked_of_a_gateway_that_does_not_answer(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], state: str, reason: str, refused: bool
) -> None:
    """One that answers some calls badly is asked: what it said counts, and each charge is guarded by itself."""
    change = "UPDATE read_model.sources SET state = $1, reason = $2 WHERE source = 'stripe'"
    assert await portfolio.admin.execute(change, state, reason) == "UPDATE 1"
    [shown] = (await client.get("/api/v1/accounts/a2", headers=ana)).json()["invoices"]
    assert (shown["retry"]["allowed"], shown["retry"]["reason"]) == (not refused, "gateway_silent" if refused else None)
    answer = await ask(client, ana)
    assert (answer.status_code, answer.json().get("reason")) == ((409, "gateway_silent") if refused else (202, None))


async def test_another_amount_by_now_is_told(portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str]) -> None:
    await portfolio.change_gateway("a2", remaining_minor=4_000)
    changed = await ask(client, ana)
    assert (changed.status_code, changed.json()["code"]) == (409, "amount_changed")
    assert (changed.json()["amount_minor"], changed.json()["currency"]) == (4_000, "USD")
    assert (await ask(client, ana, amount_minor=4_000)).status_code == 202


@pytest.mark.parametrize("client_id", ["b1", "x1", "unknown", "a2%00", "a2'--"])
async def test_foreign_and_unknown_invoices_look_the_same(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], client_id: str
) -> None:
    response = await ask(client, ana, client_id)
    assert (response.status_code, response.json()["code"]) == (404, "invoice_not_found")
    assert (await stored(portfolio))[0] == []


async def test_foreign_attempts_do_not_exist(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, ana: dict[str, str]
) -> None:
    await portfolio.attempt("b1")
    for attempt_id in ("pr_b1", "pr_none", "x%00"):
        response = await client.get(f"/api/v1/payment-retries/{attempt_id}", headers=ana)
        assert (response.status_code, response.json()["code"]) == (404, "payment_retry_not_found")
    for user, role in (("ben", "account_manager"), ("fay", "finance")):
        assert (await client.get("/api/v1/payment-retries/pr_b1", headers=bearer(user, role))).status_code == 200


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ({}, BODY, "invalid_parameter"),
        ({"Idempotency-Key": "short"}, BODY, "invalid_parameter"),
        ({"Idempotency-Key": "x" * 256}, BODY, "invalid_parameter"),
        ({"Idempotency-Key": "has a blank"}, BODY, "invalid_parameter"),
        ({"Idempotency-Key": KEY}, {"amount_minor": 1}, "invalid_body"),
        ({"Idempotency-Key": KEY}, BODY | {"amount_minor": "10000"}, "invalid_body"),
        ({"Idempotency-Key": KEY}, BODY | {"amount_minor": 0}, "invalid_body"),
        ({"Idempotency-Key": KEY}, BODY | {"amount_minor": 100.5}, "invalid_body"),
        ({"Idempotency-Key": KEY}, BODY | {"currency": "usd"}, "invalid_body"),
        ({"Idempotency-Key": KEY}, BODY | {"force": True}, "invalid_body"),
        ({"Idempotency-Key": KEY}, [], "invalid_body"),
    ],
)
async def test_nonsense_is_refused(
    portfolio: Any, client: httpx.AsyncClient, ana: dict[str, str], headers: dict[str, str], body: Any, code: str
) -> None:
    response = await client.post(url(), json=body, headers=ana | headers)
    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_the_account_shows_attempts_and_what_may_be_asked(
    portfolio: Any, client: httpx.AsyncClient, bearer: Any, ana: dict[str, str]
) -> None:
    await portfolio.admin.execute(
        "UPDATE read_model.accounts SET payload = jsonb_set(payload, '{invoices}', (SELECT jsonb_agg(payload) FROM"
        " read_model.invoices WHERE client_id = 'a2')) WHERE client_id = 'a2'"
    )
    shown = (await client.get("/api/v1/accounts/a2", headers=ana)).json()
    assert shown["payment_retries"] == []
    assert shown["invoices"][0]["retry"] == {
        "allowed": True,
        "reason": None,
        "text": None,
        "attempts": 1,
        "method": {"kind": "card", "brand": "visa", "last4": "4242"},
        "amount": BODY,
        "open_attempt_id": None,
    }
    asked = (await ask(client, ana)).json()
    shown = (await client.get("/api/v1/accounts/a2", headers=ana)).json()
    assert shown["payment_retries"] == [asked]
    retry = shown["invoices"][0]["retry"]
    assert (retry["allowed"], retry["reason"], retry["open_attempt_id"]) == (False, "attempt_open", asked["id"])
    for role in ("finance", "admin"):
        shown = (await client.get("/api/v1/accounts/a2", headers=bearer("fay", role))).json()
        assert (shown["payment_retries"], shown["invoices"][0]["retry"]) == ([asked], None)
    shown = (await client.get("/api/v1/accounts/a2", headers=bearer("sam", "support"))).json()
    assert (shown["payment_retries"], shown["invoices"][0]["retry"], shown["invoices"][0]["gateway"]) == (
        None,
        None,
        None,
    )
