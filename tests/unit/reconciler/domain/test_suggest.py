"""Suggestions are ranked by points that are written down, and each point has its words."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.suggest import METRIC_ACCOUNTS_MAX, SHOWN_MAX, Candidate, Known, index, shown, suggest
from trueup_billing import Ref, Source


def known(ref: str, name: str | None = None, domain: str | None = None, currency: str | None = None) -> Known:
    return Known(Ref.parse(ref), name, domain, currency)


HARBOR = Candidate(
    "cl_1",
    "Harbor Analytics Inc.",
    (known("quickbooks:1", "Harbor Analytics Inc.", "harbor.example", "USD"), known("amplitude:a1")),
    frozenset({"api_calls"}),
    frozenset({"USD"}),
)
CEDAR = Candidate(
    "cl_2",
    "Cedar Foods GmbH",
    (known("quickbooks:2", "Cedar Foods GmbH", "cedar.example", "EUR"), known("stripe:cus_2", "Cedar Foods")),
    frozenset({"api_calls"}),
    frozenset({"EUR"}),
)
ACCOUNTS = index([HARBOR, CEDAR])


def points(customer: Known, client_id: str, accounts: list[Candidate] | None = None) -> dict[str, int]:
    found = suggest(customer, index(accounts) if accounts else ACCOUNTS)
    return next(({why.code: why.points for why in one.reasons} for one in found if one.client_id == client_id), {})


def test_an_equal_name_with_a_vacancy_is_the_first() -> None:
    [first] = suggest(known("stripe:cus_9", "HARBOR analytics", currency="USD"), ACCOUNTS)
    assert (first.client_id, first.score) == ("cl_1", 75)
    assert [why.text for why in first.reasons] == [
        "Its name “HARBOR analytics” is the same as “Harbor Analytics Inc.”, the name of the account.",
        "The account has no customer in Stripe yet.",
        "Both are in USD.",
    ]


def test_a_name_with_a_slip_is_found_and_counts_less() -> None:
    assert points(known("stripe:cus_9", "Habor Analytics"), "cl_1") == {"name": 50, "vacancy": 10}


def test_another_name_suggests_nothing() -> None:
    assert suggest(known("stripe:cus_9", "Quartz Robotics", "quartz.example", "USD"), ACCOUNTS) == ()


def test_an_account_that_has_a_customer_already_is_less_likely() -> None:
    assert points(known("stripe:cus_9", "Cedar Foods", currency="EUR"), "cl_2") == {
        "name": 60,
        "currency": 5,
        "taken": -20,
    }


def test_another_currency_speaks_against_it() -> None:
    found = suggest(known("stripe:cus_9", "Harbor Analytics", currency="JPY"), ACCOUNTS)
    assert found[0].score == 60 + 10 - 20
    assert found[0].reasons[-1].text == "It is in JPY, the account in USD."


def test_an_equal_id_counts_like_an_equal_name() -> None:
    assert points(known("stripe:A1"), "cl_1") == {"equal_id": 60, "vacancy": 10}
    assert points(known("stripe:cl_1"), "cl_1") == {"equal_id": 60, "vacancy": 10}
    assert points(known("stripe:cl_0"), "cl_1") == points(known("stripe:cl_2"), "cl_1") == {}


def test_a_domain_counts_less_the_more_accounts_have_it() -> None:
    customer = known("stripe:cus_9", domain="shared.example")
    for sharing, expected in ((1, 30), (2, 15), (3, 10)):
        accounts = [
            Candidate(f"c{n}", f"N{n}", (known(f"quickbooks:{n}", domain="shared.example"),)) for n in range(sharing)
        ]
        found = points(known("stripe:cus_9", "N0", "shared.example"), "c0", accounts)
        assert found["email_domain"] == expected
        assert bool(suggest(customer, index(accounts))) == (expected == 30)
    many = [Candidate(f"c{n}", "N", (known(f"quickbooks:{n}", domain="shared.example"),)) for n in range(4)]
    assert suggest(customer, index(many)) == ()


@pytest.mark.parametrize(("sharing", "others"), [(1, "no other account has it"), (2, "2 accounts have it")])
def test_a_domain_says_how_many_have_it(sharing: int, others: str) -> None:
    accounts = [Candidate(f"c{n}", f"N{n}", (known(f"quickbooks:{n}", domain="a.example"),)) for n in range(sharing)]
    first = suggest(known("stripe:cus_9", "N0", "a.example"), index(accounts))[0]
    assert [one.text for one in first.reasons if one.code == "email_domain"] == [
        f"Its e-mail domain a.example is the account's; {others}."
    ]


def test_free_mail_says_nothing() -> None:
    account = Candidate("c1", "Acme", (known("quickbooks:1", domain="gmail.com"),))
    assert suggest(known("stripe:9", domain="gmail.com"), index([account])) == ()


def test_usage_without_a_name_goes_to_who_lacks_just_that() -> None:
    lacking = replace(HARBOR, customers=HARBOR.customers[:1])
    customer = replace(known("amplitude:legacy-1"), metrics=frozenset({"api_calls"}))
    [found] = suggest(customer, index([lacking, replace(CEDAR, metrics=frozenset({"seats"}))]))
    assert (found.client_id, found.score) == ("cl_1", 30)
    assert found.reasons[0].text == (
        "It uses api_calls, which the account's rate card bills and for which it and no other account lack usage."
    )


def test_what_everybody_lacks_suggests_nobody() -> None:
    accounts = [Candidate(f"c{n}", "N", metrics=frozenset({"api_calls"})) for n in range(21)]
    assert suggest(replace(known("amplitude:x"), metrics=frozenset({"api_calls"})), index(accounts)) == ()


def test_the_account_that_it_was_taken_from_is_not_suggested_again() -> None:
    customer = known("stripe:cus_9", "Harbor Analytics")
    assert suggest(customer, ACCOUNTS, refused="cl_1") == ()


def test_at_most_so_many_the_best_first_and_equals_by_id() -> None:
    accounts = [Candidate(f"c{n}", "Same Name") for n in range(9)]
    found = suggest(known("stripe:1", "Same Name"), index(accounts))
    assert [one.client_id for one in found] == [f"c{n}" for n in range(SHOWN_MAX)]


def test_shown_is_plain_json() -> None:
    [one] = shown(suggest(known("stripe:cus_9", "Harbor Analytics"), ACCOUNTS))
    assert one["client_id"] == "cl_1"
    assert one["reasons"][0] == {  # type: ignore[index]
        "code": "name",
        "points": 60,
        "text": "Its name “Harbor Analytics” is the same as “Harbor Analytics Inc.”, the name of the account.",
    }


WORDS = st.sampled_from(["Harbor", "Cedar", "Onyx", "Foods", "Labs", "Media", "GmbH", "Inc."])
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


@given(names=st.lists(NAMES, max_size=12), wanted=NAMES, seed=st.integers(0, 2**32))
def test_the_order_of_the_accounts_does_not_matter(names: list[str], wanted: str, seed: int) -> None:
    accounts = [
        Candidate(f"c{n:02}", name, (known(f"quickbooks:{n}", name, "d.example", "USD"),))
        for n, name in enumerate(names)
    ]
    customer = Known(Ref(Source.STRIPE, "x"), wanted, "d.example", "USD")
    shuffled = random.Random(seed).sample(accounts, len(accounts))
    found = suggest(customer, index(accounts))
    assert found == suggest(customer, index(shuffled))
    assert all(one.score == max(0, min(100, sum(why.points for why in one.reasons))) for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@given(names=st.lists(NAMES, min_size=1, max_size=12), place=st.integers(0, 11))
def test_an_account_of_the_very_name_is_among_the_suggestions(names: list[str], place: int) -> None:
    unlike = list(dict.fromkeys(names))
    accounts = [Candidate(f"c{n:02}", name) for n, name in enumerate(unlike)]
    wanted = unlike[place % len(unlike)]
    found = suggest(known("stripe:x", wanted), index(accounts))
    assert any(one.score == 70 for one in found)


def test_what_many_lack_says_nothing_and_the_next_metric_is_looked_at() -> None:
    many = [
        Candidate(f"c{n:02}", f"Firm {n}", metrics=frozenset({"api_calls"})) for n in range(METRIC_ACCOUNTS_MAX + 1)
    ]
    both = replace(many[0], metrics=frozenset({"api_calls", "seats"}))
    asks = replace(known("amplitude:x"), metrics=frozenset({"api_calls", "seats"}))
    [found] = suggest(asks, index([both, *many[1:]]))
    assert (found.client_id, [why.code for why in found.reasons][:1]) == ("c00", ["metric"])
    assert "It uses seats" in found.reasons[0].text


def test_a_metric_that_many_lack_is_no_reason_beside_another_one() -> None:
    many = [
        Candidate(f"c{n:02}", f"Firm {n}", metrics=frozenset({"api_calls"})) for n in range(METRIC_ACCOUNTS_MAX + 1)
    ]
    asks = replace(known("amplitude:x", "Firm 3"), metrics=frozenset({"api_calls"}))
    [reasons] = [one.reasons for one in suggest(asks, index(many)) if one.client_id == "c03"]
    assert "metric" not in {why.code for why in reasons}


def test_runs_that_nearly_every_account_has_are_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [Candidate(f"c{n:02}", f"Harbor Analytics {n:02}") for n in range(5)]
    assert len(suggest(known("stripe:9", "Harbor Analytics 03"), index(accounts))) > 1
    monkeypatch.setattr("reconciler.domain.suggest.LOOKED_UP_MAX", 1)
    first = suggest(known("stripe:9", "Harbor Analytics 03"), index(accounts))
    assert first[0].client_id == "c03"
