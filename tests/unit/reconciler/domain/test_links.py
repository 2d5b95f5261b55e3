"""Links follow imports, then exact keys; nothing is guessed, and order does not matter."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.links import Customer, Decision, Imported, Resolved, resolve

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


def to(ref: str, client_id: str) -> Decision:
    return Decision(ref, f"d-{ref}", client_id)


def refusal(ref: str) -> Decision:
    return Decision(ref, f"d-{ref}")


def withdrawn(ref: str) -> Decision:
    return Decision(ref, f"d-{ref}", withdrawn=True)


def test_a_decision_outranks_an_import_and_an_exact_key() -> None:
    links = resolve([A, B], [Customer("stripe:1", {"client_id": "a"})], [to("quickbooks:1", "b"), to("stripe:1", "b")])
    assert links["quickbooks:1"] == Resolved("b", "decision", "d-quickbooks:1")
    assert links["stripe:1"] == Resolved("b", "decision", "d-stripe:1")


def test_a_refusal_is_not_undone_by_an_exact_match_or_an_import() -> None:
    keys = {"client_id": "a", "quickbooks_id": "1"}
    links = resolve([A, B], [Customer("stripe:1", keys)], [refusal("stripe:1"), refusal("amplitude:x")])
    assert "stripe:1" not in links
    assert "amplitude:x" not in links


def test_what_a_refused_customer_names_is_not_linked_through_it() -> None:
    customers = [Customer("stripe:1", {"client_id": "a", "amplitude_id": "z"})]
    assert resolve([A], customers)["amplitude:z"] == Resolved("a", "exact_key")
    assert "amplitude:z" not in resolve([A], customers, [refusal("stripe:1")])


def test_keys_follow_a_decision() -> None:
    customers = [Customer("stripe:1", {"quickbooks_id": "9"})]
    assert resolve([A], customers, [to("quickbooks:9", "a")])["stripe:1"] == Resolved("a", "exact_key")
    assert "stripe:1" not in resolve([A], customers, [refusal("quickbooks:9")])


def test_a_withdrawn_decision_leaves_imports_and_keys_to_say_and_is_named() -> None:
    links = resolve([A], [], [withdrawn("quickbooks:1")])
    assert links["quickbooks:1"] == Resolved("a", "import", "d-quickbooks:1")
    assert "stripe:1" not in resolve([A], [Customer("stripe:1")], [withdrawn("stripe:1")])


def test_a_decision_for_a_client_that_is_not_known_links_nowhere() -> None:
    assert "quickbooks:1" not in resolve([A], [], [to("quickbooks:1", "nobody")])


def test_keys_reach_over_customers_that_name_each_other() -> None:
    chain = [
        Customer("stripe:1", {"quickbooks_id": "9"}),
        Customer("quickbooks:9", {"amplitude_id": "z"}),
        Customer("amplitude:z", {"client_id": "b"}),
    ]
    links = resolve([A, B], chain)
    assert {links[ref].client_id for ref in ("stripe:1", "quickbooks:9", "amplitude:z")} == {"b"}
    disputed = [*chain, Customer("stripe:2", {"client_id": "a", "quickbooks_id": "9"})]
    assert not {"stripe:1", "stripe:2", "quickbooks:9", "amplitude:z"} & set(resolve([A, B], disputed))


def test_a_deleted_customer_passes_nothing_on() -> None:
    gone = Customer("quickbooks:9", {"client_id": "a"}, deleted=True)
    assert "stripe:1" not in resolve([A], [gone, Customer("stripe:1", {"quickbooks_id": "9"})])


REFS = st.sampled_from([f"{source}:{n}" for source in ("quickbooks", "stripe", "amplitude") for n in range(4)])
CLIENTS = st.sampled_from(["a", "b", "c", "nobody"])
KEYS = st.dictionaries(
    st.sampled_from(["client_id", "quickbooks_id", "stripe_id", "amplitude_id"]),
    st.sampled_from(["a", "b", "0", "1", "2", "3"]),
    max_size=3,
)
PORTFOLIOS = st.tuples(
    st.lists(
        st.builds(Imported, st.sampled_from(["a", "b", "c"]), st.lists(REFS, max_size=3).map(tuple)),
        unique_by=lambda one: one.client_id,
        max_size=3,
    ),
    st.lists(st.builds(Customer, REFS, KEYS, st.booleans()), unique_by=lambda one: one.ref, max_size=10),
    st.lists(
        st.one_of(st.builds(to, REFS, CLIENTS), st.builds(refusal, REFS), st.builds(withdrawn, REFS)),
        unique_by=lambda one: one.ref,
        max_size=5,
    ),
)


@given(portfolio=PORTFOLIOS, seed=st.integers(0, 2**32))
def test_order_and_repeats_do_not_matter(
    portfolio: tuple[list[Imported], list[Customer], list[Decision]], seed: int
) -> None:
    turn = random.Random(seed)
    accounts, customers, decisions = portfolio
    again = resolve(
        turn.sample(accounts * 2, 2 * len(accounts)),
        turn.sample(customers * 2, 2 * len(customers)),
        turn.sample(decisions * 2, 2 * len(decisions)),
    )
    assert again == resolve(*portfolio)


@given(portfolio=PORTFOLIOS)
def test_decisions_hold_whatever_else_is_known(
    portfolio: tuple[list[Imported], list[Customer], list[Decision]],
) -> None:
    accounts, customers, decisions = portfolio
    links = resolve(accounts, customers, decisions)
    clients = {account.client_id for account in accounts}
    assert {link.client_id for link in links.values()} <= clients
    for one in decisions:
        if not one.withdrawn:
            found = links.get(one.ref)
            assert (found and (found.client_id, found.linked_by)) == (
                (one.linked_to, "decision") if one.linked_to in clients else None
            )


@given(portfolio=PORTFOLIOS, ref=REFS)
def test_taking_a_decision_back_gives_what_was_before(
    portfolio: tuple[list[Imported], list[Customer], list[Decision]], ref: str
) -> None:
    accounts, customers, decisions = portfolio
    before = [one for one in decisions if one.ref != ref]
    without, taken_back = (
        {of: (link.client_id, link.linked_by) for of, link in resolve(accounts, customers, known).items()}
        for known in (before, [*before, withdrawn(ref)])
    )
    assert taken_back == without
