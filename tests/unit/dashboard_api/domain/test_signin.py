"""Where a sign-in may return to, and the proof key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.signin import challenge_of, local_path


@pytest.mark.parametrize("path", ["/", "/accounts/cl_1", "/?page=2&sort=-name", "/a#b", "/accounts/%2e%2e"])
def test_own_paths_are_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "accounts",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "javascript:alert(1)",
        "/api/v1/auth/login",
        "/" + "x" * 2000,
        "//[",
    ],
)
def test_everything_else_goes_home(path: str | None) -> None:
    assert local_path(path) == "/"


@given(st.text(max_size=40))
def test_no_text_leads_away(text: str) -> None:
    path = local_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


def test_the_challenge_is_that_of_rfc_7636() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
