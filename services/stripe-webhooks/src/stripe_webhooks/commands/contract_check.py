"""`trueup contract-check stripe`: does Stripe still behave as we take for granted? Through the service's own limiter."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from stripe_webhooks.adapters.stripe_api import StripeGateway
from stripe_webhooks.adapters.stripe_pay import StripePayments
from stripe_webhooks.domain.events import read_event
from stripe_webhooks.domain.fields import Json, as_object, flag, identity, instant, text
from stripe_webhooks.domain.invoices import payment_links, payments_are_cut, read_invoice
from stripe_webhooks.domain.pay_answers import judge as judge_answer
from stripe_webhooks.domain.payments import read_dispute, read_payment, read_refund, was_tried
from stripe_webhooks.ports import Forbidden, Listing
from stripe_webhooks.settings import Settings
from stripe_webhooks.usecases.reading import INTENT_EXPAND, INVOICE_EXPAND, LIST_EXPAND
from stripe_webhooks.usecases.retry import EXPAND
from stripe_webhooks.wiring import reading
from trueup_kit.assumptions import Assumption, Unmet, Unseen, closing, judge
from trueup_kit.settings import load

ABSENT = "in_trueupcontractcheck"
OLDEST_VERSION = "2025-03-31"
"""Of event bodies: from basil on an invoice knows its payments."""


def contract_check(
    fixtures: Annotated[Path | None, typer.Option(help="Folder to write the answers to, redacted.")] = None,
    *,
    unseen_ok: Annotated[bool, typer.Option("--unseen-ok", help="Exit with 0 although little is to be seen.")] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Also ask twice to pay a paid invoice; with a test key only.")
    ] = False,
) -> None:
    """Check what is taken for granted about Stripe, with the settings of stripe-webhooks; reads only, unless told."""
    settings = load(Settings)
    if write and settings.livemode:
        typer.echo("--write is for test accounts only: this key is live", err=True)
        raise typer.Exit(2)
    raise typer.Exit(asyncio.run(_run(settings, fixtures, unseen_ok=unseen_ok, write=write)))


async def _run(settings: Settings, fixtures: Path | None, *, unseen_ok: bool, write: bool) -> int:
    read = reading(settings, application_name="trueup")
    payments = StripePayments(read.client, read.gateway.acquire, settings.retry_pay_timeout_s)
    checks = Checks(read.gateway, payments, settings.livemode)
    async with closing(read.close):
        return await judge(checks.all(write=write), fixtures=fixtures, unseen_ok=unseen_ok)


@dataclass(frozen=True, slots=True)
class Checks:
    """Each of them asks anew: none rests on what another has seen."""

    gateway: StripeGateway
    payments: StripePayments
    livemode: bool

    def all(self, *, write: bool) -> list[Assumption]:
        """Those that read, and on demand those that write."""
        reading = [
            Assumption("stripe-mode", "objects are of the key's mode", self.mode),
            Assumption("stripe-invoices", "invoices read whole, amounts are integers, newest first", self.invoices),
            Assumption("stripe-payments", "an invoice names its payments", self.payments_of_invoice),
            Assumption("stripe-join", "invoice_payments leads from a payment to its invoice", self.join),
            Assumption("stripe-expansions", "what the services expand may be expanded", self.expansions),
            Assumption("stripe-intents", "payment intents read whole", self.intents),
            Assumption("stripe-refunds", "refunds read whole and name their payment", self.refunds),
            Assumption("stripe-disputes", "disputes read whole and name their payment", self.disputes),
            Assumption("stripe-events", "events are listed by time and read, bodies since basil", self.events),
            Assumption("stripe-rights", "the key may read what only some webhooks lead to", self.rights),
            Assumption("stripe-gone", "an unknown id is answered with resource_missing", self.gone),
        ]
        if not write:
            return reading
        return [*reading, Assumption("stripe-pay-paid", "paying a paid invoice is refused, twice alike", self.pay_paid)]

    async def _some(self, resource: str, *filters: tuple[str, str], expand: tuple[str, ...] = ()) -> list[Json]:
        listing = Listing(resource, filters, tuple(f"data.{name}" for name in expand))
        found = (await self.gateway.page(listing, after=None, priority="background")).items
        if not found:
            raise Unseen(f"the account has no {resource}")
        return found

    async def mode(self) -> object:
        found = (await self._some("customers"))[0]
        if flag(found, "livemode") is not self.livemode:
            raise Unmet(f"livemode is {found.get('livemode')!r} and the key says {self.livemode}")
        return found

    async def invoices(self) -> object:
        found = await self._some("invoices", expand=LIST_EXPAND)
        for one in found:
            read_invoice(one, (), {})
        stamps = [instant(one, "created") for one in found]
        if stamps != sorted(stamps, key=str, reverse=True):
            raise Unmet("a list is not newest first")
        return found[0]

    async def payments_of_invoice(self) -> object:
        found = await self._some("invoices", ("status", "paid"), expand=("payments",))
        if all(payments_are_cut(one) and not payment_links(one) for one in found):
            raise Unmet("no paid invoice names a payment, although payments was expanded")
        if odd := [one.get("id") for one in found if "payment_intent" in one or "charge" in one]:
            raise Unmet(f"{odd[0]} has the shape from before basil")
        if (named := next((one for one in found if payment_links(one)), None)) is None:
            raise Unseen("no paid invoice was paid by a payment")
        return named

    async def join(self) -> object:
        found = await self._some("invoices", ("status", "paid"), expand=("payments",))
        pairs = [(one, link) for one in found for link in payment_links(one) if link.kind == "payment_intent"]
        if not pairs:
            raise Unseen("no invoice was paid by a payment intent")
        invoice, link = pairs[0]
        filters = ("payment[type]", "payment_intent"), ("payment[payment_intent]", link.payment_id)
        joined = await self._some("invoice_payments", *filters)
        if {identity(one, "invoice") for one in joined} != {text(invoice, "id")}:
            raise Unmet("the payment of an invoice leads to another invoice")
        return joined[0]

    async def expansions(self) -> object:
        invoice_id = str((await self._some("invoices"))[0]["id"])
        names = (*INVOICE_EXPAND, *EXPAND)
        found = await self.gateway.one("invoices", invoice_id, expand=names, priority="background")
        customer = as_object(found.get("customer")) if found else {}
        if text(customer, "object") != "customer":
            raise Unmet("customer stays an id although it was expanded")
        parent = as_object(as_object(found.get("parent")).get("subscription_details")) if found else {}
        if isinstance(parent.get("subscription"), str):
            raise Unmet("a subscription stays an id although it was expanded")
        return found

    async def intents(self) -> object:
        found = await self._some("payment_intents", expand=INTENT_EXPAND)
        tried = [one for one in found if was_tried(one)]
        for one in tried:
            read_payment(one, invoice_id=None, ref="stripe:cus_unknown")
        return next(iter(tried), None)

    async def refunds(self) -> object:
        return self._movement(await self._some("refunds"))

    async def disputes(self) -> object:
        return self._movement(await self._some("disputes"))

    def _movement(self, found: list[Json]) -> object:
        for one in found:
            read = read_dispute if one.get("object") == "dispute" else read_refund
            read(one, payment_id=identity(one, "payment_intent") or "", invoice_id=None, ref="stripe:cus_unknown")
        if all(identity(one, "payment_intent") is None for one in found):
            raise Unmet("none names its payment intent")
        return found[0]

    async def events(self) -> object:
        found = await self._some("events", ("created[gte]", "0"))
        for one in found:
            read_event(one)
        versions = {text(one, "api_version") or "none" for one in found}
        if old := sorted(version for version in versions if version < OLDEST_VERSION):
            raise Unmet(f"bodies are rendered with {old[0]}")
        return found[0]

    async def gone(self) -> object:
        if await self.gateway.one("invoices", ABSENT, priority="background") is not None:
            raise Unmet(f"{ABSENT} exists")
        return None

    async def rights(self) -> object:
        """Asked about what nobody has: a lacking right is told before that."""
        for resource in ("charges", "credit_notes", "subscriptions"):
            try:
                await self.gateway.one(resource, ABSENT, priority="background")
            except Forbidden as error:
                raise Unmet(str(error)) from error
        return None

    async def pay_paid(self) -> object:
        paid = str((await self._some("invoices", ("status", "paid")))[0]["id"])
        key = f"trueup-contract-check-{uuid.uuid4()}"
        answers = [await self.payments.pay(paid, key=key) for _ in range(2)]
        verdicts = {judge_answer(answer).then for answer in answers}
        if verdicts != {"read"} or answers[0].status != 400:
            raise Unmet(f"answered {answers[0].status} {answers[0].code or ''} {answers[0].message or ''}")
        return {"status": answers[0].status, "code": answers[0].code, "message": answers[0].message}
