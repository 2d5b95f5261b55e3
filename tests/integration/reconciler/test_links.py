"""Links that people decided: told on the bus, resolved anew, facts where they were, both accounts decided again."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.integration.reconciler.test_bus import Flaky, consuming, fences_reach, publish, publishing, until
from tests.integration.reconciler.world import NOW, System, bucket, customers, facts, reports, shuffled

from reconciler.adapters.decision_sql import SPREAD
from reconciler.usecases.relink import relink
from reconciler.usecases.suggest_links import suggest_links
from trueup_contracts.customers import CustomerObservedV1
from trueup_contracts.links import LinkDecidedV1
from trueup_kit.postgres import raw

STRANGER = "stripe:cus_9"


def decided(ref: str, client_id: str | None, *, version: int, **more: Any) -> LinkDecidedV1:
    """A decision; without a client an unlink."""
    given: dict[str, Any] = {"verdict": "linked" if client_id else "unlinked", "client_id": client_id} | more
    return LinkDecidedV1(
        version=version, ref=ref, decision_id=f"d{version}", decided_by="adam", decided_at=NOW, **given
    )


def withdrawn(ref: str, *, version: int) -> LinkDecidedV1:
    return decided(ref, None, version=version, verdict="withdrawn")


def stranger(name: str = "Client 2 Ltd", *, version: int = 1, **more: Any) -> CustomerObservedV1:
    return CustomerObservedV1(version=version, ref=STRANGER, observed_at=NOW, name=name, **more)


async def prepared(system: System) -> System:
    await system.feed([*facts(3), *reports()])
    await system.settle()
    return system


async def refs_of(system: System, client_id: str) -> dict[str, tuple[str, str | None]]:
    row = await system.row(client_id)
    return {one["ref"]: (one["linked_by"], one["decision_id"]) for one in row["payload"]["refs"]}


async def test_unlinking_and_linking_dirty_both_accounts_and_move_no_fact(system: System) -> None:
    await prepared(system)
    before = await system.state()
    await system.feed([decided("quickbooks:1", None, version=5, refused_client_id="c1")])
    await system.settle()
    assert "quickbooks:1" not in await refs_of(system, "c1")
    assert (await system.row("c1"))["source_state"] == "cannot_judge"
    waiting = await system.admin.fetch(
        "SELECT ref, decision_id, refused_client_id FROM read_model.unlinked_customers ORDER BY ref"
    )
    # What was linked only because it names that customer has no other key.
    assert [tuple(row) for row in waiting] == [("quickbooks:1", "d5", "c1"), ("stripe:cus_1", None, None)]
    await system.feed([decided("quickbooks:1", "c2", version=6)])
    await system.settle()
    moved = await refs_of(system, "c2")
    assert (moved["quickbooks:1"], moved["stripe:cus_1"]) == (("decision", "d6"), ("exact_key", None))
    after = await system.state()
    assert all(after[name] == before[name] for name in ("usage", "customers", "documents", "payments"))
    await system.feed([withdrawn("quickbooks:1", version=7)])
    await system.settle()
    assert (await refs_of(system, "c1"))["quickbooks:1"] == ("import", "d7")
    restored = await system.state()
    assert [row[:3] for row in restored["links"]] == [row[:3] for row in before["links"]]
    assert restored["unlinked"] == before["unlinked"]
    assert (await system.row("c1"))["source_state"] == "ok"


async def test_a_refusal_outlives_the_next_exact_match(system: System) -> None:
    await prepared(system)
    # What named the ledger's customer is no longer linked through it, as nobody said so of the gateway's.
    await system.feed([decided("stripe:cus_1", None, version=5, refused_client_id="c1")])
    await system.settle()
    keys = {"quickbooks_customer_id": "1", "client_id": "c1"}
    again = CustomerObservedV1(version=8, ref="stripe:cus_1", observed_at=NOW, name="Client 1", link_keys=keys)
    await system.feed([again])
    await system.settle()
    assert "stripe:cus_1" not in await refs_of(system, "c1")


async def test_usage_that_was_unlinked_waits_at_once(system: System) -> None:
    await prepared(system)
    await system.feed([decided("amplitude:a1", None, version=5, refused_client_id="c1")])
    await system.settle()
    assert await system.value("SELECT ref FROM read_model.unlinked_customers") == "amplitude:a1"


async def test_decisions_twice_and_in_any_order_end_alike(system: System) -> None:
    decisions = [
        decided("quickbooks:1", None, version=5, refused_client_id="c1"),
        decided("quickbooks:1", "c2", version=6),
        decided(STRANGER, "c1", version=7),
        decided("stripe:cus_2", None, version=8),
        withdrawn("stripe:cus_2", version=9),
        decided(STRANGER, "c2", version=10),
    ]
    states = []
    for seed in range(4):
        await system.forget()
        await system.feed(shuffled([*facts(3), stranger(), *decisions, *decisions], seed), batch=1 + seed * 7)
        await system.feed(reports())
        await system.settle()
        states.append(await system.state())
    assert all(state == states[0] for state in states)
    assert (await refs_of(system, "c2"))[STRANGER] == ("decision", "d10")
    assert (await refs_of(system, "c2"))["quickbooks:1"] == ("decision", "d6")


async def test_a_decision_waits_for_its_client(system: System) -> None:
    await system.feed([stranger(), decided(STRANGER, "c0", version=5)])
    await system.settle()
    assert await system.value("SELECT decision_id FROM read_model.unlinked_customers WHERE ref = $1", STRANGER) == "d5"
    await system.feed([*facts(1), *reports()])
    await system.settle()
    assert STRANGER in await refs_of(system, "c0")


async def suggested(system: System, ref: str = STRANGER) -> list[dict[str, Any]]:
    found = await system.value("SELECT suggestions FROM read_model.unlinked_customers WHERE ref = $1", ref)
    return list(json.loads(found))


async def test_suggestions_come_with_reasons_and_follow_what_is_known(system: System) -> None:
    await prepared(system)
    await system.feed([stranger(email="ap@client-two.example", currency="USD")])
    await system.settle()
    assert await suggest_links(system.suggestions) == 1
    first = (await suggested(system))[0]
    assert (first["client_id"], first["name"]) == ("c2", "Client 2")
    assert [why["code"] for why in first["reasons"]] == ["name", "currency", "taken"]
    assert await system.value("SELECT best_score FROM read_model.unlinked_customers") == first["score"]
    assert await suggest_links(system.suggestions) == 0
    await system.feed([decided("stripe:cus_2", None, version=5)])
    await system.settle()
    await suggest_links(system.suggestions)
    assert "vacancy" in {why["code"] for why in (await suggested(system))[0]["reasons"]}


async def test_usage_of_nobody_is_suggested_to_who_lacks_it(system: System) -> None:
    await prepared(system)
    await system.feed([decided("amplitude:a1", None, version=5)])
    await system.feed([bucket(9, NOW.date(), 100)])
    await system.settle()
    await suggest_links(system.suggestions)
    [only] = await suggested(system, "amplitude:a9")
    assert (only["client_id"], [why["code"] for why in only["reasons"]]) == ("c1", ["metric", "vacancy"])


async def test_one_at_a_time_suggests(system: System) -> None:
    await prepared(system)
    async with system.suggestions.turn() as first:
        assert first is not None
        async with system.suggestions.turn() as second:
            assert second is None
        await first.save({})
    async with system.suggestions.turn() as nothing:
        assert nothing is None


async def test_decisions_over_kafka_twice_and_out_of_order_with_crashes(system: System, topics: str) -> None:
    refusal = decided("quickbooks:1", None, version=6, refused_client_id="c1")
    last = decided(STRANGER, "c2", version=10)
    order = [last, refusal, decided(STRANGER, "c1", version=7), refusal, decided(STRANGER, None, version=8), last]
    turn = random.Random(3)
    flaky = Flaky(system.facts, lambda _: turn.random() < 0.2)
    async with publishing(topics) as producer, consuming(topics, flaky, records=3):
        ends = await publish(producer, [*customers(1), *customers(2), stranger(), *order])
        await until(lambda: fences_reach(system, ends), what="all decisions stored")
    assert flaky.crashes > 0
    await system.settle()
    links = {row["ref"]: tuple(row)[1:] for row in await system.admin.fetch("SELECT * FROM read_model.links")}
    assert links[STRANGER] == ("c2", "decision", "d10")
    assert "quickbooks:1" not in links
    assert await system.value("SELECT count(*) FROM reconciler.decided_links") == 2


async def test_usage_spread_while_its_customer_is_being_linked_does_not_wait(system: System) -> None:
    await system.feed([*facts(1), *reports()])
    async with system.engine.connect() as other:
        await other.execution_options(isolation_level="REPEATABLE READ")
        async with other.begin():
            driver = await raw(other)
            assert await driver.fetchval("SELECT count(*) FROM links") == 0  # what this transaction will keep seeing
            await relink(system.links)
            await driver.fetchval(SPREAD, 1_000)
    assert await system.value("SELECT ref FROM read_model.unlinked_customers") == "amplitude:a0"
    await system.settle()
    assert await system.value("SELECT count(*) FROM read_model.unlinked_customers") == 0
