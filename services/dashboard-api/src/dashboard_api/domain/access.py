"""Who may do what: one table from roles to permissions, and the scope that a role sees.

Deny by default: a role has the permissions listed here and no other, and an unknown role is no role.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The roles that the identity provider may name, strongest first."""

    ADMIN = "admin"
    FINANCE = "finance"
    ACCOUNT_MANAGER = "account_manager"
    SUPPORT = "support"
    PRODUCT_OWNER = "product_owner"


class Permission(StrEnum):
    """What an operation asks for; every operation asks for exactly one."""

    SELF = "self"
    PORTFOLIO_READ = "portfolio.read"
    SOURCES_READ = "sources.read"
    SYNCS_REQUEST = "syncs.request"
    PAYMENTS_READ = "payments.read"
    PAYMENTS_RETRY = "payments.retry"
    IMPORTS_WRITE = "imports.write"
    LINKS_MANAGE = "links.manage"
    CALIBRATION_MANAGE = "calibration.manage"
    CONNECTIONS_MANAGE = "connections.manage"
    FLAGS_SEND = "flags.send"
    DECISIONS_WRITE = "decisions.write"
    EXPORTS_CREATE = "exports.create"
    AUDIT_READ = "audit.read"
    SESSIONS_MANAGE = "sessions.manage"


class Scope(StrEnum):
    """Which accounts a principal sees."""

    ALL = "all"
    OWN = "own"
    NONE = "none"


_READER = frozenset({Permission.SELF, Permission.PORTFOLIO_READ, Permission.SOURCES_READ, Permission.SYNCS_REQUEST})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: _READER
    | {
        Permission.PAYMENTS_READ,
        Permission.IMPORTS_WRITE,
        Permission.LINKS_MANAGE,
        Permission.CALIBRATION_MANAGE,
        Permission.CONNECTIONS_MANAGE,
        Permission.AUDIT_READ,
        Permission.SESSIONS_MANAGE,
    },
    Role.FINANCE: _READER | {Permission.PAYMENTS_READ, Permission.EXPORTS_CREATE},
    Role.ACCOUNT_MANAGER: _READER
    | {
        Permission.PAYMENTS_READ,
        Permission.PAYMENTS_RETRY,
        Permission.FLAGS_SEND,
        Permission.DECISIONS_WRITE,
        Permission.EXPORTS_CREATE,
    },
    Role.SUPPORT: _READER,
    Role.PRODUCT_OWNER: frozenset({Permission.SELF, Permission.SOURCES_READ}),
}

SCOPES: dict[Role, Scope] = {
    Role.ADMIN: Scope.ALL,
    Role.FINANCE: Scope.ALL,
    Role.ACCOUNT_MANAGER: Scope.OWN,
    Role.SUPPORT: Scope.ALL,
    Role.PRODUCT_OWNER: Scope.NONE,
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. `user` is the issuer's subject; account ownership is written in the same name."""

    user: str
    role: Role
    name: str = ""
    email: str = ""
    session_id: str | None = None
    """The login session; absent when a program asks with a bearer token."""
    token_id: str | None = None
    """What tells one bearer token from another: its own id, else a hash of what it says."""
    valid_until: datetime | None = None
    """When a bearer token ends; a session's end is looked up instead."""

    @property
    def scope(self) -> Scope:
        return SCOPES[self.role]

    @property
    def permissions(self) -> frozenset[Permission]:
        return PERMISSIONS[self.role]

    def may(self, permission: Permission) -> bool:
        """Whether the principal's role has the permission."""
        return permission in self.permissions


def choose_role(claimed: Iterable[object]) -> Role | None:
    """The strongest role among those claimed; None when none of them is one of ours."""
    names = {name for name in claimed if isinstance(name, str)}
    return next((role for role in Role if role in names), None)
