"""`trueup sandbox …`: make things happen in the outside world, break it, and look at it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

app = typer.Typer(
    help="The outside world of a development copy: make things happen, break it, look at it.", no_args_is_help=True
)

TIMEOUT_S = 60.0
VARIABLE = "TRUEUP_SANDBOX_URL"
DEFAULT_URL = "http://127.0.0.1:8081"
Client = Annotated[
    str | None,
    typer.Option("--client", help="A client id such as cl_0001; without one, any that nothing is planted at."),
]
Count = Annotated[int, typer.Option("--count", min=1, help="How many times.")]
Provider = Annotated[str, typer.Argument(help="stripe, quickbooks, amplitude, slack or mail.")]
ForS = Annotated[float | None, typer.Option("--for", help="Seconds until it heals by itself.")]


def _address() -> str:
    """From the environment, else from `.trueup/operator.env` here or in a parent folder, else the default port."""
    if VARIABLE in os.environ:
        return os.environ[VARIABLE].rstrip("/")
    here = Path.cwd()
    for folder in (here, *here.parents):
        file = folder / ".trueup" / "operator.env"
        if file.is_file():
            for line in file.read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition("=")
                if name.strip() == VARIABLE:
                    return value.strip().strip("\"'").rstrip("/")
    return DEFAULT_URL


def _call(method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - whatever it answers
    url = f"{_address()}/control/{path}"
    try:
        answer = httpx.request(method, url, json=body, timeout=TIMEOUT_S, trust_env=False)
    except httpx.HTTPError as error:
        typer.echo(f"The sandbox at {url} does not answer ({error}); is Trueup up?", err=True)
        raise typer.Exit(1) from None
    if answer.is_error:
        detail = answer.json().get("detail", answer.text) if answer.content else ""
        typer.echo(f"The sandbox refused: {detail}", err=True)
        raise typer.Exit(1)
    return answer.json()


def _show(found: object) -> None:
    typer.echo(json.dumps(found, indent=2))


def _happen(kind: str, client: str | None, count: int) -> None:
    answer = _call("POST", "happen", {"kind": kind, "client_id": client, "count": count})
    for one in answer["happened"]:
        objects = " ".join(f"{name}={value}" for name, value in one["objects"].items())
        typer.echo(f"{one['at']}  {one['kind']}  {one['client_id']}  {objects}")


@app.command()
def pay(client: Client = None, count: Count = 1) -> None:
    """A customer pays an open invoice by card."""
    _happen("pay", client, count)


@app.command()
def decline(client: Client = None, count: Count = 1) -> None:
    """A customer's card is declined."""
    _happen("decline", client, count)


@app.command()
def refund(client: Client = None, count: Count = 1) -> None:
    """A payment is given back."""
    _happen("refund", client, count)


@app.command()
def dispute(client: Client = None, count: Count = 1) -> None:
    """A cardholder disputes a payment."""
    _happen("dispute", client, count)


@app.command()
def usage(client: Client = None, count: Count = 1, *, late: Annotated[bool, typer.Option("--late")] = False) -> None:
    """Usage arrives, for today or (--late) for one of the last days."""
    _happen("late_usage" if late else "usage", client, count)


@app.command()
def invoice(client: Client = None, count: Count = 1) -> None:
    """An early invoice for this month's usage so far."""
    _happen("invoice", client, count)


@app.command()
def overdue(client: Client = None, count: Count = 1) -> None:
    """An invoice for this month's usage so far whose due day has passed already."""
    _happen("overdue", client, count)


@app.command()
def wire(client: Client = None, count: Count = 1) -> None:
    """A customer pays by bank transfer."""
    _happen("wire", client, count)


@app.command()
def credit(client: Client = None, count: Count = 1) -> None:
    """A credit memo over a tenth of an open invoice."""
    _happen("credit", client, count)


@app.command()
def void(
    client: Client = None, *, delete: Annotated[bool, typer.Option("--delete", help="Delete it instead.")] = False
) -> None:
    """An unpaid invoice is voided, or deleted."""
    _happen("delete" if delete else "void", client, 1)


