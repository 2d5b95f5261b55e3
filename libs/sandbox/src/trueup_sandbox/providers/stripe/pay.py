"""`POST /v1/invoices/{id}/pay`: the one command that moves money, with stored idempotency."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from trueup_sandbox.clock import DAY_MS
from trueup_sandbox.providers.gate import Refused
from trueup_sandbox.providers.stripe.expand import Expander, asked
from trueup_sandbox.providers.stripe.lost import Cut
from trueup_sandbox.providers.stripe.refusals import before_reading, refusal_of
from trueup_sandbox.providers.stripe.requests import Params, answer, error_body, invalid, missing, reject_unknown
from trueup_sandbox.providers.stripe.script import Script, Step, decline_of
from trueup_sandbox.providers.stripe.shapes import Shapes
from trueup_sandbox.world.billing import OPEN_GATEWAY
from trueup_sandbox.world.changes import Change, StoredAnswer
from trueup_sandbox.world.paying import attempt, process, refuse, settle_processing, wire, with_answer
from trueup_sandbox.world.records import GatewayInvoice
from trueup_sandbox.world.world import World

KNOWN = {"off_session", "payment_method", "source", "mandate", "forgive", "paid_out_of_band", "expand"}
KEY_LENGTH_MAX = 255
CHARGED = "pay.charged."
"""Prefix of the counters of real charges, one for each invoice."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to pay."""

    invoice_id: str
    params: Params
    key: str
    fingerprint: str


class Payer:
    """Pays invoices once per key; each answer can be ordered beforehand."""

    def __init__(self, world: World, shapes: Shapes, counters: Counter[str]) -> None:
        self._world = world
        self._shapes = shapes
        self._expander = Expander(world.desk.store, shapes)
        self._counters = counters
        self._keys: set[str] = set()
        self._invoices: set[str] = set()
        self.script = Script()
        self.guarded = True
        """Whether a paid invoice refuses another payment; without it only the key keeps a caller from paying twice."""

    async def pay(self, invoice_id: str, params: Params, key: str | None) -> Response:
        """Try the card once; the same key gets the same answer for a day.

        Raises:
            Refused: a wrong parameter, an unknown invoice, a key in use or used for something else.
        """
        self._counters["pay.calls"] += 1
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
        step = self.script.next(invoice_id)
        if step is not None:
            before_reading(step, invoice_id)
        return await self._once(Call(invoice_id, params, key or "", fingerprint), step)

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

    async def _once(self, call: Call, step: Step | None) -> Response:
        self._invoices.add(call.invoice_id)
        self._keys.add(call.key)
        try:
            await asyncio.sleep(self._world.scenario.live.pay_latency_ms / 1000)
            return await self._played(call, step)
        finally:
            self._invoices.discard(call.invoice_id)
            self._keys.discard(call.key)

    async def _played(self, call: Call, step: Step | None) -> Response:
        """Carry it out as ordered, or not; and let the answer through, or not."""
        name = step.answer if step else "paid"
        if step is not None and name in {"timeout_before", "late"}:
            await asyncio.sleep(step.hold_s)
        if name in {"timeout_before", "cut_before"}:
            return Cut()
        if name == "error_before":
            raise Refused(answer(error_body("api_error", "An error occurred on our side."), 500))
        stored = self._execute(call, step)
        if step is not None and name == "timeout_after":
            await asyncio.sleep(step.hold_s)
        if name in {"timeout_after", "cut_after"}:
            return Cut()
        return answer(self._render(stored), stored.status)

    def _execute(self, call: Call, step: Step | None) -> StoredAnswer:
        at_ms = self._world.clock.stamp()
        invoice = self._world.desk.store.gateway_invoices.get(call.invoice_id)
        if step is not None and step.answer == "already_paid" and invoice.status in OPEN_GATEWAY:
            # Somebody else was quicker, by a moment.
            invoice = next(one for _, one in self._commit_wire(invoice, at_ms) if isinstance(one, GatewayInvoice))
            at_ms = self._world.clock.stamp()
        if invoice.status not in OPEN_GATEWAY:
            return self._too_late(call, invoice, at_ms)
        change, payment = self._change(invoice, step, at_ms)
        if change is None:
            return self._keep(call, 400, refusal_of(step), at_ms)
        recipe = {"invoice": invoice.id, "payment": payment, "expand": asked(call.params)}
        status = 402 if change.kind == "decline" else 200
        body = json.dumps(recipe)
        if step is not None and step.answer == "error_after":
            status, body = 500, _literal("api_error", "An error occurred on our side.")
        stored = StoredAnswer(call.key, call.fingerprint, status, body, at_ms)
        self._world.commit(with_answer(change, stored) if call.key else change)
        if change.kind == "pay":
            self._counters[CHARGED + invoice.id] += 1
        if step is not None and change.kind == "process" and step.settles_after_s is not None:
            asyncio.get_running_loop().call_later(step.settles_after_s, self.settle, invoice.id, step.settles)
        return stored

    def _commit_wire(self, invoice: GatewayInvoice, at_ms: int) -> tuple[tuple[str, Any], ...]:
        return self._world.commit(wire(self._world.desk, invoice, at_ms)).puts

    def _too_late(self, call: Call, invoice: GatewayInvoice, at_ms: int) -> StoredAnswer:
        if invoice.status == "paid" and not self.guarded:
            # What a gateway without a guard of its own would have taken: a charge too many.
            self._counters[CHARGED + invoice.id] += 1
            recipe = {"invoice": invoice.id, "expand": asked(call.params)}
            stored = StoredAnswer(call.key, call.fingerprint, 200, json.dumps(recipe), at_ms)
            self._world.remember_answer(stored)
            return stored
        text = "Invoice is already paid" if invoice.status == "paid" else "Voided invoices can't be paid."
        return self._keep(call, 400, _literal("invalid_request_error", text), at_ms)

    def _change(self, invoice: GatewayInvoice, step: Step | None, at_ms: int) -> tuple[Change | None, str]:
        """What is carried out, and the payment it is about; None: nothing, the request is refused."""
        desk = self._world.desk
        if step is not None and step.answer in {"no_payment_method", "new_code"}:
            return None, ""
        decline = decline_of(step) if step is not None else None
        if decline is not None:
            change = refuse(desk, invoice, at_ms, decline)
        elif step is not None and step.answer == "processing":
            change = process(desk, invoice, at_ms)
        else:
            change = attempt(desk, invoice, at_ms, card=None if step is None else "fine")
        return change, next(record.id for shelf, record in change.puts if shelf == "payments")

    def settle(self, invoice_id: str, how: str) -> bool:
        """Let a processing payment come to its end; False when there is none."""
        change = settle_processing(self._world.desk, invoice_id, self._world.clock.stamp(), succeeds=how == "succeeded")
        if change is None:
            return False
        self._world.commit(change)
        if how == "succeeded":
            self._counters[CHARGED + invoice_id] += 1
        return True

    def charges(self) -> dict[str, int]:
        """Real charges through this call, by invoice."""
        return {
            name.removeprefix(CHARGED): number for name, number in self._counters.items() if name.startswith(CHARGED)
        }

    def _keep(self, call: Call, status: int, body: str, at_ms: int) -> StoredAnswer:
        stored = StoredAnswer(call.key, call.fingerprint, status, body, at_ms)
        if call.key:
            self._world.remember_answer(stored)
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


def _literal(kind: str, text: str) -> str:
    return json.dumps({"literal": json.dumps(error_body(kind, text))})
