"""The quarter's end by the straight line, as a spreadsheet would do it: units first, then money (DESIGN §5.10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from tests.oracle.rules.billing import stands, told_prices
from tests.oracle.rules.days import ONE_DAY, Span, day_in, days_of, meet, month_of, quarter_of
from tests.oracle.rules.expecting import USAGE, expect, metered
from tests.oracle.rules.judging import SOURCES, is_closed, is_covered, metrics_needed, missing_of, pulls_of

from trueup_billing import Currency

Facts = dict[str, Any]


class Line:
    """Ordinary least squares through (0, y0), (1, y1), …"""

    def __init__(self, ys: list[Fraction]) -> None:
        n = len(ys)
        self.n, self.mean_x = n, Fraction(n - 1, 2)
        mean_y = sum(ys, Fraction(0)) / n
        self.sxx = sum(x * x for x in range(n)) - n * self.mean_x**2
        sxy = sum((x * y for x, y in enumerate(ys)), Fraction(0)) - n * self.mean_x * mean_y
        self.slope = sxy / self.sxx
        self.level = mean_y - self.slope * self.mean_x
        self.residual = sum((y * y for y in ys), Fraction(0)) - n * mean_y**2 - self.slope * sxy

    def at(self, x: int) -> Fraction:
        """The value on a day, never below nothing."""
        return max(Fraction(0), self.level + self.slope * x)

    def margin(self, xs: list[int], digits: int) -> Fraction:
        """Half the 80 % range of a sum over further days; `digits` of the counts are kept besides six more."""
        m = len(xs)
        if self.n < 3 or m == 0:
            return Fraction(0)
        spread = m + Fraction(m * m, self.n) + (sum(xs) - m * self.mean_x) ** 2 / self.sxx
        square = self.residual / (self.n - 2) * spread
        with localcontext() as context:
            context.prec = 80
            scaled = square * 10 ** (12 + 2 * digits)
            root = Decimal(int(scaled)).sqrt()
        return Fraction(int(root), 10 ** (6 + digits)) * Fraction(128, 100)


def foretell(facts: Facts, reasons: list[tuple[str, str]]) -> Facts:
    """The forecast; `reasons`: code and source of what cannot be judged upon. Usage must be whole, and nothing partial."""
    account, today = facts["account"], day_in(facts["account"]["zone"], facts["now"])
    if account["active_to"] is not None and account["active_to"] <= today:
        return {"status": "ended"}
    against = [(code, source) for code, source in reasons if source == "amplitude" or code == "partial"]
    if against:
        return {"status": "cannot_judge", "excluded": sorted(against)}
    excluded = [("month_grain", one) for one in metrics_needed(facts) if one in facts["month_metrics"]]
    excluded += [
        ("calibration_drift", one)
        for one in metrics_needed(facts)
        if one in facts["uncalibrated"] and one not in facts["month_metrics"]
    ]
    metrics = [one for one in metrics_needed(facts) if one not in {metric for _, metric in excluded}]
    if not metrics:
        return {"status": "nothing_to_project" if excluded else "no_rate_card", "excluded": sorted(excluded)}
    excluded += [("accepted_gap", source) for source in SOURCES if missing_of(facts, source)]
    quarters = {metric: carry_on(facts, metric, today) for metric in metrics}
    found = {metric: one for metric, one in quarters.items() if one is not None}
    if len(found) < len(quarters):
        return {"status": "not_enough_history", "excluded": sorted(excluded)}
    return _in_money(facts, found, excluded, today)


def carry_on(facts: Facts, metric: str, today: date) -> Facts | None:
    """One metric to the end of the quarter; None with less than three complete months."""
    account = facts["account"]
    start = month_of(today)[0]
    for _ in range(3):
        start = month_of(start - ONE_DAY)[0]
    complete = (start, month_of(today)[0])
    pulls = pulls_of(facts, metric)
    whole = all(is_covered(pulls, day) for day in days_of(complete))
    if not whole or (account["active_from"] is not None and account["active_from"] > start):
        return None
    total = metered(facts)

    def on(day: date) -> Fraction:
        return total(metric, (day, day + ONE_DAY))

    open_from = start
    while open_from < today and is_closed(pulls, open_from):
        open_from += ONE_DAY
    closed = days_of((start, open_from))
    if len(closed) < 2:
        return None
    line, quarter = Line([on(day) for day in closed]), quarter_of(today)
    end = min(quarter[1], account["active_to"] or quarter[1])
    ahead_from = max(open_from, quarter[0])
    ahead = days_of((ahead_from, end))
    place = {day: (day - start).days for day in ahead}
    known = total(metric, (quarter[0], ahead_from))
    rest = sum((line.at(place[day]) for day in ahead), Fraction(0))
    margin = line.margin([place[day] for day in ahead], _digits(facts, metric))
    return {
        "actual": known,
        "projected": known + rest,
        "low": known + max(Fraction(0), rest - margin),
        "high": known + rest + margin,
        "backtest": _backtest([(day, on(day)) for day in days_of(complete)]),
        "daily": {day: line.at(place[day]) for day in ahead},
        "ahead_from": ahead_from,
    }


def _digits(facts: Facts, metric: str) -> int:
    """The most digits after the point of any bucket."""
    values = facts["usage"].get(metric, {}).get("days", {}).values()
    return max((len(str(value).partition(".")[2]) for value in values), default=0)


def _backtest(months: list[tuple[date, Fraction]]) -> Fraction | None:
    """How far two months' line missed the third, in percent."""
    last = month_of(months[-1][0])[0]
    before, after = [y for day, y in months if day < last], [y for day, y in months if day >= last]
    happened = sum(after, Fraction(0))
    if happened <= 0:
        return None
    line = Line(before)
    said = sum((line.at(len(before) + number) for number in range(len(after))), Fraction(0))
    return abs(said - happened) / happened * 100


