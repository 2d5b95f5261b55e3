"""`trueup explain ACCOUNT PERIOD`: a figure, from the rows that were read to the sum that came out."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

import httpx
import typer

from trueup_billing import Currency, Money
from trueup_operator import settings
from trueup_operator.clients import TIMEOUT, say_problem, token_for
from trueup_operator.errors import OperatorError

app = typer.Typer()
Part = Mapping[str, Any]
WIDTH = 76
_SOURCES = {"amplitude": "Amplitude", "quickbooks": "QuickBooks", "stripe": "Stripe"}
_REASONS = {
    "unlinked": "is not linked to this account",
    "never_complete": "was never read completely",
    "partial": "is only partly read",
    "stale": "has not been read for too long",
    "no_rate_card": "there is no rate card for this account",
    "no_price": "neither the rate card nor an invoice tells the price",
    "month_grain": "a metric that is counted by the month is priced for a part of one",
    "currency_mismatch": "rate card and invoices are in different currencies",
}


@app.command()
def explain(
    account: Annotated[str, typer.Argument(help="The client id.")],
    period: Annotated[str, typer.Argument(help="The day it begins on, or its month: 2026-10.")],
    *,
    user: Annotated[str, typer.Option("--as", help="The development login that asks.")] = "fay",
    brief: Annotated[bool, typer.Option("--brief", help="Sum the rows of usage up.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The answer of the API as it is.")] = False,
) -> None:
    """Every input row with its source and version, and each step of the arithmetic."""
    addresses = settings.load()
    answer = httpx.get(
        f"{addresses.url}/api/v1/accounts/{account}/reconciliations/{period}/explain",
        headers={"authorization": f"Bearer {token_for(addresses.sandbox_url, user)}"},
        timeout=TIMEOUT,
    )
    if answer.is_error:
        raise OperatorError(say_problem(answer))
    print(
        json.dumps(answer.json(), indent=2, ensure_ascii=False)
        if as_json
        else "\n".join(lines(answer.json(), brief=brief))
    )


def lines(found: Part, *, brief: bool = False) -> Iterator[str]:
    """The explanation on paper: the arithmetic first, then why, then the rows. `brief`: rows are summed up."""
    currency = found["currency"]
    yield f"{found['name']} ({found['client_id']}) · {_span(found['period'])}"
    yield f"{_sentence(found['band'])}."
    for reason in found["reasons"]:
        yield textwrap.fill(f"{_reason(reason)} {reason['cure'] or ''}", WIDTH + 20)
    yield ""
    yield from _steps(found["steps"], currency)
    yield from _evidence(found, currency)
    yield from _remarks(found)
    yield from _documents(found)
    yield from _usage_rows(found, brief=brief)


def _word(code: str) -> str:
    return code.replace("_", " ")


def _sentence(code: str) -> str:
    return _word(code).capitalize()


def _span(period: Part) -> str:
    """`October 2026`, or the first and the last day."""
    start, end = date.fromisoformat(period["start"]), date.fromisoformat(period["end"])
    if start.day == 1 and end.day == 1:
        return f"{start:%B %Y}"
    return f"{start.isoformat()} to {(end - timedelta(days=1)).isoformat()}"


def _reason(reason: Part) -> str:
    what = _REASONS.get(reason["code"], _word(reason["code"]))
    source = _SOURCES.get(reason.get("source") or "")
    return f"{source} {what}." if source else f"{what[:1].upper()}{what[1:]}."


def _amount(text: str, amount_minor: int | None, currency: str | None, *, unknown: str = "") -> str:
    """The text with its amount at the right edge; a long text takes several lines, the amount stands on the last."""
    amount = unknown if amount_minor is None or currency is None else str(Money(amount_minor, Currency(currency)))
    inset = " " * (len(text) - len(text.lstrip()))
    *above, last = textwrap.wrap(text.strip(), WIDTH - 2, initial_indent=inset, subsequent_indent=inset + "  ")
    return "\n".join([*above, f"{last:<{WIDTH}}{amount:>20}".rstrip()])


def _steps(steps: Sequence[Part], currency: str | None) -> Iterator[str]:
    """Lines and what they add up to, in four blocks: expected, billed, the difference, and what it is made of."""
    yield "WHAT SHOULD HAVE BEEN BILLED: the rate card applied to what was used"
    sums = 0
    explaining = False
    for step in steps:
        kind = step["kind"]
        if kind == "part" and not explaining:
            explaining = True
            yield ""
            yield "WHY"
        if kind in {"sum", "figure"}:
            yield f"{'':<{WIDTH}}{'-' * 20}"
        inset = "" if kind in {"sum", "figure"} else "  "
        text = step["text"].removeprefix("of it ") if kind == "part" else step["text"]
        yield _amount(inset + text, step["amount_minor"], currency, unknown="not known" if kind == "sum" else "")
        if kind == "sum":
            sums += 1
            yield ""
        if kind == "sum" and sums == 1:
            yield "WHAT WAS BILLED: lines of invoices for this period, before tax, less credit"


def _evidence(found: Part, currency: str | None) -> Iterator[str]:
    for part in found["explained"]:
        if part["evidence"]:
            yield ""
            yield f'What "{_word(part["cause"])}" rests on'
        for row in part["evidence"]:
            yield _amount(f"  {row['text']} [{row['ref']}]", row["amount_minor"], currency)


def _remarks(found: Part) -> Iterator[str]:
    """What a reader must bear in mind, and when and under which card it was worked out."""
    yield ""
    yield "TO BEAR IN MIND"
    if found["priced_by"] == "invoices":
        yield "  The rate card has no price for a metric: the invoices' own price is taken."
    for text in found.get("boundary", []):
        yield textwrap.fill(text, WIDTH + 20, initial_indent="  ", subsequent_indent="  ")
    card = found["rate_card"]
    priced = f"rate card version {card['version']} of {card['imported_at'][:10]}" if card else "no rate card"
    yield f"  Worked out on {_instant(found['decided_at'])}: version {found['version']} of these figures, {priced}."


def _instant(text: str) -> str:
    return f"{text[:10]} {text[11:16]} UTC"


def _documents(found: Part) -> Iterator[str]:
    yield ""
    yield "WHERE IT WAS READ"
    documents = {part["document"]["id"]: part["document"] for part in found["billed"] if part["document"]}
    for one in documents.values():
        made = f", made {_instant(one['created_at'])}" if one["created_at"] else ""
        yield f"  {one['id']} version {one['version']} (source version {one['source_version'] or '-'}), {one['state']}{made}"


def _usage_rows(found: Part, *, brief: bool) -> Iterator[str]:
    """Every bucket with its version and what it said before, then their sum for each line of the card."""
    for part in found["expected"]:
        for row in () if brief else part["rows"]:
            earlier = "".join(
                f"; {_grouped(old['quantity'])} on {_instant(old['observed_at'])}" for old in row["earlier"]
            )
            yield f"  {row['id']:<52} version {row['version']:<8}{_grouped(row['quantity']):>16} {row['unit']}{earlier}"
        if part["rows"]:
            agree = (
                ""
                if part["rows_agree"]
                else f", but {_grouped(part['quantity'])} when it was worked out: rows came since"
            )
            span = f"{part['rows'][0]['id']} to {part['rows'][-1]['day']}"
            yield f"  {len(part['rows'])} rows, {span}: {_grouped(part['rows_quantity'])} {part['unit']}{agree}"


def _grouped(quantity: str) -> str:
    return f"{Decimal(quantity):,f}"
