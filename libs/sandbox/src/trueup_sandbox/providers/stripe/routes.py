"""Stripe's routes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trueup_sandbox.clock import DAY_MS
from trueup_sandbox.providers.gate import Gate, Refused, Window
from trueup_sandbox.providers.stripe.expand import Expander, asked
from trueup_sandbox.providers.stripe.lists import PAGING, page, page_events, within
from trueup_sandbox.providers.stripe.pay import Payer
from trueup_sandbox.providers.stripe.requests import (
    Params,
    answer,
    check_key,
    error_body,
    invalid,
    missing,
    not_allowed,
    parse,
    reject_unknown,
)
from trueup_sandbox.providers.stripe.shapes import Json, Shapes
from trueup_sandbox.world.chance import token
from trueup_sandbox.world.records import Record
from trueup_sandbox.world.store import Shelf
from trueup_sandbox.world.world import World

EVENTS_REACH_MS = 30 * DAY_MS
API_KEY = "sk_test_sandbox"
FOREIGN = "pi_foreign"
"""How payment intents begin that the key may not read, such as those made for a connected account."""


class StripeApi:
    """The gateway's HTTP interface to one world."""

    def __init__(self, world: World, gate: Gate, *, api_key: str = API_KEY) -> None:
        self._world = world
        self._store = world.desk.store
        self._gate = gate
        self._api_key = api_key
        self._shapes = Shapes(world)
        self.readable = self._shapes.readable
        self.subscriptions = self._shapes.subscriptions
        self._expander = Expander(self._store, self._shapes)
        self.payer = Payer(world, self._shapes, gate.counters)
        limits = world.scenario.stripe
        self._all = Window(limits.limit_per_s, 1.0)
        self._endpoints: dict[str, Window] = defaultdict(lambda: Window(limits.endpoint_limit_per_s, 1.0))

    def app(self) -> Starlette:
        """The web application, to be mounted."""
        routes = [
            self._get("/v1/account", self._whose),
            self._get("/v1/customers", self._customers),
            self._get(
                "/v1/customers/{id}", self._one("customer", self._store.gateway_customers, self._shapes.customer)
            ),
            self._get("/v1/invoices", self._invoices),
            self._get("/v1/invoices/{id}", self._invoice),
            self._get("/v1/invoice_payments", self._invoice_payments),
            self._get("/v1/payment_intents", self._payments),
            self._get("/v1/payment_intents/{id}", self._payment),
            self._get("/v1/subscriptions/{id}", self._subscription),
            self._get("/v1/payment_methods/{id}", self._method),
            self._get("/v1/charges/{id}", self._charge),
            self._get("/v1/refunds", self._refunds),
            self._get("/v1/refunds/{id}", self._one("refund", self._store.refunds, self._shapes.refund)),
            self._get("/v1/credit_notes/{id}", self._credit_note),
            self._get("/v1/disputes", self._disputes),
            self._get("/v1/disputes/{id}", self._one("dispute", self._store.disputes, self._shapes.dispute)),
            self._get("/v1/events", self._events),
            self._get("/v1/events/{id}", self._event),
            Route("/v1/invoices/{id}/pay", self._pay, methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers={Refused: _refuse, 404: _unknown_url})

    def _get(self, path: str, handler: Callable[[Request, Params], Json]) -> Route:
        async def endpoint(request: Request) -> Response:
            await self._enter(request, f"GET {path}")
            return answer(handler(request, parse(request.url.query)))

        return Route(path, endpoint, methods=["GET"])

    async def _enter(self, request: Request, endpoint: str) -> None:
        await self._gate.enter()
        check_key(request, self._api_key)
        if not self._endpoints[endpoint].take():
            raise self._throttled("endpoint-rate")
        if not self._all.take():
            raise self._throttled("global-rate")

    def _throttled(self, reason: str) -> Refused:
        body = error_body("invalid_request_error", "Request rate limit exceeded.", code="rate_limit")
        return self._gate.refuse_by_limit(answer(body, 429, **{"Stripe-Rate-Limited-Reason": reason}))

    async def _pay(self, request: Request) -> Response:
        await self._enter(request, "POST /v1/invoices/{id}/pay")
        params = parse((await request.body()).decode())
        return await self.payer.pay(request.path_params["id"], params, request.headers.get("idempotency-key"))

    def _one(self, kind: str, shelf: Shelf[Any], shape: Callable[[Any], Json]) -> Callable[[Request, Params], Json]:
        def get(request: Request, params: Params) -> Json:
            record_id = request.path_params["id"]
            if record_id not in shelf:
                raise missing(kind, record_id)
            return self._expander.expand(shape(shelf.get(record_id)), asked(params))

        return get

    def _list(
        self,
        request: Request,
        params: Params,
        shelf: Shelf[Any],
        shape: Callable[[Any], Json],
        filters: dict[str, Callable[[Any], Any]],
    ) -> Json:
        """A page, filtered by equality."""
        reject_unknown(params, PAGING | set(filters))
        wanted = {name: params[name] for name in filters if name in params}
        paths = asked(params, in_list=True)

        def keep(record: Record) -> bool:
            return all(filters[name](record) == value for name, value in wanted.items())

        def find(record_id: str) -> Record | None:
            return shelf.get(record_id) if record_id in shelf else None

        def show(record: Record) -> Json:
            return self._expander.expand(shape(record), paths)

        return page(shelf, params, url=request.url.path.removeprefix("/stripe"), keep=keep, shape=show, find=find)

    def _whose(self, _: Request, params: Params) -> Json:
        reject_unknown(params, {"expand"})
        return {"id": f"acct_{token(self._world.scenario.seed, 'acct', length=16)}", "object": "account"}

    def _customer_of(self, record: Record) -> str:
        return self._world.accounts[record.account].gateway_id

    def _customers(self, request: Request, params: Params) -> Json:
        filters = {"email": lambda one: one.email}
        return self._list(request, params, self._store.gateway_customers, self._shapes.customer, filters)

    def _invoices(self, request: Request, params: Params) -> Json:
        due = within(params, "due_date")
        narrowed = {name: value for name, value in params.items() if name != "due_date"}
        opened = any(path.split(".")[0] == "payments" for path in asked(params, in_list=True))
        filters: dict[str, Callable[[Any], Any]] = {
            "customer": self._customer_of,
            "status": lambda one: one.status,
            "collection_method": lambda _: "send_invoice",
            "subscription": lambda one: self._shapes.subscriptions.id_of(one.account),
            "_due": lambda one: one.due_ms // 1000 in due,
        }
        if "due_date" in params:
            narrowed["_due"] = True
        return self._list(
            request,
            narrowed,
            self._store.gateway_invoices,
            lambda one: self._shapes.invoice(one, payments=opened),
            filters,
        )

    def _invoice(self, request: Request, params: Params) -> Json:
        invoice_id, paths = request.path_params["id"], asked(params)
        if invoice_id not in self._store.gateway_invoices:
            raise missing("invoice", invoice_id)
        opened = any(path.split(".")[0] == "payments" for path in paths)
        shape = self._shapes.invoice(self._store.gateway_invoices.get(invoice_id), payments=opened)
        return self._expander.expand(shape, paths)

    def _invoice_payments(self, request: Request, params: Params) -> Json:
        payment = params.pop("payment", None)
        if isinstance(payment, dict) and payment.get("type") == "payment_intent":
            params["_payment"] = payment.get("payment_intent")
        elif payment is not None:
            raise invalid("payment[type] must be payment_intent here", param="payment")
        filters: dict[str, Callable[[Any], Any]] = {
            "invoice": lambda one: one.invoice,
            "status": lambda one: "paid" if one.status == "succeeded" else "open",
            "_payment": lambda one: one.id,
        }
        for name in ("starting_after", "ending_before"):
            if name in params:
                params[name] = params[name].replace("inpay_", "pi_", 1)
        if "_payment" in params and params["_payment"] not in self._store.payments:
            raise invalid(f"No such payment_intent: '{params['_payment']}'", code="resource_missing", param="payment")
        return self._list(request, params, self._store.payments, self._shapes.invoice_payment, filters)

    def _payments(self, request: Request, params: Params) -> Json:
        return self._list(
            request, params, self._store.payments, self._shapes.payment, {"customer": self._customer_of}
        )  # fmt: skip

    def _payment(self, request: Request, params: Params) -> Json:
        payment_id = request.path_params["id"]
        if payment_id not in self._store.payments and payment_id.startswith(FOREIGN):
            raise not_allowed("rak_payment_intent_read")
        return self._one("payment_intent", self._store.payments, self._shapes.payment)(request, params)

    def _subscription(self, request: Request, params: Params) -> Json:
        shape = self._shapes.subscription_by_id(request.path_params["id"])
        if shape is None:
            raise missing("subscription", request.path_params["id"])
        return self._expander.expand(shape, asked(params))

    def _method(self, request: Request, params: Params) -> Json:
        reject_unknown(params, {"expand"})
        shape = self._shapes.method_by_id(request.path_params["id"])
        if shape is None:
            raise missing("PaymentMethod", request.path_params["id"])
        return shape

    def _charge(self, request: Request, params: Params) -> Json:
        payment = self._store.payments.of_charge(request.path_params["id"])
        if payment is None:
            raise missing("charge", request.path_params["id"])
        return self._expander.expand(self._shapes.charge(payment), asked(params))

    def _credit_note(self, request: Request, params: Params) -> Json:
        credit_note_id = request.path_params["id"]
        invoice_id = credit_note_id.replace("cn_", "in_", 1)
        known = invoice_id in self._store.gateway_invoices
        invoice = self._store.gateway_invoices.get(invoice_id) if known else None
        if invoice is None or not invoice.credited_minor:
            raise missing("credit_note", credit_note_id)
        return self._expander.expand(self._shapes.credit_note(invoice), asked(params))

    def _of_payment(self) -> dict[str, Callable[[Any], Any]]:
        charge_of = self._store.payments.get
        return {"payment_intent": lambda one: one.payment, "charge": lambda one: charge_of(one.payment).charge}

    def _refunds(self, request: Request, params: Params) -> Json:
        filters = self._of_payment()
        return self._list(request, params, self._store.refunds, self._shapes.refund, filters)

    def _disputes(self, request: Request, params: Params) -> Json:
        filters = self._of_payment()
        return self._list(request, params, self._store.disputes, self._shapes.dispute, filters)

    def _events(self, _: Request, params: Params) -> Json:
        reject_unknown(params, PAGING | {"types", "type", "delivery_success"})
        return page_events(
            self._store.events,
            self._store.event_index,
            params,
            oldest_ms=self._world.clock.read() - EVENTS_REACH_MS,
            shape=self._shapes.event,
            delivered=self._world.memory.delivered,
        )

    def _event(self, request: Request, params: Params) -> Json:
        reject_unknown(params, {"expand"})
        place = self._store.event_index.get(request.path_params["id"])
        if place is None:
            raise missing("event", request.path_params["id"])
        return self._shapes.event(self._store.events[place])


async def _refuse(_: Request, refused: Exception) -> Response:
    if not isinstance(refused, Refused):
        raise refused
    return refused.response


async def _unknown_url(request: Request, _: Exception) -> Response:
    message = f"Unrecognized request URL ({request.method}: {request.url.path})."
    return answer(error_body("invalid_request_error", message), 404)