def _in_money(facts: Facts, found: dict[str, Facts], excluded: list[tuple[str, str]], today: date) -> Facts:
    quarter = quarter_of(today)
    priced, by_invoice = with_prices(facts, list(found), quarter)
    units = {
        metric: {name: one[name] for name in ("actual", "projected", "low", "high", "backtest")}
        for metric, one in found.items()
    }
    currencies = {
        metric: sorted({rate["currency"] for rate in priced if rate["kind"] in USAGE and rate["metric"] == metric})
        for metric in found
    }
    told = [names[0] for names in currencies.values() if len(names) == 1]
    currency = told[0] if told else None
    excluded = excluded + [("no_price", metric) for metric, names in currencies.items() if not names]
    excluded += [("other_currency", metric) for metric, names in currencies.items() if names and names != [currency]]
    if currency is None:
        return {"status": "no_rate_card", "metrics": units, "excluded": sorted(excluded)}
    summed = {metric for metric, names in currencies.items() if names == [currency]}
    card = [rate for rate in priced if rate["currency"] == currency and rate["metric"] in {"", *summed}]
    if excluded:
        gone = [rate for rate in card if rate["kind"] == "minimum" and rate["metric"] == ""]
        card = [rate for rate in card if rate not in gone]
        excluded += sorted({("minimum", rate["component"] or rate["metric"]) for rate in gone})
    excluded += left_out(facts, quarter)
    shown = {**facts, "account": {**facts["account"], "rates": card}}
    goals = {
        name: _rated(shown, {one: found[one] for one in summed}, name, quarter) for name in ("projected", "low", "high")
    }
    return {
        "status": "ok",
        "currency": currency,
        "amount_minor": goals["projected"],
        "low_minor": goals["low"],
        "high_minor": goals["high"],
        "metrics": units,
        "excluded": sorted(set(excluded)),
        "priced_by": "last_invoices" if by_invoice else "rate_card",
    }


