"""Refs and keys survive any id, and no two ids give one key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup_billing import InvalidValue, Ref, Source, decode_part, encode_part, join_key

ids = st.text(min_size=1, max_size=60)
sources = st.sampled_from(list(Source))


@given(source=sources, external_id=ids)
def test_a_ref_reads_back_what_it_wrote(source: Source, external_id: str) -> None:
    ref = Ref(source, external_id)
    assert Ref.parse(str(ref)) == ref
    assert str(ref).isascii()
    assert str(ref).isprintable()
    assert "|" not in str(ref)
    assert str(ref).count(":") == 1


@given(part=ids)
def test_parts_decode_to_what_they_were(part: str) -> None:
    assert decode_part(encode_part(part)) == part


@given(one=st.tuples(ids, ids), other=st.tuples(ids, ids))
def test_keys_of_different_parts_differ(one: tuple[str, str], other: tuple[str, str]) -> None:
    written = [join_key(*(encode_part(part) for part in parts)) for parts in (one, other)]
    assert (written[0] == written[1]) == (one == other)


def test_a_separator_inside_a_part_is_encoded() -> None:
    assert join_key("quickbooks:1", "a|b", "2026-10-01") == "quickbooks:1|a%7Cb|2026-10-01"


@pytest.mark.parametrize("text", ["", "stripe", "stripe:", "paypal:1", ":1"])
def test_what_is_no_ref_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        Ref.parse(text)
