"""A customer body becomes what is announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stripe_webhooks.domain.customers import read_customer
from stripe_webhooks.domain.fields import Unreadable

if TYPE_CHECKING:
    from tests.unit.stripe_webhooks.conftest import Bodies

    from stripe_webhooks.usecases.reading import LinkNames


def test_a_customer(bodies: Bodies, links: LinkNames) -> None:
    found = read_customer(bodies.customer("cus_9"), links.customers)
    assert (found.ref, found.name, found.currency, found.active) == ("stripe:cus_9", "Name of cus_9", "USD", True)
    assert found.link_keys == {"quickbooks_id": "77"}


def test_without_a_name_another_field_or_the_id_stands_for_it(bodies: Bodies, links: LinkNames) -> None:
    assert read_customer(bodies.customer(name=None), links.customers).name == "billing@example.com"
    assert read_customer(bodies.customer(name="", email=None), links.customers).name == "cus_1"


def test_a_currency_we_cannot_read_is_left_out(bodies: Bodies, links: LinkNames) -> None:
    assert read_customer(bodies.customer(currency=None), links.customers).currency is None
    assert read_customer(bodies.customer(currency="12"), links.customers).currency is None


def test_a_deleted_customer(links: LinkNames) -> None:
    gone = read_customer({"id": "cus_1", "object": "customer", "deleted": True}, links.customers)
    assert (gone.active, gone.deleted) == (False, True)


def test_a_customer_without_an_id(links: LinkNames) -> None:
    with pytest.raises(Unreadable):
        read_customer({"object": "customer"}, links.customers)
