"""How far the forecast would have missed: `make backtest`. Prints JSON; needs no stack.

The sandbox's world is made with a longer history than usual, and every account is forecast as of several days of each
quarter that is over, knowing only what was known by then. The quarter that came is the answer: in units for each
metric, and in money through the account's own rate card. Errors are of the whole quarter and of its days that were
still to come, in percent of what came.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from reconciler.domain import snapshot as known
from reconciler.domain.completeness import assess
from reconciler.domain.expected import expected_for
from reconciler.domain.forecast import Forecast, forecast
from reconciler.domain.policy import Policy
from trueup_billing import Period, Ref, Source, months_between, quarter_of
from trueup_sandbox.clock import to_instant
from trueup_sandbox.scenario import load
from trueup_sandbox.world.accounts import Account
from trueup_sandbox.world.world import World

SCENARIO = Path(__file__).parents[2] / "deploy" / "sandbox" / "default.yaml"
AS_OF_DAYS = (15, 45, 75)
"""Days into the quarter on which the forecast is made."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One forecast beside what came; amounts in minor units of the account's currency."""

    day: int
    foretold: Fraction
    came: Fraction
    so_far: Fraction
    inside: bool

    @property
    def percent(self) -> float:
        return float(100 * abs(self.foretold - self.came) / self.came)

    @property
    def rest_percent(self) -> float:
        return float(100 * abs(self.foretold - self.came) / (self.came - self.so_far))


def classes(world: World, account: Account) -> list[str]:
    """What an account is like: the errors of each class are told apart."""
    growth = [world.desk.usage.series[one].growth_permille for one in account.series]
    trend = "shrinking" if max(growth) < 0 else "growing over 30 % a year" if min(growth) > 300 else "between"
    changes = len(account.prices) > len({price.metric for price in account.prices})
    found = ["all", f"usage: {trend}", "price change" if changes else "one price"]
    return [*found, "metrics: several" if len(account.series) > 1 else "metrics: one"]


def _account(account: Account) -> known.Account:
    rates = tuple(
        known.Rate(
            price.metric, price.unit, Fraction(price.unit_price), str(price.unit_price), account.currency.code,
            price.valid_from, price.valid_to, price.item_id,
        )
        for price in account.prices
    )  # fmt: skip
    return known.Account(
        account.client_id,
        account.name,
        "UTC",
        active_from=account.active_from,
        active_to=account.active_to,
        rates=rates,
    )


def _usage(world: World, account: Account, end: date) -> dict[str, known.Series]:
    """Daily usage from the start of the history up to, not including, a day, as it is known by now."""
    book, found = world.desk.usage, {}
    now_ms = world.born_ms
    for number in account.series:
        metric = book.series[number].metric
        days = {
            book.day(index).toordinal(): book.value(number, index, now_ms) for index in range(max(0, book.index(end)))
        }
        found[metric.metric] = known.Series(metric.metric, metric.unit, days)
    return found


def _forecast(world: World, account: Account, usage: dict[str, known.Series], today: date) -> Forecast:
    as_of = datetime.combine(today, time(), UTC)
    covered = (known.Coverage(world.desk.usage.first_day, None, as_of),)
    scopes = tuple(known.Scope(Source.AMPLITUDE, f"usage|{metric}|0", as_of, covered) for metric in usage)
    seen = {
        name: replace(one, days={day: value for day, value in one.days.items() if day < today.toordinal()})
        for name, one in usage.items()
    }
    link = known.Link(Ref(Source.AMPLITUDE, account.amplitude_id), "import")
    snapshot = known.Snapshot(_account(account), (link,), seen, scopes=scopes)
    return forecast(snapshot, assess(snapshot, Policy(), as_of), today)


def _money(account: known.Account, usage: dict[str, known.Series], days: Period) -> Fraction:
    whole = known.Snapshot(account, usage=usage)
    months = [month for month in months_between(days.start, days.end - timedelta(days=1)) if month.start < days.end]
    clipped = [Period(month.start, min(month.end, days.end)) for month in months]
    return Fraction(sum(expected_for(whole, month).amount_minor for month in clipped))


def misses(world: World, account: Account, last: date) -> Iterator[Miss]:
    """Every forecast of one account in the quarters that were over by `last`."""
    usage = _usage(world, account, last)
    quarter = quarter_of(world.desk.usage.first_day)
    while (quarter := quarter_of(quarter.end)).end <= last:
        for offset in AS_OF_DAYS:
            today = quarter.start + timedelta(days=offset)
            found = _forecast(world, account, usage, today)
            if found.status != "ok" or found.amount_minor is None or found.low_minor is None:
                continue
            came = _money(_account(account), usage, quarter)
            so_far = _money(_account(account), usage, Period(quarter.start, today))
            if came > so_far:
                inside = found.low_minor <= came <= (found.high_minor or 0)
                yield Miss(offset, Fraction(found.amount_minor), came, so_far, inside)


def told(found: list[Miss]) -> dict[str, Any]:
    """Errors of one class."""
    percents = sorted(one.percent for one in found)
    return {
        "forecasts": len(found),
        "mape_percent": round(statistics.fmean(percents), 2),
        "median_percent": round(statistics.median(percents), 2),
        "p95_percent": round(percents[int(0.95 * (len(percents) - 1))], 2),
        "within_10_percent": round(sum(one <= 10 for one in percents) / len(percents), 3),
        "mape_of_days_to_come_percent": round(statistics.fmean(one.rest_percent for one in found), 2),
        "inside_the_range": round(sum(one.inside for one in found) / len(found), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", type=Path, default=SCENARIO)
    parser.add_argument("--accounts", type=int, default=120, help="the first so many of the scenario")
    parser.add_argument("--months", type=int, default=18, help="of history")
    asked = parser.parse_args()
    world = World(load(asked.scenario).model_copy(update={"history_months": asked.months}))
    last = to_instant(world.born_ms).date()
    by_class: dict[str, list[Miss]] = defaultdict(list)
    chosen = world.accounts[: asked.accounts]
    for account in chosen:
        for miss in misses(world, account, last):
            for name in (*classes(world, account), f"as of day {miss.day} of the quarter"):
                by_class[name].append(miss)
    if not by_class:
        raise SystemExit("no forecast could be made: a quarter that is over needs three months of usage before it")
    report = {name: told(found) for name, found in sorted(by_class.items())}
    print(json.dumps({"accounts": len(chosen), "months": asked.months, "classes": report}, indent=2))


if __name__ == "__main__":
    main()