@app.command()
def deliver(
    mode: Annotated[
        str, typer.Argument(help="normal, twice, shuffle, hold, release; or the id of an event to send again.")
    ],
) -> None:
    """How webhooks are delivered from now on."""
    if mode.startswith("evt_"):
        _show(_call("POST", f"deliveries/{mode}"))
    else:
        _show(_call("POST", "deliveries", {"mode": mode}))


def _break(provider: str, mode: str, for_s: float | None) -> None:
    _show(_call("POST", "faults", {"provider": provider, "mode": mode, "for_s": for_s}))


@app.command()
def down(provider: Provider, for_s: ForS = None) -> None:
    """A provider answers 503 to everything."""
    _break(provider, "down", for_s)


@app.command()
def slow(provider: Provider, for_s: ForS = None) -> None:
    """A provider takes eight seconds for everything."""
    _break(provider, "slow", for_s)


@app.command()
def garbage(provider: Provider, for_s: ForS = None) -> None:
    """A provider answers with something that is no JSON."""
    _break(provider, "garbage", for_s)


@app.command()
def limited(provider: Provider, for_s: ForS = None) -> None:
    """A provider asks everybody to come again a second later."""
    _break(provider, "limited", for_s)


@app.command()
def silent(provider: Provider, for_s: ForS = None) -> None:
    """Slack or the mail server takes what it is given and does not say so."""
    _break(provider, "silent", for_s)


@app.command()
def withhold(
    client_id: Annotated[str, typer.Argument(help="A client id such as cl_0001.")],
    readable: Annotated[
        int | None, typer.Option("--readable", min=0, help="Without it all are shown whole again.")
    ] = None,
) -> None:
    """The gateway shows only so many of a client's invoices, the oldest, in a way that can be read."""
    _show(_call("POST", "withhold", {"client_id": client_id, "readable": readable}))


@app.command()
def heal(provider: Provider) -> None:
    """A provider works again."""
    _break(provider, "none", None)


@app.command()
def pace(
    events_per_s: Annotated[float, typer.Argument(min=0, help="Beside the scenario's own pace; 0 ends it.")],
) -> None:
    """Let so many things more happen each second."""
    _show(_call("POST", "pace", {"events_per_s": events_per_s}))


@app.command()
def world() -> None:
    """What this world is, and what is planted where."""
    _show(_call("GET", "world"))


@app.command()
def messages() -> None:
    """What was posted to Slack, oldest first."""
    _show(_call("GET", "messages"))


@app.command()
def mails() -> None:
    """What was mailed, oldest first."""
    _show(_call("GET", "mails"))


@app.command()
def counters() -> None:
    """What the providers counted: requests, refusals, charges, deliveries, happenings."""
    _show(_call("GET", "counters"))


@app.command("retry-answer")
def retry_answer(
    answers: Annotated[
        list[str],
        typer.Argument(
            help="In order, each for one call: paid, declined[:decline_code[:advice_code]], expired_card, processing, "
            "requires_action, lock_timeout, error_after, timeout_after, ...; none: forget what was ordered."
        ),
    ] = [],  # noqa: B006 - typer reads the default, nobody changes it
    *,
    invoice: Annotated[str | None, typer.Option("--invoice", help="Only calls about this gateway invoice.")] = None,
    client: Annotated[str | None, typer.Option("--client", help="Only calls about this client's open invoice.")] = None,
) -> None:
    """What the next attempts to pay an invoice are answered."""
    _show(_call("POST", "pay-script", {"invoice": invoice, "client_id": client, "answers": [*map(_step, answers)]}))


def _step(text: str) -> dict[str, Any]:
    answer, *codes = text.split(":")
    return {"answer": answer, **dict(zip(("decline_code", "advice_code"), codes, strict=False))}


@app.command("retry-settle")
def retry_settle(
    invoice: Annotated[str, typer.Argument(help="The gateway invoice whose payment is processing.")],
    *,
    failed: Annotated[bool, typer.Option("--failed")] = False,
) -> None:
    """A processing payment comes to its end."""
    _show(_call("POST", "pay-settle", {"invoice": invoice, "outcome": "failed" if failed else "succeeded"}))


@app.command("open-invoices")
def open_invoices(client: Client = None) -> None:
    """Gateway invoices that are overdue and open, the longest due first."""
    _show(_call("GET", f"open-invoices?client_id={client}" if client else "open-invoices"))
