"""The canonical form: pinned, exact, and never the same for two entries."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.audit_chain import NO_HASH, Entry, canonical, digest, read_detail

AT = datetime(2026, 11, 26, 9, 30, 0, 123456, tzinfo=UTC)
ENTRY = Entry(7, AT, "ana", "account_manager", "account.viewed", "cl_1", {"owned": True}, NO_HASH)
DETAILS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"], min_codepoint=1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_the_form_is_pinned() -> None:
    """Who changes this changes what every stored hash means: then it is a new version."""
    entry = replace(ENTRY, detail=read_detail('{"ü": 1.50, "a": [null, false, 1e2, "\\u0001\\""]}'))
    assert canonical(entry) == (
        b'["trueup-audit-1",7,1795685400123456,"ana","account_manager","account.viewed","cl_1",'
        b'{"a":[null,false,100,"\\u0001\\""],"\\u00fc":1.5}]'
    )
    assert digest(entry).hex() == "1483b357717dbab78d6e10a7c08e3ff2325415c83f21590de295b82aa6d5b736"


@pytest.mark.parametrize(
    ("stored", "same"), [("1.50", "1.5"), ("1e2", "100"), ("-0.0", "0"), ("100", "100.000"), ("1e-3", "0.001")]
)
def test_a_number_is_its_value(stored: str, same: str) -> None:
    forms = {canonical(replace(ENTRY, detail=read_detail(text))) for text in (stored, same)}
    assert len(forms) == 1


def test_an_instant_is_the_same_in_every_zone() -> None:
    other = replace(ENTRY, at=AT.astimezone(timezone(timedelta(hours=-5))))
    assert canonical(other) == canonical(ENTRY)


@given(DETAILS, DETAILS)
def test_two_details_never_share_a_form(first: Any, second: Any) -> None:
    forms = [canonical(replace(ENTRY, detail=read_detail(json.dumps(each)))) for each in (first, second)]
    assert (forms[0] == forms[1]) == (json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=8, max_size=8))
def test_text_does_not_flow_from_one_field_into_the_next(words: list[str]) -> None:
    first = replace(ENTRY, user=words[0], role=words[1], action=words[2], client_id=words[3])
    second = replace(ENTRY, user=words[4], role=words[5], action=words[6], client_id=words[7])
    assert (canonical(first) == canonical(second)) == (words[:4] == words[4:])


def test_no_client_differs_from_an_empty_one() -> None:
    assert canonical(replace(ENTRY, client_id=None)) != canonical(replace(ENTRY, client_id=""))
    assert canonical(replace(ENTRY, detail=Decimal(1))) != canonical(replace(ENTRY, detail="1"))
