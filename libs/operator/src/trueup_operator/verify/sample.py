"""Acceptance samples: drawn by chance, printed beside what the sources say."""

from __future__ import annotations

import random

import httpx

from trueup_operator.clients import TIMEOUT
from trueup_operator.errors import OperatorError
from trueup_operator.settings import Addresses
from trueup_operator.verify.audit import auditor_of
from trueup_operator.verify.rounds import Looked

KINDS = ("accounts", "details")


def parse(text: str) -> dict[str, int]:
    """Read `accounts=10,details=5`.

    Raises:
        OperatorError: an unknown kind or no number.
    """
    wanted: dict[str, int] = {}
    for part in text.split(","):
        kind, _, number = part.partition("=")
        if kind.strip() not in KINDS or not number.strip().isdigit():
            raise OperatorError(f"--sample takes {' and '.join(f'{kind}=N' for kind in KINDS)}, not {part!r}")
        wanted[kind.strip()] = int(number)
    return wanted


async def draw(addresses: Addresses, wanted: dict[str, int], *, wait_s: float, seed: int | None) -> Looked:
    """Compare as many accounts as asked, drawn by chance."""
    auditor = auditor_of(addresses)
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        everyone = await auditor.client_ids(http)
    chosen = random.Random(seed).sample(everyone, min(max(wanted.values()), len(everyone)))
    return await auditor.run(wait_s=wait_s, client_ids=chosen)


def lines(looked: Looked, wanted: dict[str, int]) -> list[str]:
    """Both sides of each drawn account; the first `details` of them period by period."""
    text: list[str] = []
    for index, (client_id, shown) in enumerate(looked.shown.items()):
        key = looked.key[client_id]
        if index < wanted.get("accounts", 0):
            text.append(f"{client_id} {shown['name']}")
            text.append(f"  shown  {shown.get('status')} {shown.get('invoice_total')} {shown.get('variance')}")
            text.append(f"  source {key['invoice']} {key['row_variance']} {key['cannot_judge'] or ''}")
        if index < wanted.get("details", 0):
            text.append(f"{client_id} periods and forecast")
            text += [
                f"  shown  {row}"
                for row in ({k: v for k, v in r.items() if k != "receipt"} for r in shown["reconciliations"])
            ]
            text += [f"  source {row}" for row in key["periods"]]
            text.append(f"  shown  {(shown.get('forecast') or {}).get('amount')}  source {key['forecast']}")
        text += [f"  ≠ {difference}" for difference in looked.differences[client_id]]
    return text
