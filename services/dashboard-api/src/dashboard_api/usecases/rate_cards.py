"""Components of rate cards between what people entered and what travels on the bus and is stored."""

from __future__ import annotations

from decimal import Decimal

from dashboard_api.domain.configuration import RateConfig
from trueup_billing import format_decimal
from trueup_contracts.accounts import Rate, Tier


def card_component(rate: RateConfig) -> Rate:
    """As it is published and stored."""
    return Rate(
        metric=rate.metric,
        unit=rate.unit,
        unit_price=format_decimal(rate.unit_price),
        currency=rate.currency,
        item_id=rate.item_id,
        valid_from=rate.valid_from,
        valid_to=rate.valid_to,
        kind=rate.kind,
        component=rate.component,
        tiers=[
            Tier(up_to=None if up_to is None else format_decimal(up_to), unit_price=format_decimal(price))
            for up_to, price in rate.tiers
        ],
        package_size=format_decimal(rate.package_size),
        included=format_decimal(rate.included),
        amount_minor=rate.amount_minor,
        percent=None if rate.percent is None else format_decimal(rate.percent),
        billed=rate.billed,
        proration=rate.proration,
    )


def entered_component(client_id: str, rate: Rate) -> RateConfig:
    """The inverse of `card_component`."""
    return RateConfig(
        client_id=client_id,
        component=rate.component,
        metric=rate.metric,
        unit=rate.unit,
        currency=rate.currency,
        valid_from=rate.valid_from,
        valid_to=rate.valid_to,
        item_id=rate.item_id,
        kind=rate.kind,
        unit_price=Decimal(rate.unit_price),
        tiers=tuple(
            (None if tier.up_to is None else Decimal(tier.up_to), Decimal(tier.unit_price)) for tier in rate.tiers
        ),
        package_size=Decimal(rate.package_size),
        included=Decimal(rate.included),
        amount_minor=rate.amount_minor,
        percent=None if rate.percent is None else Decimal(rate.percent),
        billed=rate.billed,
        proration=rate.proration,
    )
