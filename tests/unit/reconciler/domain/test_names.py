"""Names are compared without what does not tell companies apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.names import domain_of, grams, normalised, similarity_permille


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Harbor Analytics Inc.", "harbor analytics"),
        ("HARBOR  analytics, L.L.C.", "harbor analytics"),
        ("Café Müller & Co. KG", "cafe muller"),
        ("Straße Øst A/S", "strasse ost a s"),
        ("Łódź Żaba Sp. z o.o.", "lodz zaba"),
        ("Aurora K.K.", "aurora"),
        ("O'Neill’s Ltd", "oneills"),
        ("GmbH", "gmbh"),
        ("AG Insurance", "ag insurance"),
        ("株式会社テスト", "株式会社テスト"),
        ("  ", ""),
    ],
)
def test_normalised(name: str, plain: str) -> None:
    assert normalised(name) == plain


def test_similarity_is_of_runs_of_three() -> None:
    assert similarity_permille(grams("abc"), grams("abc")) == 1000
    assert similarity_permille(grams("abc"), grams("xyz")) == 0
    assert similarity_permille(grams(""), grams("")) == 0
    # `  a`, ` ab`, `abc`, `bc ` against `  a`, ` ab`, `abd`, `bd `: two of four each.
    assert similarity_permille(grams("abc"), grams("abd")) == 500


@given(name=st.text(max_size=40))
def test_normalising_twice_changes_no_comparison(name: str) -> None:
    plain = normalised(name)
    assert similarity_permille(grams(plain), grams(plain)) in (0, 1000)
    assert plain == " ".join(plain.split())


@given(one=st.text(max_size=20), other=st.text(max_size=20))
def test_similarity_has_two_equal_sides_and_bounds(one: str, other: str) -> None:
    left, right = grams(normalised(one)), grams(normalised(other))
    found = similarity_permille(left, right)
    assert found == similarity_permille(right, left)
    assert 0 <= found <= 1000


@pytest.mark.parametrize(
    ("email", "domain"),
    [("AP@Acme.Example", "acme.example"), ("a@b@c.de.", "c.de"), ("nothing", None), ("a@", None), (None, None)],
)
def test_domain_of(email: str | None, domain: str | None) -> None:
    assert domain_of(email) == domain
