"""The logins of the sandbox's company."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A login; `user` is the subject of its tokens."""

    user: str
    role: str
    name: str

    @property
    def email(self) -> str:
        """Its address, under a reserved domain."""
        return f"{self.user}@company.example"


USERS = (
    User("ana", "account_manager", "Ana Ortega"),
    User("ben", "account_manager", "Ben Adler"),
    User("chloe", "account_manager", "Chloe Laurent"),
    User("dev", "account_manager", "Dev Patel"),
    User("eli", "account_manager", "Eli Brooks"),
    User("fay", "finance", "Fay Okafor"),
    User("adam", "admin", "Adam Brandt"),
    User("olga", "product_owner", "Olga Nowak"),
    User("sam", "support", "Sam Ito"),
)
ROLE_WORDS = {
    "account_manager": "Account manager",
    "finance": "Finance",
    "admin": "Admin",
    "product_owner": "Product owner",
    "support": "Support",
}


def find(name: str) -> User | None:
    """The user of that login name."""
    return next((user for user in USERS if user.user == name), None)
