"""Tokens are asked of loopback issuers only; problems become one line."""

from __future__ import annotations

import httpx
import pytest

from trueup_operator.clients import is_loopback, say_problem, token_for
from trueup_operator.errors import OperatorError


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8081", "http://localhost:1", "http://[::1]:8081", "http://127.9.9.9"]
)
def test_loopback(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url", ["https://tenant.eu.auth0.com", "http://10.0.0.1", "http://localhost.example.com", "nonsense"]
)
def test_not_loopback(url: str) -> None:
    assert not is_loopback(url)


def test_no_token_is_asked_of_a_foreign_issuer() -> None:
    with pytest.raises(OperatorError, match="this machine only"):
        token_for("https://tenant.eu.auth0.com", "ana")


def test_a_problem_is_one_line_with_its_code() -> None:
    answer = httpx.Response(403, json={"title": "Forbidden", "detail": "ask an admin", "code": "permission_missing"})
    assert say_problem(answer) == "Forbidden: ask an admin (HTTP 403, permission_missing)"
    assert say_problem(httpx.Response(502, text="<html>")) == "HTTP 502"
