"""Reading Stripe: what is an answer, what is none, and how often it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
import stripe

from stripe_webhooks.adapters.stripe_api import BACKGROUND_AT_ONCE, RETRY_AFTER_LONGEST_S, StripeGateway
from stripe_webhooks.ports import Forbidden, Listing, Priority, ProviderDown, Rejected
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import Circuit


@dataclass
class ScriptedClient:
    """Answers or raises what it is given, one after the other; the last one for ever."""

    script: list[Any]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def raw_request_async(self, method: str, path: str, **params: Any) -> Any:
        self.asked.append((path, params))
        answer = self.script[min(len(self.asked), len(self.script)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(data=answer)


Made = tuple[StripeGateway, ScriptedClient, list[tuple[str, Priority]]]


@pytest.fixture
def make() -> Callable[..., Made]:
    def build(*script: Any, circuit: Circuit | None = None) -> Made:
        client, acquired = ScriptedClient(list(script)), []

        async def acquire(endpoint: str, priority: Priority) -> None:
            acquired.append((endpoint, priority))

        gateway = StripeGateway(client, acquire, backoff_s=0.0, circuit=circuit or Circuit())  # type: ignore[arg-type]
        return gateway, client, acquired

    return build


NO_ANSWER = stripe.APIConnectionError("away")  # type: ignore[no-untyped-call]


def missing() -> stripe.InvalidRequestError:
    return stripe.InvalidRequestError("no such invoice", None, code="resource_missing", http_status=404)  # type: ignore[no-untyped-call]


def broken(status: int = 500) -> stripe.APIError:
    return stripe.APIError("broken", http_status=status)


async def test_an_object(make: Callable[..., Made]) -> None:
    gateway, client, acquired = make({"id": "in_1"})
    assert await gateway.one("invoices", "in_1", expand=("payments",), priority="person") == {"id": "in_1"}
    assert client.asked == [("/v1/invoices/in_1", {"expand": ["payments"]})]
    assert acquired == [("GET /v1/invoices/{id}", "person")]


async def test_when_stripe_stands_still_few_calls_wait_for_it_and_none_of_a_person_behind_them() -> None:
    goes_on, waiting, most = asyncio.Event(), 0, 0

    class Standing:
        async def raw_request_async(self, _method: str, path: str, **_: Any) -> Any:
            nonlocal waiting, most
            waiting, most = waiting + 1, max(most, waiting + 1)
            await goes_on.wait()
            waiting -= 1
            return SimpleNamespace(data={"id": path.rpartition("/")[2]})

    async def acquire(_endpoint: str, _priority: Priority) -> None:
        await asyncio.sleep(0)

    gateway = StripeGateway(Standing(), acquire)  # type: ignore[arg-type]
    background = [asyncio.create_task(gateway.one("invoices", f"in_{n}", priority="background")) for n in range(40)]
    while most < BACKGROUND_AT_ONCE:
        await asyncio.sleep(0)
    person = asyncio.create_task(gateway.one("invoices", "in_p", priority="person"))
    while waiting <= BACKGROUND_AT_ONCE:
        await asyncio.sleep(0)
    for _ in range(100):
        await asyncio.sleep(0)
    assert most == BACKGROUND_AT_ONCE + 1
    goes_on.set()
    assert len([one for one in await asyncio.gather(*background, person) if one]) == 41


async def test_only_stripes_own_word_means_gone(make: Callable[..., Made]) -> None:
    gateway, _, _ = make(missing())
    assert await gateway.one("invoices", "in_1", priority="background") is None
    gateway, _, _ = make(stripe.InvalidRequestError("not found", None, http_status=404))  # type: ignore[no-untyped-call]
    with pytest.raises(Rejected):
        await gateway.one("invoices", "in_1", priority="background")


async def test_a_page(make: Callable[..., Made]) -> None:
    gateway, client, acquired = make({"object": "list", "data": [{"id": "in_1"}, 7], "has_more": True})
    page = await gateway.page(
        Listing("invoices", (("created[gte]", "5"),), ("data.payments",)), after="in_0", priority="background"
    )
    assert ([item["id"] for item in page.items], page.more) == (["in_1"], True)
    expected = {"limit": 100, "created[gte]": "5", "expand": ["data.payments"], "starting_after": "in_0"}
    assert client.asked == [("/v1/invoices", expected)]
    assert acquired == [("GET /v1/invoices", "background")]


@pytest.mark.parametrize(
    "failure",
    [broken(), broken(200), NO_ANSWER, stripe.RateLimitError("slow", http_status=429)],
)
async def test_what_may_pass_is_asked_again_within_the_limits(make: Callable[..., Made], failure: Exception) -> None:
    gateway, client, acquired = make(failure, failure, {"id": "in_1"})
    assert await gateway.one("invoices", "in_1", priority="background")
    assert len(client.asked) == len(acquired) == 3


async def test_attempts_are_bounded(make: Callable[..., Made]) -> None:
    gateway, client, _ = make(broken())
    with pytest.raises(ProviderDown) as caught:
        await gateway.one("invoices", "in_1", priority="background")
    assert (caught.value.reason, len(client.asked)) == ("provider_error", gateway.attempts_max)


@pytest.mark.parametrize("garbage", [{"id": "in_2"}, {}, [], "text", None])
async def test_garbage_is_no_answer_and_never_means_gone(make: Callable[..., Made], garbage: Any) -> None:
    gateway, _, _ = make(garbage)
    with pytest.raises(ProviderDown):
        await gateway.one("invoices", "in_1", priority="background")


@pytest.mark.parametrize("garbage", [{}, {"data": []}, {"data": {}, "has_more": False}, {"data": [], "has_more": "no"}])
async def test_a_garbled_list_is_not_an_empty_one(make: Callable[..., Made], garbage: Any) -> None:
    gateway, _, _ = make(garbage)
    with pytest.raises(ProviderDown):
        await gateway.page(Listing("invoices"), after=None, priority="background")


async def test_a_list_cut_short_never_looks_like_its_end(make: Callable[..., Made]) -> None:
    refusal = stripe.InvalidRequestError("bad cursor", None, code="resource_missing", http_status=400)  # type: ignore[no-untyped-call]
    for listing in (Listing("invoices"), Listing("refunds", (("payment_intent", "pi_1"),))):
        for failure in (refusal, missing()):
            gateway, _, _ = make(failure)
            with pytest.raises(ProviderDown):
                await gateway.page(listing, after="in_gone", priority="background")
    gateway, _, _ = make(missing())
    gone = await gateway.page(Listing("refunds", (("payment_intent", "pi_1"),)), after=None, priority="background")
    assert (gone.items, gone.more) == ([], False)


async def test_a_wrong_key_is_no_reason_to_ask_for_ever(make: Callable[..., Made]) -> None:
    gateway, client, _ = make(stripe.AuthenticationError("bad key", http_status=401))
    with pytest.raises(ProviderDown):
        await gateway.one("invoices", "in_1", priority="background")
    assert len(client.asked) == 1


async def test_a_right_that_the_key_lacks_is_named_and_bars_one_object_only(make: Callable[..., Made]) -> None:
    said = "… Having the 'rak_credit_note_read' permission would allow this request to continue."
    for message, right in ((said, "right rak_credit_note_read"), ("no", "right to read credit_notes")):
        refusal = stripe.PermissionError(message, http_status=403)
        gateway, client, _ = make(refusal)
        with pytest.raises(Forbidden, match=right):
            await gateway.one("credit_notes", "cn_1", priority="background")
        assert len(client.asked) == 1
        # A list that may not be read is nobody's single object: nothing is known of any of them.
        for listing in (Listing("credit_notes"), Listing("credit_notes", (("invoice", "in_1"),))):
            gateway, client, _ = make(refusal)
            with pytest.raises(ProviderDown, match=right):
                await gateway.page(listing, after=None, priority="background")
            assert len(client.asked) == 1


@pytest.mark.parametrize("bad", ["../customers", "in_1?x", "in 1", "ïn_1", ""])
async def test_no_id_leads_to_another_path(make: Callable[..., Made], bad: str) -> None:
    gateway, client, _ = make({"id": bad})
    with pytest.raises(Rejected):
        await gateway.one("invoices", bad, priority="background")
    assert client.asked == []


async def test_after_many_failures_nothing_is_asked_for_a_while(make: Callable[..., Made]) -> None:
    gateway, client, _ = make(broken(), circuit=Circuit(failures_to_open=4, open_s=60))
    for _ in range(3):
        with pytest.raises(ProviderDown):
            await gateway.one("invoices", "in_1", priority="background")
    assert len(client.asked) == 4


async def test_then_one_question_decides(make: Callable[..., Made]) -> None:
    script = [broken(), broken(), broken(), broken(), {"id": "in_1"}]
    gateway, _, _ = make(*script, circuit=Circuit(failures_to_open=4, open_s=0))
    with pytest.raises(ProviderDown):
        await gateway.one("invoices", "in_1", priority="background")
    assert await gateway.one("invoices", "in_1", priority="background")


async def test_without_the_limiters_database_nothing_is_asked(make: Callable[..., Made]) -> None:
    gateway, client, _ = make({"id": "in_1"})

    async def away(endpoint: str, priority: Priority) -> None:
        raise ProviderUnavailable("no_database")

    with pytest.raises(ProviderDown):
        await replace(gateway, acquire=away).one("invoices", "in_1", priority="background")
    assert client.asked == []


async def test_a_database_that_is_away_is_no_blame_on_stripe(make: Callable[..., Made]) -> None:
    gateway, client, _ = make({"id": "in_1"}, circuit=Circuit(failures_to_open=1, open_s=60))
    told: list[bool] = []

    async def away(endpoint: str, priority: Priority) -> None:
        raise ProviderUnavailable("no_database")

    troubled = replace(gateway, acquire=away, note=lambda *, worked: told.append(worked))
    with pytest.raises(ProviderDown):
        await troubled.one("invoices", "in_1", priority="background")
    assert (client.asked, told) == ([], [])
    assert await gateway.one("invoices", "in_1", priority="background"), "the circuit is closed"


async def test_every_call_that_was_made_is_told_and_refusals_are_no_failures(make: Callable[..., Made]) -> None:
    gateway, _, _ = make(broken(), stripe.RateLimitError("slow", http_status=429), missing())
    told: list[bool] = []
    counted = replace(gateway, note=lambda *, worked: told.append(worked))
    assert await counted.one("invoices", "in_1", priority="background") is None
    assert told == [False, True, True]


async def test_a_call_that_was_taken_back_is_no_blame_on_stripe() -> None:
    asked, told = asyncio.Event(), []

    class Standing:
        async def raw_request_async(self, *_: Any, **__: Any) -> Any:
            asked.set()
            await asyncio.Event().wait()

    async def acquire(_endpoint: str, _priority: Priority) -> None:
        """No limit."""

    circuit = Circuit(failures_to_open=1, open_s=60)
    gateway = StripeGateway(Standing(), acquire, note=lambda *, worked: told.append(worked), circuit=circuit)  # type: ignore[arg-type]
    call = asyncio.create_task(gateway.one("invoices", "in_1", priority="background"))
    await asked.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert told == []
    circuit.enter()


async def test_retry_after_is_honoured_up_to_a_bound(
    make: Callable[..., Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def sleep(delay_s: float) -> None:
        pauses.append(delay_s)

    monkeypatch.setattr("stripe_webhooks.adapters.stripe_api.asyncio.sleep", sleep)
    limited = [
        stripe.RateLimitError("slow", http_status=429, headers={"Retry-After": text}) for text in ("3", "900", "soon")
    ]
    gateway, _, _ = make(*limited, {"id": "in_1"})
    assert await gateway.one("invoices", "in_1", priority="background")
    assert pauses == [3.0, RETRY_AFTER_LONGEST_S, 0.0]


async def test_an_answer_cut_inside_a_letter_is_no_answer(make: Callable[..., Made]) -> None:
    gateway, client, _ = make(UnicodeDecodeError("utf-8", b"\xc3", 0, 1, "unexpected end of data"), {"id": "in_1"})
    assert await gateway.one("invoices", "in_1", priority="background")
    assert len(client.asked) == 2
