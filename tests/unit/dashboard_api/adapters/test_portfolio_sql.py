"""How a look at the portfolio becomes SQL."""

from __future__ import annotations

import pytest

from dashboard_api.adapters.portfolio_sql import Arguments, like_pattern, page_statement, scope_predicate
from dashboard_api.domain.access import Principal, Role
from dashboard_api.domain.portfolio import SORTS, PortfolioQuery, Sort


@pytest.mark.parametrize(
    ("text", "pattern"), [("Alder", "%alder%"), ("100%", "%100\\%%"), ("a_b", "%a\\_b%"), ("\\", "%\\\\%")]
)
def test_search_text_is_taken_literally(text: str, pattern: str) -> None:
    assert like_pattern(text) == pattern


def test_domain_rule_31_the_scope_is_a_predicate_of_its_own() -> None:
    arguments = Arguments()
    assert "$1" in scope_predicate(Principal(user="ana", role=Role.ACCOUNT_MANAGER), arguments)
    assert arguments.values == ["ana"]
    assert scope_predicate(Principal(user="olga", role=Role.PRODUCT_OWNER), arguments) == "FALSE"
    assert scope_predicate(Principal(user="fay", role=Role.FINANCE), arguments) == "TRUE"


@pytest.mark.parametrize("sort", SORTS)
def test_values_never_become_part_of_the_text(sort: str) -> None:
    query = PortfolioQuery(search="'; DROP TABLE x; --", ids=("'",), sort=Sort.parse(sort))
    statement = page_statement(Principal(user="'ana'", role=Role.ACCOUNT_MANAGER), query)
    assert "DROP" not in statement.sql
    assert "'ana'" not in statement.sql
    assert statement.values[0] == "'ana'"
