"""`trueup explain ACCOUNT PERIOD`: a figure, from the rows that were read to the sum that came out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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


@app.command()
def explain(
    account: Annotated[str, typer.Argument(help="The client id.")],
    period: Annotated[str, typer.Argument(help="The day it begins on, or its month: 2026-10.")],
    *,
    user: Annotated[str, typer.Option("--as", help="The development login that asks.")] = "fay",
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
    print(json.dumps(answer.json(), indent=2, ensure_ascii=False) if as_json else "\n".join(lines(answer.json())))


def lines(found: Part) -> Iterator[str]:
    """The explanation on paper: the arithmetic first, then where it comes from, then the rows."""
    currency, period = found["currency"], found["period"]
    yield f"{found['name']} ({found['client_id']}), {period['start']} up to {period['end']}: {_word(found['band'])}"
    card = found["rate_card"]
    priced = f"rate card version {card['version']} of {card['imported_at'][:10]}" if card else "no rate card"
    yield f"decided {found['decided_at'][:19]}Z, version {found['version']} of the figures, {priced}"
    yield from (f"cannot be judged: {reason['code']}. {reason['cure'] or ''}" for reason in found["reasons"])
    if found["priced_by"] == "invoices":
        yield "prices are the invoices' own: the rate card has none for a metric"
    for step in found["steps"]:
        head = step["kind"] in {"sum", "figure"}
        yield from ([] if not head else ["-" * (WIDTH + 20)])
        yield _amount(step["text"], step["amount_minor"], currency)
        yield from ([""] if head else [])
    yield from _evidence(found, currency)
    yield from _rows(found)


def _word(code: str) -> str:
    return code.replace("_", " ")


def _amount(text: str, amount_minor: int | None, currency: str | None) -> str:
    """The text with its amount at the right edge; a long text takes lines of its own."""
    amount = "" if amount_minor is None or currency is None else str(Money(amount_minor, Currency(currency)))
    return f"{text:<{WIDTH}}{amount:>20}" if len(text) <= WIDTH else f"{text}\n{'':<{WIDTH}}{amount:>20}"


def _evidence(found: Part, currency: str | None) -> Iterator[str]:
    for part in found["explained"]:
        if part["evidence"]:
            yield ""
            yield f"{_word(part['cause'])} rests on"
        for row in part["evidence"]:
            yield _amount(f"  {row['text']} [{row['ref']}]", row["amount_minor"], currency)


def _rows(found: Part) -> Iterator[str]:
    yield ""
    yield "rows read"
    documents = {part["document"]["id"]: part["document"] for part in found["billed"] if part["document"]}
    for one in documents.values():
        made = f", made {one['created_at'][:19]}" if one["created_at"] else ""
        yield f"  {one['id']} version {one['version']} (source version {one['source_version'] or '-'}), {one['state']}{made}"
    for part in found["expected"]:
        for row in part["rows"]:
            earlier = "".join(f"; {old['quantity']} at {old['observed_at'][:19]}" for old in row["earlier"])
            yield f"  {row['id']} version {row['version']}: {_grouped(row['quantity'])} {row['unit']}{earlier}"
        if part["rows"]:
            agree = (
                "" if part["rows_agree"] else f", but {_grouped(part['quantity'])} when it was decided: rows came since"
            )
            yield f"    {len(part['rows'])} rows, together {_grouped(part['rows_quantity'])} {part['unit']}{agree}"


def _grouped(quantity: str) -> str:
    return f"{Decimal(quantity):,f}"
