"""Pulling the sandbox's ledger onto a real bus: whole, once, and through every kind of interruption."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from tests.integration.ingest_quickbooks.conftest import SERVICE

from ingest_quickbooks import wiring
from ingest_quickbooks.adapters.memory import PostgresMemory
from ingest_quickbooks.domain import answers
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.invoices import InvoiceObservedV1
from trueup_contracts.payments import PaymentObservedV1
from trueup_kit.ingest import LeaseLost, ObservationPublisher
from trueup_sandbox.providers.quickbooks import routes


def _documents(bench: Any) -> dict[str, tuple[str, int, int]]:
    """The ledger's readable documents: state, total and balance, straight from the world's records.

    What was deleted is told with its last known total; the ledger itself no longer shows any.
    """
    store = bench.world.desk.store
    return {
        f"quickbooks:{kind}:{one.id}": _figures(one)
        for kind, shelf in (("invoice", store.invoices), ("creditmemo", store.credits))
        for one in shelf.all()
        if one.readable
    }


def _figures(one: Any) -> tuple[str, int, int]:
    return (one.state, 0, 0) if one.state == "deleted" else (one.state, one.total_minor, one.balance_minor)


def _known_open_invoices(bench: Any, count: int) -> None:
    """Open invoices for the next pull to tell of, whatever day it is: what is made out and deleted between two pulls was
    never told, and is not told as deleted either."""
    for _ in range(count):
        bench.sandbox.controls.happenings.make("overdue")


def _told(facts: dict[str, Any]) -> dict[str, tuple[str, int, int]]:
    return {key: _figures(fact) for key, fact in facts.items() if isinstance(fact, InvoiceObservedV1)}


class TestFirstPull:
    async def test_tells_the_whole_ledger(self, bench: Any) -> None:
        outcome = await bench.pull()
        assert outcome.complete
        facts = await bench.facts()
        assert _told(facts) == _documents(bench)
        payments = {key for key, fact in facts.items() if isinstance(fact, PaymentObservedV1)}
        assert payments == {f"quickbooks:payment:{one.id}" for one in bench.world.desk.store.ledger_payments.all()}
        customers = [fact for fact in facts.values() if isinstance(fact, CustomerObservedV1)]
        assert len(customers) == 60

    async def test_reports_what_it_covers(self, bench: Any) -> None:
        outcome = await bench.pull()
        report = await bench.report()
        assert (report.scope, report.complete, report.as_of) == ("documents", True, outcome.as_of)
        assert set(report.offsets) == {CustomerObservedV1.topic, InvoiceObservedV1.topic, PaymentObservedV1.topic}
        (gap,) = report.gaps
        partial = next(one for one in bench.world.accounts if one.planted and one.planted.situation == "partial_source")
        assert gap.ref == f"quickbooks:{partial.ledger_id}"
        assert gap.reason == "unreadable_document"
        assert "CurrencyRef" in (gap.detail or "")

    async def test_the_second_publishes_nothing(self, bench: Any) -> None:
        await bench.pull()
        before = len(await bench.sent())
        bench.time.pass_by(seconds=60)
        outcome = await bench.pull()
        assert len(await bench.sent()) == before + 1
        assert (await bench.report()).as_of == outcome.as_of

    async def test_goes_on_with_change_capture(self, bench: Any) -> None:
        _known_open_invoices(bench, 6)
        await bench.pull()
        bench.wire.paths()
        bench.time.pass_by(minutes=6)
        happened = [bench.sandbox.controls.happenings.make(kind) for kind in ("wire", "void", "delete", "invoice")]
        bench.time.pass_by(minutes=6)
        await bench.pull()
        assert bench.wire.paths() == ["cdc"]
        facts = await bench.facts()
        assert _told(facts) == _documents(bench)
        states = {facts[f"quickbooks:invoice:{one.ledger_id}"].state for one in happened if one.ledger_id}
        assert {"void", "deleted", "open"} <= states


class TestInterruptions:
    async def test_a_kill_between_publish_and_commit_repeats_to_the_same_state(
        self, bench: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def killed(*_: Any) -> None:
            raise ConnectionError("killed")

        with monkeypatch.context() as patch:
            patch.setattr(ObservationPublisher, "_remember", killed)
            with pytest.raises(ConnectionError):
                await bench.pull()
        await bench.pull()
        assert _told(await bench.facts()) == _documents(bench)
        versions: dict[str, list[int]] = {}
        for event in await bench.sent(CustomerObservedV1.topic):
            versions.setdefault(event.key(), []).append(event.version)
        assert all(len(found) == 2 and found[0] < found[1] for found in versions.values())

    async def test_a_lease_lost_in_mid_read_publishes_nothing(self, bench: Any) -> None:
        async def steal(request: httpx.Request) -> None:
            # After the version was drawn and before the page is announced: nothing but the look before publishing helps.
            if request.url.params.get("query", "").startswith("SELECT * FROM Invoice "):
                await bench.sql("UPDATE leases SET owner = 'another', token = token + 1")

        bench.wire.before = steal
        with pytest.raises(LeaseLost):
            await bench.pull()
        told = {type(event) for event in await bench.sent()}
        assert told == {CustomerObservedV1}, "what was announced before stays"
        assert await bench.sql("SELECT FROM objects WHERE entity = 'Invoice'") == []
        assert await bench.sql("SELECT FROM cursors WHERE name = 'changes'") == []

    async def test_a_cut_answer_loses_neither_changes_nor_deletions(
        self, bench: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _known_open_invoices(bench, 12)
        await bench.pull()
        bench.time.pass_by(minutes=6)
        monkeypatch.setattr(routes, "CDC_MAX", 5)
        monkeypatch.setattr(answers, "CHANGES_MAX", 5)
        for kind in ("void", "delete", "delete", "wire", "wire", "credit"):
            bench.sandbox.controls.happenings.make(kind)
        bench.time.pass_by(seconds=1)
        bench.wire.paths()
        assert (await bench.pull()).complete
        assert "query" in bench.wire.paths()
        assert bench.sandbox.controls.counters["quickbooks.refused_by_limit"] == 0
        assert _told(await bench.facts()) == _documents(bench)

    async def test_an_old_watermark_reads_everything_and_finds_deletions(self, bench: Any) -> None:
        _known_open_invoices(bench, 6)
        await bench.pull()
        bench.time.pass_by(minutes=6)
        bench.sandbox.controls.happenings.make("delete")
        bench.time.pass_by(days=31)
        bench.wire.paths()
        await bench.pull()
        assert bench.wire.paths().count("query") == 2 * 4, "each entity is counted and then read"
        assert _told(await bench.facts()) == _documents(bench)

    async def test_what_could_never_be_read_is_forgotten_by_the_sweep_that_does_not_meet_it(self, bench: Any) -> None:
        await bench.pull()
        store = bench.world.desk.store
        broken = next(one for one in store.invoices.all() if not one.readable)
        object.__setattr__(broken, "state", "deleted")
        bench.time.pass_by(days=31)
        assert (await bench.pull()).complete
        assert (await bench.report()).gaps == []
        assert f"quickbooks:invoice:{broken.id}" not in await bench.facts()

    async def test_a_sweep_counts_what_cannot_be_read_only_where_it_meets_it(self, bench: Any) -> None:
        await bench.pull()
        memory = PostgresMemory(bench.engine, ObservationPublisher(bench.engine, bench.producer, service=SERVICE))
        standing = await memory.standing("Invoice")
        assert await memory.met("Invoice", bench.time()) == standing
        await bench.sql("UPDATE gaps SET seen_at = NULL WHERE entity = 'Invoice'")
        assert await memory.met("Invoice", bench.time()) == standing - 1
        assert [entity for entity, _ in await memory.unseen(["Invoice"], bench.time())] == ["Invoice"]
        # Broken only after it was met: it stands.
        await bench.sql(
            "UPDATE gaps SET external_id = (SELECT external_id FROM objects WHERE entity = 'Invoice' LIMIT 1)"
        )
        assert await memory.unseen(["Invoice"], bench.time()) == []


class TestCompanies:
    async def test_the_memory_is_of_one(self, bench: Any, capsys: pytest.CaptureFixture[str]) -> None:
        publisher = ObservationPublisher(bench.engine, bench.producer, service=SERVICE)
        memory = PostgresMemory(bench.engine, publisher)
        made = wiring.Parts(None, bench.producer, memory, None, {}, "9130000000000001")  # type: ignore[arg-type]
        await made.company_must_fit()
        assert (await bench.pull()).complete
        await made.company_must_fit()
        with pytest.raises(SystemExit) as refused:
            await replace(made, realm_id="4620816365000000000").company_must_fit()
        assert refused.value.code == 2
        said = capsys.readouterr().err
        assert "holds the ledger of company 9130000000000001: set 9130000000000001, or start with" in said

    async def test_a_mistyped_one_can_be_set_right(self, bench: Any) -> None:
        memory = PostgresMemory(bench.engine, ObservationPublisher(bench.engine, bench.producer, service=SERVICE))
        assert await memory.claim_realm("9130000000000010") == "9130000000000010"
        assert await memory.claim_realm("9130000000000001") == "9130000000000001"
        await bench.sql("INSERT INTO cursors (name, value) VALUES ('changes', '2026-11-01T00:00:00+00:00')")
        assert await memory.claim_realm("9130000000000010") == "9130000000000001", "its ledger was empty, but was read"


class TestFailures:
    @pytest.mark.parametrize("refusal", ["changes_fault", "changes_nothing"])
    async def test_a_refusal_inside_an_answer_is_no_quiet_minute(self, bench: Any, refusal: Any) -> None:
        first = await bench.pull()
        bench.time.pass_by(minutes=6)
        bench.sandbox.controls.happenings.make("void")
        bench.sandbox.controls.tokens.temper.refusal = refusal
        assert not (await bench.pull()).complete
        assert (await bench.report()).as_of == first.as_of
        bench.sandbox.controls.tokens.temper.refusal = "none"
        bench.time.pass_by(minutes=1)
        assert (await bench.pull()).complete
        assert _told(await bench.facts()) == _documents(bench)

    @pytest.mark.parametrize("refusal", ["throttled_403", "throttled_200"])
    async def test_too_many_in_whichever_words_leaves_the_ledger_alone(self, bench: Any, refusal: Any) -> None:
        await bench.pull()
        bench.time.pass_by(minutes=1)
        bench.sandbox.controls.tokens.temper.refusal = refusal
        bench.wire.paths()
        assert "is asked again" in (await bench.pull()).error
        assert bench.wire.paths() == ["cdc"]
        bench.sandbox.controls.tokens.temper.refusal = "none"
        assert "is asked again" in (await bench.pull()).error
        assert bench.wire.paths() == []

    @pytest.mark.parametrize("mode", ["down", "garbage"])
    async def test_keep_the_watermark_and_lose_nothing(self, bench: Any, mode: Any) -> None:
        first = await bench.pull()
        bench.time.pass_by(minutes=6)
        bench.sandbox.controls.happenings.make("void")
        gate = bench.sandbox.controls.gates["quickbooks"]
        gate.break_down(mode, None)
        outcome = await bench.pull()
        report = await bench.report()
        assert (report.complete, report.reason, report.as_of) == (False, "provider_error", first.as_of)
        assert report.error == outcome.error
        assert len(report.gaps) == 1
        gate.break_down("none", None)
        bench.time.pass_by(minutes=1)
        assert (await bench.pull()).complete
        assert _told(await bench.facts()) == _documents(bench)

    async def test_before_the_first_load_there_is_no_watermark(self, bench: Any) -> None:
        bench.sandbox.controls.gates["quickbooks"].break_down("down", None)
        await bench.pull()
        report = await bench.report()
        assert (report.complete, report.as_of, report.reason) == (False, None, "provider_error")

    async def test_a_document_that_reads_well_again_closes_its_gap(self, bench: Any) -> None:
        await bench.pull()
        store = bench.world.desk.store
        broken = next(one for one in store.invoices.all() if not one.readable)
        object.__setattr__(broken, "readable", True)
        await bench.sql("UPDATE cursors SET value = '2020-01-01T00:00:00+00:00' WHERE name = 'changes'")
        await bench.pull()
        assert (await bench.report()).gaps == []
        assert f"quickbooks:invoice:{broken.id}" in await bench.facts()
