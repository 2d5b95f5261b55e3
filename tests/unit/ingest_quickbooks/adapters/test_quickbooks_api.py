"""The ledger over HTTP: exact numbers, both spellings of a fault, one renewal per refusal, nothing guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from ingest_quickbooks.adapters.quickbooks_api import QuickBooksApi
from ingest_quickbooks.domain.answers import GarbledAnswer
from ingest_quickbooks.domain.paging import Place
from ingest_quickbooks.ports import ConnectionDead, SourceUnavailable
from trueup_kit import http
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import ProviderClient

SINCE = datetime(2026, 11, 10, 12, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response]


class Tokens:
    """Hands out t1, t2, ...; a refused one is replaced."""

    def __init__(self) -> None:
        self.refused: list[str | None] = []
        self.given_up: list[str] = []
        self.replaced = False

    async def access_token(self, *, refused: str | None = None) -> str:
        self.refused.append(refused)
        return "t1" if refused is None else "t2"

    async def refuse(self, token: str, words: str) -> bool:
        self.given_up.append(f"{token}: {words}")
        return not self.replaced


def api(answer: Answer, tokens: Tokens | None = None, answered: Callable[[], None] = lambda: None) -> QuickBooksApi:
    client = ProviderClient(
        base_url="https://ledger.example/quickbooks",
        limiter=None,
        timeout_s=5,
        attempts_max=4,
        service="test",
        source="quickbooks",
        limited_pause_s=60,
        transport=httpx.MockTransport(answer),
    )
    return QuickBooksApi(client, tokens or Tokens(), realm_id="42", answered=answered)


def says(text: str, status: int = 200) -> Answer:
    return lambda _: httpx.Response(status, text=text)


class TestRequests:
    async def test_change_capture_names_entities_and_instant(self) -> None:
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(
                200, text='{"CDCResponse":[{"QueryResponse":[{}]}],"time":"2026-11-10T04:05:00-08:00"}'
            )

        changes = await api(answer).changes(SINCE, ["Invoice", "Payment"])
        assert changes.time == datetime(2026, 11, 10, 12, 5, tzinfo=UTC)
        (request,) = asked
        assert request.url.path == "/quickbooks/v3/company/42/cdc"
        assert dict(request.url.params) == {
            "entities": "Invoice,Payment",
            "changedSince": "2026-11-10T12:00:00+00:00",
            "minorversion": "75",
        }
        assert "%2B00%3A00" in str(request.url)  # a plus sign would arrive as a space
        assert request.headers["authorization"] == "Bearer t1"

    async def test_numbers_are_exact(self) -> None:
        (row,) = await api(says('{"QueryResponse":{"Invoice":[{"Id":"1","TotalAmt":0.1}]}}')).page("Invoice", Place())
        assert row["TotalAmt"] == Decimal("0.1")

    async def test_counts(self) -> None:
        assert await api(says('{"QueryResponse":{"totalCount":7}}')).count("Invoice") == 7
        with pytest.raises(GarbledAnswer):
            await api(says('{"QueryResponse":{}}')).count("Invoice")


class TestRefusedTokens:
    @pytest.mark.parametrize(
        "refusal",
        [
            httpx.Response(401, text="<html><body>Unauthorized</body></html>"),
            httpx.Response(401, text='{"fault":{"error":[{"message":"m","code":"3200"}],"type":"AUTHENTICATION"}}'),
            httpx.Response(200, text='{"Fault":{"Error":[{"Message":"m","code":"3200"}],"type":"AUTHENTICATION"}}'),
        ],
    )
    async def test_are_renewed_once(self, refusal: httpx.Response) -> None:
        tokens = Tokens()

        def answer(request: httpx.Request) -> httpx.Response:
            good = request.headers["authorization"] == "Bearer t2"
            return httpx.Response(200, text='{"QueryResponse":{}}') if good else refusal

        assert await api(answer, tokens).page("Invoice", Place()) == []
        assert tokens.refused == [None, "t1"]

    @pytest.mark.parametrize(
        ("text", "status", "words"),
        [
            ('{"fault":{"error":[{"message":"m","code":"3200"}]}}', 401, "refused (HTTP 401, code 3200): m"),
            ('{"Fault":{"Error":[{"Message":"m","code":"3200"}]}}', 200, "refused (HTTP 200, code 3200): m"),
        ],
    )
    async def test_a_second_refusal_ends_it(self, text: str, status: int, words: str) -> None:
        tokens = Tokens()
        with pytest.raises(ConnectionDead):
            await api(says(text, status), tokens).page("Invoice", Place())
        assert tokens.refused == [None, "t1"]
        assert tokens.given_up == [f"t2: QuickBooks {words}"], "of the newest token, for whoever asks next"

    async def test_a_bare_refusal_ends_nothing(self) -> None:
        tokens = Tokens()
        with pytest.raises(SourceUnavailable, match="HTTP 401 to a token that QuickBooks has just given") as caught:
            await api(says("<?xml version='1.0'?><x/>", 401), tokens).page("Invoice", Place())
        assert not isinstance(caught.value, ConnectionDead)
        assert (tokens.refused, tokens.given_up) == ([None, "t1"], [])

    async def test_a_token_that_was_replaced_meanwhile_ends_nothing(self) -> None:
        tokens = Tokens()
        tokens.replaced = True
        with pytest.raises(SourceUnavailable) as caught:
            await api(says('{"fault":{"error":[{"message":"m","code":"3200"}]}}', 401), tokens).page("Invoice", Place())
        assert not isinstance(caught.value, ConnectionDead)


class TestFailures:
    async def test_a_fault_in_a_200_is_a_failure(self) -> None:
        with pytest.raises(SourceUnavailable, match="610"):
            await api(says('{"Fault":{"Error":[{"Message":"Not found","code":"610"}]}}')).page("Invoice", Place())

    @pytest.mark.parametrize("code", ["6190", "3100", "120", "3201"])
    async def test_what_needs_a_person_is_told_apart_and_kept(self, code: str) -> None:
        tokens = Tokens()
        with pytest.raises(ConnectionDead):
            await api(says(f'{{"Fault":{{"Error":[{{"Message":"m","code":"{code}"}}]}}}}', 403), tokens).count(
                "Invoice"
            )
        assert tokens.given_up == [f"t1: QuickBooks refused (HTTP 403, code {code}): m"]
        assert tokens.refused == [None], "a renewal would not help"

    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("slow down", 429),
            ('{"Fault":{"Error":[{"Message":"m","code":"3001"}]}}', 429),
            ('{"Fault":{"Error":[{"Message":"m","code":"003001"}]}}', 403),
            ('{"Fault":{"Error":[{"Message":"m","code":"3001"}]}}', 200),
        ],
    )
    async def test_too_many_is_told_at_once_and_nothing_is_asked_in_the_pause(self, text: str, status: int) -> None:
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(status, text=text)

        one = api(answer)
        for _ in range(3):
            with pytest.raises(SourceUnavailable, match="is asked again when the pause"):
                await one.page("Invoice", Place())
        assert len(asked) == 1

    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_what_may_pass_is_a_failure_of_the_source(self, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http, "FIRST_DELAY_S", 0.0)
        with pytest.raises(SourceUnavailable, match=str(status)):
            await api(says("upstream connect error", status)).page("Invoice", Place())

    @pytest.mark.parametrize(
        "text", ["<html>", "", "null", "[1", '{"QueryResponse":{"Invoice":[{"Id":NaN}]}}', "[" * 99999]
    )
    async def test_garbage_is_refused(self, text: str) -> None:
        with pytest.raises((GarbledAnswer, SourceUnavailable)):
            await api(says(text)).page("Invoice", Place())

    async def test_silence_is_a_failure_of_the_source(self) -> None:
        def silent(_: httpx.Request) -> httpx.Response:
            raise httpx.ReadTimeout("silence")

        with pytest.raises(SourceUnavailable, match="timeout"):
            await api(silent).page("Invoice", Place())

    async def test_no_database_is_not_the_sources_fault(self) -> None:
        class Broken(ProviderClient):
            async def request(self, *_: object, **__: object) -> httpx.Response:
                raise ProviderUnavailable("no_database")

        client = Broken(
            base_url="https://x", limiter=None, timeout_s=1, attempts_max=1, service="t", source="quickbooks"
        )
        with pytest.raises(ProviderUnavailable):
            await QuickBooksApi(client, Tokens(), realm_id="1").count("Invoice")
        await client.aclose()


async def test_only_what_was_answered_counts_as_a_read() -> None:
    reads: list[None] = []
    statuses = iter([200, 429, 500, 400])

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(next(statuses), text='{"QueryResponse":{}}')

    one = api(answer, answered=lambda: reads.append(None))
    await one.page("Invoice", Place())
    for _ in range(3):
        with pytest.raises(SourceUnavailable):
            await one.page("Invoice", Place())
    assert len(reads) == 1
