"""The accounts of the world: who they are, what they use, what it costs and how they pay."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from trueup_billing import Currency
from trueup_sandbox.scenario import Metric, Planted, Scenario
from trueup_sandbox.world import names
from trueup_sandbox.world.chance import dice, token, weighted

Card = Literal["fine", "insufficient_funds", "expired_card", "authentication_required"]
TIERS: tuple[tuple[int | None, Decimal], ...] = ((10_000, Decimal("0.005")), (None, Decimal("0.004")))
MINIMUM_MINOR = 100_000
DEARER = Decimal("1.15")
"""What a planted plan change makes of a price: half a month of it is about 7 %."""
_CARDS = ("visa", "mastercard", "amex")
_LAST4 = ("4242", "5556", "0005", "1881", "4444", "3222")


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a rate card: for one metric on half-open days."""

    metric: str
    unit: str
    item_id: str
    item_name: str
    unit_price: Decimal
    valid_from: date
    valid_to: date | None = None
    tiers: tuple[tuple[int | None, Decimal], ...] = ()
    """Units up to and including each bound cost that much each; `unit_price` says nothing then."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a contract says beside prices, about every month: a minimum of the usage, or a discount off everything."""

    kind: Literal["minimum", "discount"]
    item_id: str
    item_name: str
    amount_minor: int = 0
    percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Habits:
    """How the customer pays."""

    card: Card = "fine"
    brand: str = "visa"
    last4: str = "4242"
    terms_days: int = 30
    by_wire: bool = False
    late: bool = False
    """Has not paid the invoice before the latest."""
    stuck: bool = False
    """Nothing happens to its bills by itself, so that what is planted stays."""


@dataclass(frozen=True, slots=True)
class Series:
    """The usage of one metric by one account: numbers that make each day's quantity."""

    index: int
    account: int
    metric: Metric
    daily: int
    growth_permille: int
    """A year's growth."""
    second_of_day: int
    """When its meter reports, within the first six hours; later reports follow every six hours."""
    slot: int
    """Which of the four daily reports carries the whole day in the history."""


@dataclass(frozen=True, slots=True)
class Account:
    """A client of the company, with the names it has in each of the three systems."""

    index: int
    client_id: str
    name: str
    owner: str
    currency: Currency
    time_zone: str
    active_from: date
    active_to: date | None
    amplitude_id: str
    ledger_id: str
    gateway_id: str
    imported_amplitude_id: str | None
    """What the import says; absent where nobody has linked it."""
    gateway_metadata: tuple[tuple[str, str], ...]
    prices: tuple[Price, ...]
    tax_percent: int
    habits: Habits
    planted: Planted | None = None
    series: tuple[int, ...] = ()
    terms: tuple[Term, ...] = ()

    def active_on(self, day: date) -> bool:
        """Whether the contract runs on the day."""
        return self.active_from <= day and (self.active_to is None or day < self.active_to)


@dataclass(slots=True)
class Cast:
    """All accounts with their usage series."""

    accounts: list[Account] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)


def make_cast(scenario: Scenario, *, history_start: date, planted_month: date) -> Cast:
    """Draw every account of the scenario; the same seed and dates give the same cast."""
    cast = Cast()
    places = list(range(scenario.accounts))
    dice(scenario.seed, "places").shuffle(places)
    planted = dict(zip(places, [one for one in scenario.planted for _ in range(one.count)], strict=False))
    owners = [owner for owner, count in scenario.managers.items() for _ in range(count)]
    dice(scenario.seed, "owners").shuffle(owners)
    for index in range(scenario.accounts):
        draw = dice(scenario.seed, "account", index)
        account = _account(scenario, index, draw, owners[index], planted.get(index), history_start)
        if account.planted is None:
            account = _natural_ends(scenario, account, draw, history_start)
        elif account.planted.situation == "ended":
            account = replace(account, active_to=planted_month.replace(day=15))
        else:
            account = with_contract(account, planted_month)
        series = _series(scenario, account, draw, len(cast.series))
        cast.series.extend(series)
        cast.accounts.append(replace(account, series=tuple(one.index for one in series)))
    return cast


def with_contract(account: Account, planted_month: date) -> Account:
    """The account with the rate card that its planted situation is about."""
    situation = account.planted.situation if account.planted else None
    [price, *_] = account.prices
    if situation == "tiered":
        return replace(account, prices=(replace(price, tiers=TIERS),))
    if situation == "minimum":
        minimum = Term("minimum", "91", "Minimum commitment", amount_minor=MINIMUM_MINOR)
        return replace(account, terms=(minimum,))
    if situation == "discount":
        return replace(account, terms=(Term("discount", "92", "Partner discount", percent=Decimal(10)),))
    if situation == "plan_change":
        change = planted_month.replace(day=16)
        dearer = replace(price, unit_price=price.unit_price * DEARER, valid_from=change)
        return replace(account, prices=(replace(price, valid_to=change), dearer))
    return account


