"""What an event points at, in old, new and thin bodies; nothing a sender writes may crash the reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_webhooks.domain.events import Target, coalesce, ordering_key, parse, read_event
from stripe_webhooks.domain.fields import Unreadable

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def target_of(body: dict[str, Any]) -> Target | None:
    return parse(json.dumps(body).encode()).target


def test_an_invoice_event_points_at_the_invoice(bodies: Bodies) -> None:
    event = read_event(bodies.event("evt_1", bodies.invoice("in_7")))
    assert event.target == Target("invoice", "in_7", invoice_id="in_7")
    assert ordering_key(event) == "in_7"


def test_an_invoice_payment_carries_the_join(bodies: Bodies) -> None:
    event = read_event(bodies.event("evt_1", bodies.invoice_payment("inpay_1", "in_7", "pi_9")))
    assert event.target == Target("invoice_payment", "inpay_1", "in_7", "pi_9")
    assert ordering_key(event) == "in_7"


def test_since_basil_an_intent_and_a_charge_name_no_invoice(bodies: Bodies) -> None:
    assert target_of(bodies.event("e", bodies.intent("pi_9"))) == Target("payment_intent", "pi_9", None, "pi_9")
    refunded = bodies.charge("ch_1", "pi_9", amount_refunded=10)
    assert target_of(bodies.event("e", refunded)) == Target("charge", "ch_1", None, "pi_9")


def test_a_plain_charge_says_nothing_that_its_intent_does_not(bodies: Bodies) -> None:
    assert target_of(bodies.event("e", bodies.charge("ch_1", "pi_9"))) is None
    for news in ({"disputed": True}, {"amount_refunded": 1}, {"payment_intent": None}, {"disputed": None}):
        assert target_of(bodies.event("e", bodies.charge("ch_1", "pi_9") | news)) is not None


def test_before_basil_they_do(bodies: Bodies) -> None:
    intent = bodies.intent("pi_9", invoice="in_7")
    charge = bodies.charge("ch_1", None, invoice={"id": "in_7", "object": "invoice"})
    assert target_of(bodies.event("e", intent)) == Target("payment_intent", "pi_9", "in_7", "pi_9")
    assert target_of(bodies.event("e", charge)) == Target("charge", "ch_1", "in_7", None)


@pytest.mark.parametrize("kind", ["refund", "dispute"])
def test_refunds_and_disputes_lead_to_their_payment(bodies: Bodies, kind: str) -> None:
    body = bodies.refund("x_1", "pi_9", object=kind)
    assert target_of(bodies.event("e", body)) == Target(kind, "x_1", None, "pi_9")  # type: ignore[arg-type]
    expanded = body | {"payment_intent": None, "charge": bodies.charge("ch_1", "pi_8")}
    assert target_of(bodies.event("e", expanded)) == Target(kind, "x_1", None, "pi_8")  # type: ignore[arg-type]


def test_a_thin_event_points_through_its_related_object(bodies: Bodies) -> None:
    event = parse(json.dumps(bodies.thin("evt_1", "invoice", "in_7")).encode())
    assert event.target == Target("invoice", "in_7", invoice_id="in_7")
    assert target_of(bodies.thin("e", "refund", "re_1")) == Target("refund", "re_1")
    assert target_of(bodies.thin("e", "payment_intent", "pi_9")) == Target("payment_intent", "pi_9", None, "pi_9")


def test_unknown_objects_concern_no_one(bodies: Bodies) -> None:
    unknown = {"object": "billing.meter", "id": "mtr_1"}
    event = read_event(bodies.event("evt_1", unknown))
    assert event.target is None
    assert ordering_key(event) == "mtr_1"
    assert target_of(bodies.event("e", {"object": "invoice"})) is None, "an upcoming invoice has no id"
    assert target_of(bodies.thin("e", "billing.meter", "mtr_1")) is None


def test_an_unknown_type_on_a_known_object_is_a_hint_too(bodies: Bodies) -> None:
    assert target_of(bodies.event("e", bodies.invoice("in_7"), type="invoice.of_2031")) is not None


def test_many_events_about_one_invoice_are_one_look(bodies: Bodies) -> None:
    events = [read_event(bodies.event(f"evt_{n}", bodies.invoice("in_7", total=n))) for n in range(10)]
    assert coalesce(events) == [Target("invoice", "in_7", invoice_id="in_7")]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"\xff",
        b"nope",
        b"[]",
        b'"text"',
        b"{}",
        b'{"object":"event","id":"evt_1"}',
        b"[" * 100_000,
        b'{"a":1e999}',
    ],
)
def test_what_is_no_event_is_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(value)


def test_texts_that_no_database_holds_are_cleaned(bodies: Bodies) -> None:
    event = parse(b'{"id":"evt\\u0000_1\\ud800","object":"event","type":"x","data":{"object":{"id":"\\u0000"}}}')
    assert (event.event_id, ordering_key(event)) == ("evt_1?", "evt_1?")


@given(JSON, JSON)
def test_no_body_crashes_the_reader(carried: Any, created: Any) -> None:
    body = {"id": "evt_1", "object": "event", "type": "x", "created": created, "data": {"object": carried}}
    for shape in (body, body | {"object": "v2.core.event", "related_object": carried}, carried):
        try:
            event = parse(json.dumps(shape).encode())
        except Unreadable:
            continue
        assert ordering_key(event)


@given(st.binary(max_size=100))
def test_no_bytes_crash_the_reader(value: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(value)


@pytest.mark.parametrize("absent", ["id", "type", "object"])
def test_without_id_type_or_object_it_is_no_event(bodies: Bodies, absent: str) -> None:
    body = bodies.event("evt_1", bodies.invoice("in_7"))
    with pytest.raises(Unreadable, match="no Stripe event"):
        read_event({name: value for name, value in body.items() if name != absent})


@pytest.mark.parametrize("word", ["a", "v2.core.event.thin", "zzz"])
def test_another_object_is_no_event(bodies: Bodies, word: str) -> None:
    with pytest.raises(Unreadable, match="no Stripe event"):
        read_event(bodies.event("evt_1", bodies.invoice("in_7")) | {"object": word})


@pytest.mark.parametrize("related", [{"type": "invoice"}, {"type": "coupon", "id": "c_1"}, {"id": "in_7"}])
def test_a_thin_event_about_nothing_we_know_points_at_nothing(related: dict[str, str]) -> None:
    thin = {"id": "evt_1", "object": "v2.core.event", "type": "v1.invoice.paid", "created": "2026-11-01T00:00:00Z"}
    assert read_event(thin | {"related_object": related}).target is None
    known = read_event(thin | {"related_object": {"type": "invoice", "id": "in_7"}})
    assert known.target == Target("invoice", "in_7", invoice_id="in_7")


def test_targets_are_sorted_by_everything_that_tells_them_apart(bodies: Bodies) -> None:
    events = [
        read_event(bodies.event(f"evt_{invoice}{intent}", bodies.invoice_payment("inpay_1", invoice, intent)))
        for invoice, intent in (("in_2", "pi_1"), ("in_1", "pi_2"), ("in_1", "pi_1"))
    ]
    assert [(one.invoice_id, one.payment_id) for one in coalesce([*events, *events])] == [
        ("in_1", "pi_1"),
        ("in_1", "pi_2"),
        ("in_2", "pi_1"),
    ]
