"""The signature check: what Stripe's SDK signs passes, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stripe import WebhookSignature

from stripe_webhooks.domain.signature import FUTURE_S, TOLERANCE_S, SignatureRefused, sign, verify

SECRET = "whsec_test"
NOW_S = 1_790_000_000


def header(body: bytes, *, secret: str = SECRET, at_s: int = NOW_S) -> str:
    return f"t={at_s},v1={sign(body, secret, at_s)}"


def refusal(
    body: bytes, given_header: str | None, *, secrets: tuple[str, ...] = (SECRET,), now_s: float = NOW_S
) -> str:
    with pytest.raises(SignatureRefused) as caught:
        verify(body, given_header, secrets, now_s=now_s)
    return caught.value.code


@given(st.text(max_size=200), st.integers(min_value=1, max_value=2**33))
def test_what_the_official_sdk_signs_passes(text: str, at_s: int) -> None:
    signed = WebhookSignature.generate_signature_header(text, SECRET, at_s)
    verify(text.encode(), signed, [SECRET], now_s=at_s)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_flipped_bit_is_refused(body: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(body) * 8 - 1))
    flipped = bytearray(body)
    flipped[position // 8] ^= 1 << position % 8
    assert refusal(bytes(flipped), header(body)) == "signature_mismatch"


@given(st.text(max_size=80))
def test_no_made_up_header_passes(made_up: str) -> None:
    assume(sign(b"{}", SECRET, NOW_S) not in made_up)
    refusal(b"{}", made_up)


def test_bytes_that_are_no_text_are_checked_as_bytes() -> None:
    verify(b"\xff\xfe", header(b"\xff\xfe"), [SECRET], now_s=NOW_S)
    assert refusal(b"\xff\xfe", header(b"\xff")) == "signature_mismatch"


def test_any_of_several_secrets_and_signatures_fits() -> None:
    body = b"{}"
    rolled = f"{header(body, secret='whsec_old')},v1={sign(body, SECRET, NOW_S)},v0=ignored"
    verify(body, rolled, [SECRET], now_s=NOW_S)
    verify(body, header(body), ["whsec_other", SECRET], now_s=NOW_S)
    assert refusal(body, header(body, secret="whsec_old")) == "signature_mismatch"


def test_an_empty_secret_never_fits() -> None:
    assert refusal(b"{}", header(b"{}", secret=""), secrets=("",)) == "signature_mismatch"


@pytest.mark.parametrize("bad", ["v1=ab", "t=1", "t=x,v1=ab", "t=1,t=2,v1=ab", "t=9999999999999,v1=ab", "t=-1,v1=ab"])
def test_a_header_without_one_stamp_and_a_signature_is_malformed(bad: str) -> None:
    assert refusal(b"{}", bad) == "signature_malformed"


def test_missing_header() -> None:
    assert refusal(b"{}", None) == "unsigned"
    assert refusal(b"{}", "") == "unsigned"


def test_age_is_bounded_on_both_sides() -> None:
    body = b"{}"
    verify(body, header(body), [SECRET], now_s=NOW_S + TOLERANCE_S)
    verify(body, header(body), [SECRET], now_s=NOW_S - FUTURE_S)
    assert refusal(body, header(body), now_s=NOW_S + TOLERANCE_S + 1) == "signature_too_old"
    assert refusal(body, header(body), now_s=NOW_S - FUTURE_S - 1) == "signature_from_future"


def test_a_forged_stamp_is_a_mismatch_not_an_age() -> None:
    old = header(b"{}", at_s=NOW_S - 10_000).replace(str(NOW_S - 10_000), str(NOW_S))
    assert refusal(b"{}", old) == "signature_mismatch"
