"""`POST /v1/invoices/{id}/pay`: the one command that moves money, with stored idempotency."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

from starlette.responses import Response

from trueup_sandbox.clock import DAY_MS
from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.stripe.expand import Expander, asked
from trueup_sandbox.providers.stripe.requests import Params, answer, error_body, invalid, missing, reject_unknown
from trueup_sandbox.providers.stripe.shapes import Shapes
from trueup_sandbox.world.billing import OPEN_GATEWAY
from trueup_sandbox.world.changes import StoredAnswer
from trueup_sandbox.world.paying import attempt, with_answer
from trueup_sandbox.world.records import GatewayInvoice
from trueup_sandbox.world.world import World

KNOWN = {"off_session", "payment_method", "source", "mandate", "forgive", "paid_out_of_band", "expand"}
KEY_LENGTH_MAX = 255


class Payer:
    """Pays invoices once per key."""

    def __init__(self, world: World, shapes: Shapes) -> None:
        self._world = world
        self._shapes = shapes
        self._expander = Expander(world.desk.store, shapes)
        self._keys: set[str] = set()
        self._invoices: set[str] = set()

    async def pay(self, invoice_id: str, params: Params, key: str | None) -> Response:
        """Try the card once; the same key gets the same answer for a day.

        Raises:
            Refused: a wrong parameter, an unknown invoice, a key in use or used for something else.
        """
        reject_unknown(params, KNOWN)
        if params.get("paid_out_of_band") == "true":
            raise invalid("This sandbox takes no out-of-band payments through the API.", param="paid_out_of_band")
        fingerprint = hashlib.sha256(json.dumps([invoice_id, params], sort_keys=True).encode()).hexdigest()
        if key is not None:
            replayed = self._replay(key, fingerprint)
            if replayed is not None:
                return replayed
        if invoice_id not in self._world.desk.store.gateway_invoices:
            raise missing("invoice", invoice_id)
        if invoice_id in self._invoices:
            message = "This object cannot be accessed right now because another API request is accessing it."
            raise invalid(message, status=429, code="lock_timeout")
        return await self._once(invoice_id, params, key, fingerprint)

    def _replay(self, key: str, fingerprint: str) -> Response | None:
        if len(key) > KEY_LENGTH_MAX:
            raise invalid(f"Idempotency keys are at most {KEY_LENGTH_MAX} characters.")
        stored = self._world.memory.answers.get(key)
        if key in self._keys:
            message = "There is currently another in-progress request using this Idempotency Key."
            raise Refused(answer(error_body("idempotency_error", message, code="idempotency_key_in_use"), 409))
        if stored is None or stored.at_ms < self._world.clock.read() - DAY_MS:
            return None
        if stored.fingerprint != fingerprint:
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
            )
            raise Refused(answer(error_body("idempotency_error", message), 400))
        return answer(self._render(stored), stored.status, **{"Idempotent-Replayed": "true"})

    async def _once(self, invoice_id: str, params: Params, key: str | None, fingerprint: str) -> Response:
        used = key or ""
        self._invoices.add(invoice_id)
        self._keys.add(used)
        try:
            await asyncio.sleep(self._world.scenario.live.pay_latency_ms / 1000)
            invoice = self._world.desk.store.gateway_invoices.get(invoice_id)
            stored = self._execute(invoice, params, used, fingerprint)
        finally:
            self._invoices.discard(invoice_id)
            self._keys.discard(used)
        return answer(self._render(stored), stored.status)

    def _execute(self, invoice: GatewayInvoice, params: Params, key: str, fingerprint: str) -> StoredAnswer:
        at_ms = self._world.clock.stamp()
        if invoice.status not in OPEN_GATEWAY:
            text = "Invoice is already paid" if invoice.status == "paid" else "Voided invoices can't be paid."
            refusal = json.dumps(error_body("invalid_request_error", text))
            stored = StoredAnswer(key, fingerprint, 400, json.dumps({"literal": refusal}), at_ms)
            if key:
                self._world.remember_answer(stored)
            return stored
        change = attempt(self._world.desk, invoice, at_ms)
        payment = next(record for shelf, record in change.puts if shelf == "payments")
        recipe = {"invoice": invoice.id, "payment": payment.id, "expand": asked(params)}
        status = 200 if change.kind == "pay" else 402
        stored = StoredAnswer(key, fingerprint, status, json.dumps(recipe), at_ms)
        self._world.commit(with_answer(change, stored) if key else change)
        return stored

    def _render(self, stored: StoredAnswer) -> str:
        """The body, always made the same way from the world as it stood then."""
        recipe: dict[str, Any] = json.loads(stored.body)
        if "literal" in recipe:
            return str(recipe["literal"])
        store = self._world.desk.store
        if stored.status == 402:
            payment = store.payments.at(recipe["payment"], stored.at_ms)
            return json.dumps({"error": self._shapes.decline(payment) if payment else None})
        invoice = store.gateway_invoices.at(recipe["invoice"], stored.at_ms)
        if invoice is None:
            raise missing("invoice", recipe["invoice"])
        opened = any(path.split(".")[0] == "payments" for path in recipe["expand"])
        shape = self._shapes.invoice(invoice, as_of_ms=stored.at_ms, payments=opened)
        return json.dumps(self._expander.expand(shape, recipe["expand"], as_of_ms=stored.at_ms))
