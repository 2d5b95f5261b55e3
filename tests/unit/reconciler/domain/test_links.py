"""Links follow imports, then exact keys; nothing is guessed, and order does not matter."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.links import Customer, Imported, Resolved, resolve

A = Imported("a", ("quickbooks:1", "amplitude:x"))
B = Imported("b", ("quickbooks:2",))


def linked(*customers: Customer) -> dict[str, tuple[str, str]]:
    return {ref: (to.client_id, to.linked_by) for ref, to in resolve([A, B], customers).items()}


def test_an_import_links_its_refs() -> None:
    assert resolve([A], []) == {
        "quickbooks:1": Resolved("a", "import"),
        "amplitude:x": Resolved("a", "import"),
    }


def test_exact_keys_link() -> None:
    assert linked(Customer("stripe:1", {"client_id": "a"}))["stripe:1"] == ("a", "exact_key")
    assert linked(Customer("stripe:1", {"quickbooks_customer_id": "2"}))["stripe:1"] == ("b", "exact_key")
    assert linked(Customer("stripe:b"))["stripe:b"] == ("b", "exact_key")


def test_an_import_outranks_an_exact_key() -> None:
    assert linked(Customer("quickbooks:1", {"client_id": "b"}))["quickbooks:1"] == ("a", "import")


def test_keys_that_disagree_link_nothing() -> None:
    assert "stripe:1" not in linked(Customer("stripe:1", {"client_id": "a", "quickbooks_id": "2"}))


def test_unknown_and_deleted_customers_stay_unlinked() -> None:
    assert "stripe:1" not in linked(Customer("stripe:1", {"client_id": "nobody"}))
    assert "stripe:1" not in linked(Customer("stripe:1", {}))
    assert "stripe:1" not in linked(Customer("stripe:1", {"client_id": "a"}, deleted=True))


def test_a_linked_customer_names_others() -> None:
    found = linked(Customer("quickbooks:2", {"amplitude_id": "z"}))
    assert found["amplitude:z"] == ("b", "exact_key")
    disputed = linked(Customer("quickbooks:2", {"amplitude_id": "z"}), Customer("quickbooks:1", {"amplitude_id": "z"}))
    assert "amplitude:z" not in disputed


def test_a_ref_has_one_account() -> None:
    twice = resolve([Imported("b", ("quickbooks:1",)), Imported("a", ("quickbooks:1",))], [])
    assert twice["quickbooks:1"].client_id == "a"


@given(seed=st.integers(0, 2**32))
def test_order_does_not_matter(seed: int) -> None:
    customers = [Customer(f"stripe:{n}", {"client_id": "ab"[n % 2], "amplitude_id": str(n // 2)}) for n in range(8)]
    turn = random.Random(seed)
    shuffled = turn.sample(customers, len(customers))
    assert resolve([A, B], customers) == resolve([B, A], shuffled)
