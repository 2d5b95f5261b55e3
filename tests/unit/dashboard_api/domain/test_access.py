"""The table of roles, permissions and scopes, as reviewed."""

from __future__ import annotations

import pytest

from dashboard_api.domain.access import PERMISSIONS, SCOPES, Permission, Principal, Role, Scope, choose_role


def test_the_table_is_the_reviewed_one() -> None:
    reading = {"self", "portfolio.read", "sources.read", "syncs.request"}
    assert {role.value: {each.value for each in permissions} for role, permissions in PERMISSIONS.items()} == {
        "admin": reading
        | {"payments.read", "imports.write", "links.manage", "calibration.manage", "connections.manage"}
        | {"audit.read", "sessions.manage"},
        "finance": reading | {"payments.read", "exports.create"},
        "account_manager": reading
        | {"payments.read", "payments.retry", "flags.send", "decisions.write", "exports.create"},
        "support": reading,
        "product_owner": {"self", "sources.read"},
    }
    assert {role.value for role, scope in SCOPES.items() if scope is Scope.OWN} == {"account_manager"}
    assert SCOPES[Role.PRODUCT_OWNER] is Scope.NONE


def test_every_role_is_in_both_tables() -> None:
    assert set(PERMISSIONS) == set(SCOPES) == set(Role)


@pytest.mark.parametrize(
    ("claimed", "role"),
    [
        (["finance"], Role.FINANCE),
        (["support", "admin"], Role.ADMIN),
        (["account_manager", "support"], Role.ACCOUNT_MANAGER),
        (["Admin"], None),
        (["root", "intern"], None),
        ([], None),
        ([None, 3, ["admin"]], None),
    ],
)
def test_the_strongest_known_role_counts(claimed: list[object], role: Role | None) -> None:
    assert choose_role(claimed) == role


def test_a_principal_may_what_the_role_may() -> None:
    support = Principal(user="sam", role=Role.SUPPORT)
    assert support.may(Permission.PORTFOLIO_READ)
    assert not support.may(Permission.PAYMENTS_READ)
    assert support.scope is Scope.ALL