def _account(
    scenario: Scenario, index: int, draw: random.Random, owner: str, planted: Planted | None, history_start: date
) -> Account:
    currency = Currency((planted.currency if planted else None) or weighted(draw, scenario.currencies))
    unlinked = planted.situation if planted else None
    ledger_id = str(1001 + index)
    client_id = f"cl_{index + 1:04d}"
    key = ("client_id", client_id) if draw.random() < 0.3 else ("quickbooks_customer_id", ledger_id)
    amplitude_id = f"acct_{index + 1:04d}"
    legacy = f"legacy-{token(scenario.seed, 'legacy', index, length=8)}"
    return Account(
        index=index,
        client_id=client_id,
        name=names.company(index, currency.code),
        owner=owner,
        currency=currency,
        time_zone=weighted(draw, scenario.time_zones),
        active_from=history_start,
        active_to=None,
        amplitude_id=legacy if unlinked == "unlinked_amplitude" else amplitude_id,
        ledger_id=ledger_id,
        gateway_id=f"cus_{token(scenario.seed, 'cus', index)}",
        imported_amplitude_id=None if unlinked == "unlinked_amplitude" else amplitude_id,
        gateway_metadata=() if unlinked == "unlinked_stripe" else (key,),
        prices=_prices(scenario, draw, currency, planted, history_start),
        tax_percent=draw.choice((8, 19, 20)) if draw.random() < scenario.shares.taxed else 0,
        habits=_habits(scenario, draw, planted),
        planted=planted,
    )


def _prices(
    scenario: Scenario, draw: random.Random, currency: Currency, planted: Planted | None, start: date
) -> tuple[Price, ...]:
    scale = 100 if currency.exponent == 0 else 1
    chosen = [metric for metric in scenario.metrics if draw.random() < metric.share] or [scenario.metrics[0]]
    if planted:
        chosen = [scenario.metrics[0]]
    prices: list[Price] = []
    for metric in chosen:
        # A price of 0.005 makes half a minor unit each, so that planted percentages come out exact.
        amount = (Decimal("0.005") if planted else draw.choice(metric.prices)) * scale
        first = Price(metric.metric, metric.unit, metric.item_id, metric.item_name, amount, start)
        if planted is None and draw.random() < scenario.shares.price_change and metric.measure == "sums":
            change = _after(scenario, start, draw.randint(40, 190))
            prices += [replace(first, valid_to=change), replace(first, unit_price=amount * 2, valid_from=change)]
        else:
            prices.append(first)
    return tuple(prices)


def _habits(scenario: Scenario, draw: random.Random, planted: Planted | None) -> Habits:
    terms = draw.choice((14, 21, 30)) if scenario.terms_days == (14, 30) else draw.randint(*scenario.terms_days)
    habits = Habits(brand=draw.choice(_CARDS), last4=draw.choice(_LAST4), terms_days=terms)
    if planted is None:
        late = draw.random() < scenario.shares.late_payer
        card: Card = draw.choice(("fine", "fine", "insufficient_funds", "expired_card")) if late else "fine"
        return replace(habits, late=late, card=card, by_wire=not late and draw.random() < scenario.shares.by_wire)
    stuck = planted.situation not in {"billed_off", "late_usage", "credit_memo", "void_reissued", "no_service_date"}
    declined = planted.situation in {"declined_card", "uncollectible"}
    return replace(habits, stuck=stuck, card="insufficient_funds" if declined else "fine")


def _natural_ends(scenario: Scenario, account: Account, draw: random.Random, start: date) -> Account:
    if draw.random() < scenario.shares.new:
        begins = _whole(scenario, account, _after(scenario, start, draw.randint(70, 170)))
        return replace(account, active_from=begins, prices=tuple(_begin(price, begins) for price in account.prices))
    if draw.random() < scenario.shares.ended:
        return replace(account, active_to=_whole(scenario, account, _after(scenario, start, draw.randint(60, 180))))
    return account


def _after(scenario: Scenario, start: date, days: int) -> date:
    """A day that was drawn for a history of seven months; in a shorter one it comes sooner, so that it lies in the past."""
    return start + timedelta(days=days * min(scenario.history_months, 7) // 7)


def _whole(scenario: Scenario, account: Account, day: date) -> date:
    """Contracts about users begin and end with a month: a part of one cannot be counted."""
    users = {metric.metric for metric in scenario.metrics if metric.measure == "uniques"}
    return day.replace(day=1) if any(price.metric in users for price in account.prices) else day


def _begin(price: Price, day: date) -> Price:
    return replace(price, valid_from=day) if price.valid_from < day and (price.valid_to or date.max) > day else price


def _series(scenario: Scenario, account: Account, draw: random.Random, first_index: int) -> list[Series]:
    low, high = scenario.monthly_major
    monthly = low * (high / low) ** (draw.random() ** 1.6)
    if account.planted and account.planted.expected_major:
        monthly = account.planted.expected_major
    metrics = {price.metric: price for price in account.prices}
    by_name = {metric.metric: metric for metric in scenario.metrics}
    series: list[Series] = []
    for name, price in metrics.items():
        scale = 100 if account.currency.exponent == 0 else 1
        daily = max(40, int(monthly * scale / len(metrics) / 30 / float(price.unit_price)))
        series.append(
            Series(
                index=first_index + len(series),
                account=account.index,
                metric=by_name[name],
                daily=daily,
                growth_permille=draw.randint(-250, 700),
                second_of_day=draw.randint(200, 21_500),
                slot=draw.randrange(4),
            )
        )
    return series