def _rated(facts: Facts, found: dict[str, Facts], goal: str, quarter: Span) -> int:
    """The months of the quarter as they will be billed, with the days to come bent to the goal."""
    known = metered(facts)

    def total(metric: str, span: Span) -> Fraction:
        if metric not in found:
            return Fraction(0)
        one = found[metric]
        rest: Fraction = one["projected"] - one["actual"]
        wanted: Fraction = one[goal] - one["actual"]
        counted = known(metric, (span[0], min(span[1], one["ahead_from"])))
        ahead = [value for day, value in one["daily"].items() if span[0] <= day < span[1]]
        if rest:
            return counted + sum(ahead, Fraction(0)) * wanted / rest
        return counted + (wanted * len(ahead) / len(one["daily"]) if ahead else 0)

    money, month = 0, month_of(quarter[0])
    while month[0] < quarter[1]:
        money += expect(facts, total, month, told_prices(facts, month), final=True)["amount"]
        month = month_of(month[1])
    return money


def with_prices(facts: Facts, metrics: list[str], quarter: Span) -> tuple[list[Facts], bool]:
    """The card with what it lacks for the days to come taken from the last invoices."""
    account = facts["account"]
    rates = account["rates"]
    kept = [rate for rate in rates if rate["kind"] not in USAGE]
    end = min(quarter[1], account["active_to"] or quarter[1])
    told = told_prices(facts, month_of(end - ONE_DAY))
    by_invoice = False
    for metric in metrics:
        own = [rate for rate in rates if rate["kind"] in USAGE and rate["metric"] == metric]
        until = max([quarter[0], *(rate["valid_to"] or end for rate in own)]) if own else quarter[0]
        invoiced = [rate for rate in own if rate["kind"] == "as_invoiced"]
        if until >= end and (not invoiced or metric in told):
            kept += own
            by_invoice = by_invoice or bool(invoiced)
            continue
        last = _last_price(facts, metric)
        if last is not None:
            kept += [*own, {**last, "valid_from": until}]
            by_invoice = True
    return kept, by_invoice


def _last_price(facts: Facts, metric: str) -> Facts | None:
    """What a unit came to on the last standing invoice that bills the metric with quantities."""
    items = {rate["item"] for rate in facts["account"]["rates"] if rate["kind"] in USAGE and rate["metric"] == metric}
    for document in sorted(facts["documents"], key=lambda one: (one["issued_on"], one["id"]), reverse=True):
        lines = [
            line for line in document["lines"] if line["kind"] == "item" and line["item"] and line["item"] in items
        ]
        if not stands(document) or not lines or any(line["quantity"] is None for line in lines):
            continue
        quantity = sum((Fraction(line["quantity"]) for line in lines), Fraction(0))
        if quantity > 0:
            scale = 10 ** Currency(document["currency"]).exponent
            price = Fraction(sum(line["amount"] for line in lines), scale) / quantity
            return {
                **dict.fromkeys(("valid_to", "item", "percent")),
                "kind": "per_unit",
                "metric": metric,
                "unit_price": price,
                "currency": document["currency"],
                "tiers": [],
                "included": "0",
                "amount": 0,
                "component": "",
                "billed": "arrears",
                "proration": "day",
            }
    return None


def left_out(facts: Facts, quarter: Span) -> list[tuple[str, str]]:
    """One-off lines and credits of the quarter's documents, the latest twenty."""
    items = {rate["item"] for rate in facts["account"]["rates"] if rate["kind"] in USAGE and rate["item"]}
    found: list[tuple[str, str]] = []
    for document in sorted(facts["documents"], key=lambda one: (one["issued_on"], one["id"]), reverse=True):
        if (
            not items
            or document["state"] != "open"
            or meet(quarter, (document["issued_on"], document["issued_on"] + ONE_DAY)) is None
        ):
            continue
        if document["kind"] == "credit_memo":
            found.append(("credit", document["number"] or document["id"]))
            continue
        strange = [line for line in document["lines"] if line["kind"] == "item" and line["item"] not in items]
        found += [("one_off_line", line["item_name"] or line["id"]) for line in strange]
    return list(dict.fromkeys(found))[:20]
