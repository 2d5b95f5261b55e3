"""A pull announces what changed, and reports what it could not read."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ingest_quickbooks.domain.paging import PAGE_SIZE
from ingest_quickbooks.usecases.pull import pull_documents


def _moved(row: Any, at: Any) -> dict[str, Any]:
    moved: dict[str, Any] = row | {"MetaData": row["MetaData"] | {"LastUpdatedTime": at.isoformat()}}
    return moved


def _states(world: Any) -> dict[str, str]:
    return {event.key(): getattr(event, "state", getattr(event, "status", "")) for event in world.sent}


def _whole_reads(world: Any) -> list[str]:
    """The entities that were paged through from their beginning."""
    places = [detail for what, detail in world.asked if what == "page"]
    return [entity for entity, place in places if place.since is None]


class TestFirstPull:
    async def test_announces_everything_then_reports(
        self, world: Any, invoice: Any, payment: Any, customer: Any
    ) -> None:
        world.rows |= {"Invoice": [invoice("1")], "Payment": [payment()], "Customer": [customer()]}
        outcome = await pull_documents(world.deps())
        assert outcome.complete
        assert _states(world) == {
            "quickbooks:7": "",
            "quickbooks:invoice:1": "open",
            "quickbooks:payment:9": "succeeded",
        }
        (report,) = world.reports
        assert (report.scope, report.complete, report.as_of, report.gaps) == ("documents", True, world.now, [])
        assert report.offsets == {"trueup.invoices.observed.v1": {"0": 3}}
        assert report.version > max(event.version for event in world.sent)

    async def test_the_second_announces_nothing(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [_moved(invoice("1"), world.now)]
        await pull_documents(world.deps())
        world.now += timedelta(minutes=1)
        await pull_documents(world.deps())
        assert len(world.sent) == 1
        assert [report.as_of for report in world.reports] == [world.now - timedelta(minutes=1), world.now]

    async def test_a_killed_load_goes_on_where_it_stood(self, world: Any, invoice: Any) -> None:
        rows = [_moved(invoice(str(n)), world.now - timedelta(days=2, seconds=-n)) for n in range(PAGE_SIZE + 50)]
        world.rows["Invoice"] = rows
        await pull_documents(world.deps())
        sweep_at = world.now
        assert (world.load, world.cursor_at) == (None, sweep_at)
        world.cursor_at, world.load = None, None
        world.asked.clear()
        original = world.publish
        calls: list[Any] = []

        async def dying(events: Any, step: Any) -> Any:
            calls.append(step)
            if len(calls) == 3:
                raise ConnectionError("killed")
            return await original(events, step)

        world.publish = dying
        with pytest.raises(ConnectionError):
            await pull_documents(world.deps())
        world.publish = original
        assert world.load.entity == "Invoice"
        world.now += timedelta(minutes=3)
        world.asked.clear()
        await pull_documents(world.deps())
        first = next(detail for what, detail in world.asked if what == "page")
        assert first[0] == "Invoice"
        assert first[1].since is not None
        assert len({event.key() for event in world.sent}) == PAGE_SIZE + 50 == len(world.sent)

    async def test_a_kill_between_publishing_and_committing_repeats_the_same_state(
        self, world: Any, invoice: Any
    ) -> None:
        world.rows["Invoice"] = [invoice("1")]
        world.die_before_commit = True
        with pytest.raises(ConnectionError):
            await pull_documents(world.deps())
        world.die_before_commit = False
        await pull_documents(world.deps())
        first, second = world.sent
        assert first.model_dump(exclude={"version"}) == second.model_dump(exclude={"version"})
        assert second.version > first.version


class TestChanges:
    async def _loaded(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [invoice("1"), invoice("2")]
        await pull_documents(world.deps())
        world.sent.clear()
        world.asked.clear()
        world.now += timedelta(minutes=1)

    async def test_announces_a_deletion_with_the_last_snapshot(self, world: Any, invoice: Any) -> None:
        await self._loaded(world, invoice)
        world.rows["Invoice"].pop(0)
        world.deleted.append(("Invoice", "1", world.now))
        world.deleted.append(("Invoice", "999", world.now))
        await pull_documents(world.deps())
        (event,) = world.sent
        assert (event.document_id, event.state, event.balance_minor) == ("quickbooks:invoice:1", "deleted", 0)
        assert event.total_minor == 10825
        world.now += timedelta(minutes=1)
        await pull_documents(world.deps())
        assert len(world.sent) == 1

    async def test_asks_with_an_overlap(self, world: Any, invoice: Any) -> None:
        await self._loaded(world, invoice)
        late = world.now - timedelta(minutes=5)  # entered before the last watermark, visible only now
        world.rows["Invoice"].append(_moved(invoice("3"), late))
        await pull_documents(world.deps())
        assert [event.key() for event in world.sent] == ["quickbooks:invoice:3"]

    async def test_an_old_cursor_reads_everything_and_finds_what_is_gone(self, world: Any, invoice: Any) -> None:
        await self._loaded(world, invoice)
        world.rows["Invoice"].pop(0)
        world.now += timedelta(days=31)
        await pull_documents(world.deps())
        assert _states(world) == {"quickbooks:invoice:1": "deleted"}
        assert [what for what, _ in world.asked][:2] == ["count", "page"]

    async def test_a_cut_answer_falls_back_to_queries_and_finds_deletions(self, world: Any, invoice: Any) -> None:
        await self._loaded(world, invoice)
        world.cut_at = 4
        for number in range(3, 12):
            world.rows["Invoice"].append(_moved(invoice(str(number)), world.now))
        world.rows["Invoice"].pop(0)
        world.deleted.append(("Invoice", "1", world.now))
        await pull_documents(world.deps())
        assert _states(world) == {
            "quickbooks:invoice:1": "deleted",
            **{f"quickbooks:invoice:{number}": "open" for number in range(3, 12)},
        }
        assert world.cursor_at == world.now
        assert world.reports[-1].complete

    async def test_a_deletion_beyond_the_cut_is_found_though_the_numbers_agree(self, world: Any, invoice: Any) -> None:
        await self._loaded(world, invoice)
        world.cut_at = 4
        changed = [_moved(invoice(str(number)), world.now) for number in range(3, 8)]
        world.rows["Invoice"] += [*changed, _moved(invoice("8", CurrencyRef=None), world.now)]
        world.rows["Invoice"].pop(0)
        world.deleted.append(("Invoice", "1", world.now))
        await pull_documents(world.deps())
        assert _states(world)["quickbooks:invoice:1"] == "deleted"

    async def test_many_changes_at_once_are_swept_once_and_later_deletions_found(
        self, world: Any, invoice: Any
    ) -> None:
        await self._loaded(world, invoice)
        world.cut_at = 4
        world.rows["Invoice"] += [_moved(invoice(str(number)), world.now) for number in range(3, 9)]
        world.now += timedelta(seconds=1)
        await pull_documents(world.deps())
        assert _whole_reads(world) == ["Invoice"]
        world.asked.clear()
        world.now += timedelta(minutes=1)
        world.rows["Invoice"].pop()
        world.rows["Invoice"].append(_moved(invoice("9", CurrencyRef=None), world.now))
        world.deleted.append(("Invoice", "8", world.now))
        await pull_documents(world.deps())
        assert world.cursor_at == world.now
        assert _whole_reads(world) == []
        assert _states(world)["quickbooks:invoice:8"] == "deleted"


class TestGaps:
    async def test_stay_until_the_document_reads_well(self, world: Any, invoice: Any) -> None:
        broken = _moved(invoice("2", CurrencyRef=None), world.now)
        world.rows["Invoice"] = [invoice("1"), broken]
        await pull_documents(world.deps())
        world.now += timedelta(hours=2)
        await pull_documents(world.deps())
        for report in world.reports:
            (gap,) = report.gaps
            assert (gap.ref, gap.reason) == ("quickbooks:7", "unreadable_document")
            assert gap.detail == "Invoice.CurrencyRef: missing (id 2)"
            assert report.complete
        assert [event.key() for event in world.sent] == ["quickbooks:invoice:1"]
        world.rows["Invoice"][1] = _moved(invoice("2"), world.now)
        await pull_documents(world.deps())
        assert world.reports[-1].gaps == []
        assert world.sent[-1].key() == "quickbooks:invoice:2"

    async def test_a_known_document_without_customer_keeps_its_customer(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [invoice("1")]
        await pull_documents(world.deps())
        world.rows["Invoice"] = [_moved(invoice("1", CustomerRef=None), world.now)]
        await pull_documents(world.deps())
        assert [gap.ref for gap in world.reports[-1].gaps] == ["quickbooks:7"]

    async def test_a_document_of_nobody_makes_the_source_incomplete(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [_moved(invoice("1", CustomerRef=None), world.now)]
        await pull_documents(world.deps())
        assert (world.reports[-1].complete, world.reports[-1].reason) == (False, "incomplete_answer")

    async def test_close_when_the_document_is_deleted(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [_moved(invoice("2", CurrencyRef=None), world.now)]
        await pull_documents(world.deps())
        world.rows["Invoice"].clear()
        world.deleted.append(("Invoice", "2", world.now))
        await pull_documents(world.deps())
        assert world.reports[-1].gaps == []


class TestGapsOfWhatWasNeverAnnounced:
    async def test_end_with_a_sweep_that_does_not_meet_them(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [invoice("1"), invoice("2", CurrencyRef=None)]
        await pull_documents(world.deps())
        world.rows["Invoice"].pop()
        world.now += timedelta(days=31)
        assert (await pull_documents(world.deps())).complete
        assert world.reports[-1].gaps == []
        assert "deleted" not in _states(world).values(), "of what was never told nothing is said"

    async def test_do_not_stand_for_a_row_that_was_lost(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [invoice("1"), invoice("2"), invoice("3", CurrencyRef=None)]
        await pull_documents(world.deps())
        world.rows["Invoice"].pop()
        world.now += timedelta(days=31)
        page = world.page

        async def short(entity: Any, place: Any) -> Any:
            return (await page(entity, place))[1:]

        world.page = short
        outcome = await pull_documents(world.deps())
        assert outcome.error == "provider_error: Invoice: 2 stand, 1 were delivered"
        assert "deleted" not in _states(world).values()

    async def test_stay_while_a_sweep_meets_them(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [invoice("1"), invoice("2", CurrencyRef=None)]
        await pull_documents(world.deps())
        world.now += timedelta(days=31)
        assert (await pull_documents(world.deps())).complete
        assert [gap.ref for gap in world.reports[-1].gaps] == ["quickbooks:7"]


class TestWhatTheBusDoesNotTake:
    async def test_is_a_gap_of_its_customer_and_the_rest_goes_on(self, world: Any, invoice: Any) -> None:
        odd = invoice("2")
        odd["Line"][0]["SalesItemLineDetail"]["Qty"] = Decimal("1E-60")
        world.rows["Invoice"] = [invoice("1"), odd]
        assert (await pull_documents(world.deps())).complete
        assert [event.key() for event in world.sent] == ["quickbooks:invoice:1"]
        (gap,) = world.reports[-1].gaps
        assert gap.ref == "quickbooks:7"
        assert gap.detail.startswith("Invoice.quantity: ")

    async def test_half_a_character_in_a_line_stops_nobody(self, world: Any, invoice: Any) -> None:
        odd = invoice("2", DocNumber="I\ud83d\x002")
        world.rows["Invoice"] = [invoice("1"), odd]
        assert (await pull_documents(world.deps())).complete
        assert [event.number for event in world.sent] == ["INV-1", "I?2"]


class TestFailure:
    async def test_is_reported_with_the_last_watermark_and_loses_nothing(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [invoice("1")]
        await pull_documents(world.deps())
        complete_at = world.now
        world.now += timedelta(minutes=1)
        world.down = "HTTP 503"
        outcome = await pull_documents(world.deps())
        assert not outcome.complete
        report = world.reports[-1]
        assert (report.complete, report.reason, report.as_of) == (False, "provider_error", complete_at)
        assert "HTTP 503" in report.error
        world.down = None
        world.rows["Invoice"].append(_moved(invoice("2"), world.now))
        world.now += timedelta(minutes=1)
        await pull_documents(world.deps())
        assert world.sent[-1].key() == "quickbooks:invoice:2"

    async def test_an_object_without_id_is_a_failed_pull(self, world: Any, invoice: Any) -> None:
        await pull_documents(world.deps())
        world.rows["Invoice"] = [_moved(invoice("1", Id=None), world.now)]
        await pull_documents(world.deps())
        assert world.reports[-1].reason == "provider_error"
        assert world.sent == []


async def test_a_pull_that_comes_through_says_that_too_many_calls_fail(world: Any, invoice: Any) -> None:
    async def trouble() -> str:
        return "9 of 90 calls failed"

    world.rows["Invoice"] = [invoice("1")]
    outcome = await pull_documents(replace(world.deps(), trouble=trouble))
    assert outcome.complete
    (report,) = world.reports
    assert (report.complete, report.reason, report.error) == (True, "provider_errors", "9 of 90 calls failed")
    assert report.as_of == world.now


class TestAPageCutInHalf:
    async def test_deletes_nobody_and_leaves_the_first_load_incomplete(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [_moved(invoice(str(n)), world.now - timedelta(days=2)) for n in range(10)]
        world.half_pages = True
        outcome = await pull_documents(world.deps())
        assert outcome.error == "provider_error: Invoice: 10 stand, 5 were delivered"
        assert (world.reports[-1].complete, world.reports[-1].as_of) == (False, None)
        world.half_pages = False
        assert (await pull_documents(world.deps())).complete
        assert len(_states(world)) == 10

    async def test_in_a_later_sweep_deletes_nobody(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [_moved(invoice(str(n)), world.now) for n in range(10)]
        await pull_documents(world.deps())
        world.now += timedelta(days=40)
        world.half_pages = True
        assert not (await pull_documents(world.deps())).complete
        assert "deleted" not in _states(world).values()
        world.half_pages = False
        world.rows["Invoice"].pop()
        assert (await pull_documents(world.deps())).complete
        assert list(_states(world).values()).count("deleted") == 1

    async def test_rows_that_go_while_they_are_read_are_no_cut(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [_moved(invoice(str(n)), world.now - timedelta(days=2)) for n in range(10)]
        page = world.page

        async def meanwhile(entity: Any, place: Any) -> Any:
            if entity == "Invoice" and len(world.rows["Invoice"]) == 10:
                world.rows["Invoice"].pop()
            return await page(entity, place)

        world.page = meanwhile
        assert (await pull_documents(world.deps())).complete

    async def test_what_cannot_be_read_was_delivered_all_the_same(self, world: Any, invoice: Any) -> None:
        world.rows["Invoice"] = [invoice("1"), invoice("2", CurrencyRef=None)]
        await pull_documents(world.deps())
        (report,) = world.reports
        assert (report.complete, len(report.gaps)) == (True, 1)

    async def test_among_too_many_changes_loses_none_of_them(self, world: Any, invoice: Any) -> None:
        rows = [_moved(invoice(str(n)), world.now - timedelta(days=2)) for n in range(10)]
        world.rows["Invoice"] = rows
        await pull_documents(world.deps())
        cursor = world.cursor_at
        world.now += timedelta(minutes=1)
        world.rows["Invoice"] = [_moved(row, world.now) | {"Balance": 1} for row in rows]
        world.now += timedelta(seconds=1)
        world.cut_at, world.half_pages = 5, True
        outcome = await pull_documents(world.deps())
        assert outcome.error == "provider_error: Invoice: 10 stand, 5 were delivered"
        assert world.cursor_at == cursor, "the next pull reads them again"
        world.half_pages = False
        assert (await pull_documents(world.deps())).complete
        cursor = world.cursor_at
        world.half_pages = True
        world.now += timedelta(minutes=1)
        outcome = await pull_documents(world.deps())
        assert outcome.error == "provider_error: Invoice: 10 have changed, 5 were delivered"
        assert world.cursor_at == cursor
