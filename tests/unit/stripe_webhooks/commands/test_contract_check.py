"""What an account shows too little of is unseen, and no failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from stripe_webhooks.commands.contract_check import Checks
from trueup_kit.assumptions import Unseen

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies, World


async def test_an_account_whose_invoices_were_paid_by_no_payment_shows_none(world: World, bodies: Bodies) -> None:
    world.stripe.put(bodies.invoice(status="paid", total=0))
    nobody: Any = None
    gateway: Any = world.stripe
    with pytest.raises(Unseen, match="no paid invoice"):
        await Checks(gateway, nobody, livemode=False).payments_of_invoice()
