"""What may be decided about a customer's link, and what an undo restores."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.errors import Conflict, NotFound
from dashboard_api.domain.links import Latest, Place, Said, Verdict, Wish, decide, undo

REF = "stripe:cus_9"
ONE, TWO = UUID(int=1), UUID(int=2)
WAITS = Place(REF, "Nobody", waits=True, linked_to=None, shown_decision_id=None, latest=None)
AT_A = replace(WAITS, waits=False, linked_to="a")
TO_A = Said(Verdict.LINKED, "a")
OFF_A = Said(Verdict.UNLINKED, refused_client_id="a")
WITHDRAWN = Said(Verdict.WITHDRAWN)


def link(client_id: str = "a", seen: UUID | None = None) -> Wish:
    return Wish(Verdict.LINKED, REF, client_id, seen)


def unlink(client_id: str = "a", seen: UUID | None = None) -> Wish:
    return Wish(Verdict.UNLINKED, REF, client_id, seen)


def test_a_customer_that_waits_is_linked() -> None:
    new = decide(link(), WAITS, account_exists=True)
    assert (new.said, new.customer_name, new.former_client_id, new.previous) == (TO_A, "Nobody", None, None)


def test_a_linked_customer_is_taken_off_and_its_account_refused() -> None:
    new = decide(unlink(), AT_A, account_exists=True)
    assert (new.said, new.former_client_id) == (OFF_A, "a")


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        (link(), AT_A),
        (link("b"), AT_A),
        (unlink(), WAITS),
        (unlink("b"), AT_A),
        (link(), replace(WAITS, latest=Latest(ONE, OFF_A, None), shown_decision_id=str(ONE))),
        (link(seen=TWO), replace(WAITS, latest=Latest(ONE, OFF_A, None), shown_decision_id=str(ONE))),
        (link(seen=ONE), WAITS),
        # What still travels counts: it waits on the screen, but somebody has linked it.
        (link(seen=ONE), replace(WAITS, latest=Latest(ONE, TO_A, None))),
        (unlink(seen=ONE), replace(AT_A, latest=Latest(ONE, OFF_A, None))),
    ],
)
def test_what_has_moved_is_refused_and_told(wish: Wish, place: Place) -> None:
    with pytest.raises(Conflict) as refused:
        decide(wish, place, account_exists=True)
    assert refused.value.code == "customer_moved"
    assert refused.value.extra["client_id"] == place.client_id


def test_who_was_just_taken_off_can_be_linked_at_once() -> None:
    travels = replace(AT_A, latest=Latest(ONE, OFF_A, None))
    assert decide(link("b", ONE), travels, account_exists=True).previous == ONE


def test_unknown_customers_and_accounts() -> None:
    with pytest.raises(NotFound) as customer:
        decide(link(), replace(WAITS, waits=False), account_exists=True)
    with pytest.raises(NotFound) as account:
        decide(link(), WAITS, account_exists=False)
    assert (customer.value.code, account.value.code) == ("customer_not_found", "account_not_found")


def test_undoing_the_first_decision_leaves_imports_and_keys_to_say() -> None:
    new = undo(ONE, replace(AT_A, latest=Latest(ONE, TO_A, None), shown_decision_id=str(ONE)))
    assert (new.said, new.former_client_id, new.previous, new.undoes) == (WITHDRAWN, "a", ONE, ONE)


def test_only_the_latest_is_undone() -> None:
    for place in (WAITS, replace(WAITS, latest=Latest(TWO, OFF_A, TO_A))):
        with pytest.raises(Conflict):
            undo(ONE, place)


SAID = st.sampled_from([TO_A, OFF_A, WITHDRAWN, Said(Verdict.LINKED, "b")])


@given(before=st.none() | SAID, latest=SAID)
def test_an_undo_restores_and_undoing_it_gives_the_decision_again(before: Said | None, latest: Said) -> None:
    new = undo(ONE, replace(WAITS, latest=Latest(ONE, latest, before)))
    assert new.said == (before or WITHDRAWN)
    again = undo(TWO, replace(WAITS, latest=Latest(TWO, new.said, latest)))
    assert again.said == latest
