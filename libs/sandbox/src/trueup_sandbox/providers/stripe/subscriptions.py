"""Subscriptions: some accounts are billed by one, and it alone keeps their card."""

from __future__ import annotations

from typing import Any

from trueup_sandbox.providers.stripe import always
from trueup_sandbox.world.chance import token

Json = dict[str, Any]
EACH = 4
"""One account in so many."""


class Subscriptions:
    """The subscriptions of the accounts of one world."""

    def __init__(self, seed: int, accounts: int) -> None:
        self._seed = seed
        self._accounts = {self._id(account): account for account in range(accounts) if subscribed(account)}

    def _id(self, account: int) -> str:
        return f"sub_{token(self._seed, 'sub', account, length=24)}"

    def id_of(self, account: int) -> str | None:
        """What the account's invoices are for; None: each was made by itself."""
        return self._id(account) if subscribed(account) else None

    def account_of(self, subscription_id: str) -> int | None:
        """Whose it is."""
        return self._accounts.get(subscription_id)

    def parent(self, account: int) -> Json | None:
        """Where an invoice of the account comes from."""
        if not subscribed(account):
            return None
        details = {"metadata": {}, "subscription": self._id(account)}
        return {"type": "subscription_details", "quote_details": None, "subscription_details": details}

    def body(self, account: int, customer: Json, method_id: str) -> Json:
        """The subscription of a customer who pays with this method."""
        return {
            "id": self._id(account),
            "object": "subscription",
            "created": customer["created"],
            "currency": customer["currency"],
            "customer": customer["id"],
            "default_payment_method": method_id,
            **always.of_subscription(self._id(account), customer["created"]),
        }


def subscribed(account: int) -> bool:
    """Whether an account has one; its customer then keeps no card."""
    return account % EACH == 1
