"""Carry out payment retries: at most one charge follows from one attempt, whatever is killed, repeated or lost.

Each step is stored before the next begins: started before the first question, asked before the call that may take money.
The key of that call is the attempt's id, so whoever takes an attempt over asks the same question and not a second one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from stripe_webhooks.domain import fields
from stripe_webhooks.domain.attribution import TELLING, follows_from
from stripe_webhooks.domain.fields import Json
from stripe_webhooks.domain.invoice_states import SKEW, judge_after, judge_before, judge_paid, judge_processing
from stripe_webhooks.domain.pay_answers import Verdict, judge
from stripe_webhooks.domain.retries import Execution, Outcome, Patience, Span
from stripe_webhooks.ports import Clock, Gateway, Listing, ProviderDown, Rejected
from stripe_webhooks.ports.retries import Executions, NotAsked, Payments
from stripe_webhooks.usecases.settled import settled

EXPAND = ("payments.data.payment.payment_intent",)
GONE = Outcome("refused", "gateway_invoice_unknown")
UNREACHED = Outcome("refused", "gateway_unreachable")
SAID_TO_BE_PAID = Outcome("unknown", "said_to_be_paid")
CHANGED = Outcome("unknown", "changed_meanwhile", needs_person=True)
EVENT_PAGES_MAX = 20
"""Of events that may tell whose a payment was; beyond them nobody is sure, and it is looked at again."""
Look = Callable[[str], Awaitable[None]]
"""Re-reads a gateway invoice and announces it; never raises."""
Tell = Callable[["Outcome | None", "str | None"], None]
"""Is told each new outcome once it is stored, and any alarm."""


@dataclass(frozen=True, slots=True)
class CarryOut:
    """One turn at one attempt."""

    executions: Executions
    payments: Payments
    gateway: Gateway
    look: Look
    tell: Tell
    patience: Patience
    clock: Clock

    async def __call__(self) -> bool:
        """Take a turn at what is due first; False when nothing is.

        Raises:
            ClaimLost: another replica has it now; nothing more of this turn was stored.
            TimeoutError: the turn took longer than the claim lasts; another turn follows.
        """
        execution = await self.executions.claim()
        if execution is None:
            return False
        try:
            async with asyncio.timeout(self.patience.turn_s):
                outcome = await self._turn(execution)
        except asyncio.CancelledError:
            await self.executions.release(execution, again_in_s=0)
            raise
        except Exception:
            # Whatever it was must not be met again at once, for ever.
            await self.executions.release(execution, again_in_s=self._pause_s(execution))
            raise
        if outcome is not None and (outcome.final or outcome.state == "processing"):
            await self.look(execution.gateway_invoice_id)
        return True

    async def _turn(self, execution: Execution) -> Outcome | None:
        """What was stored; None when nothing new was learned."""
        now = self.clock()
        if execution.state == "received":
            if now - execution.requested_at > self.patience.unstarted:
                return await self._end(execution, Outcome("refused", "expired"))
            if not await self.executions.start(execution, now):
                return await self._end(execution, Outcome("refused", "attempt_open"))
            execution = replace(execution, state="started", started_at=now)
        age = now - (execution.started_at or now)
        if execution.state == "processing" or execution.needs_person:
            return await self._only_read(execution)
        if execution.unclear and age > self.patience.ask_again:
            return await self._only_read(execution)
        if not execution.unclear and age > self.patience.reach:
            return await self._end(execution, UNREACHED)
        return await self._pay(execution)

    async def _pay(self, execution: Execution) -> Outcome | None:
        """Read; then pay if the invoice still is what was confirmed, or ask again what was asked before."""
        try:
            invoice = await self._read(execution)
        except (ProviderDown, Rejected):
            return await self._later(execution, None)
        standing = judge_before(invoice, execution) if invoice else GONE
        if standing is not None:
            if execution.unclear:
                return await self._not_asked_again(execution, invoice, standing)
            return await self._end(execution, standing)
        now = self.clock()
        await self.executions.ask(execution, now)
        first = execution.asked_at or now
        asked = replace(execution, asked_at=first, last_asked_at=now, tries=execution.tries + 1)
        try:
            answer = await self.payments.pay(execution.gateway_invoice_id, key=execution.attempt_id)
        except NotAsked:
            return await self._later(asked, None)
        verdict = _weighed(asked, judge(answer), fields.text(invoice, "hosted_invoice_url") if invoice else None)
        return await self._follow(asked, verdict)

    async def _not_asked_again(self, execution: Execution, invoice: Json | None, standing: Outcome) -> Outcome | None:
        """Of an attempt without an answer whose invoice is no longer what was confirmed.

        The key only repeats the answer to a call that arrived. One that was lost on its way would take what remains now,
        which nobody has confirmed: so nothing is asked, and the invoice is read for what the earlier call came to.
        """
        if invoice is not None and standing.state == "already_paid":
            return await self._found_paid(execution, invoice)
        try:
            found = await self._shown_by(invoice, execution) if invoice else None
        except (ProviderDown, Rejected):
            return await self._later(execution, None)
        if found is not None:
            return await self._end(execution, found)
        called = self.patience.called(execution)
        if standing.reason == "payment_in_progress" or (called and self.clock() <= called.until):
            # It may be ours that is under way, or still to be carried out.
            return await self._later(execution, None)
        return await self._rest(execution, CHANGED, None)

    async def _follow(self, execution: Execution, verdict: Verdict) -> Outcome | None:
        match verdict.then:
            case "ask":
                return await self._later(execution, verdict)
            case "read":
                return await self._read_first(execution, verdict)
            case "settle" | "person":
                return await self._end(execution, verdict.outcome, verdict.alarm)

    async def _read_first(self, execution: Execution, verdict: Verdict) -> Outcome | None:
        """The invoice decides; where it says nothing of a payment, the answer holds, if it was a definite one."""
        try:
            invoice = await self._read(execution)
        except (ProviderDown, Rejected):
            return await self._later(execution, verdict)
        if invoice is not None and fields.text(invoice, "status") == "paid":
            # This call did not pay; an earlier one of ours without an answer may have.
            return await self._found_paid(execution, invoice)
        if verdict.outcome.final:
            return await self._end(execution, verdict.outcome, verdict.alarm)
        return await self._later(execution, verdict)

    async def _found_paid(self, execution: Execution, invoice: Json) -> Outcome | None:
        """Of an attempt that may have been carried out: the invoice is paid, by us or by somebody else."""
        try:
            outcome = await self._attributed(execution, judge_paid(invoice, called=self.patience.called(execution)))
        except (ProviderDown, Rejected):
            return await self._later(execution, None)
        if outcome is None:
            return await self._rest(execution, SAID_TO_BE_PAID, self._pause_s(execution))
        return await self._end(execution, outcome)

    async def _shown_by(self, invoice: Json, execution: Execution) -> Outcome | None:
        """What became of an attempt at which nothing is asked any more; None: neither invoice nor events tell."""
        if execution.state == "processing":
            return judge_processing(invoice)
        found = judge_after(invoice, called=self.patience.called(execution))
        return await self._attributed(execution, found) if found else None

    async def _attributed(self, execution: Execution, found: Outcome) -> Outcome | None:
        """A payment that may be ours is ours where an event names our key; None: the gateway has not told yet."""
        called = self.patience.called(execution)
        if found.state not in {"succeeded", "processing"} or called is None:
            return found
        events = await self._events(called)
        ours = follows_from(events, key=execution.attempt_id, gateway_invoice_id=execution.gateway_invoice_id)
        if ours is None:
            return None
        return found if ours else Outcome("already_paid")

    async def _events(self, called: Span) -> list[Json]:
        events: list[Json] = []
        for _ in range(EVENT_PAGES_MAX):
            after = fields.text(events[-1], "id") if events else None
            page = await self.gateway.page(telling_events(called), after=after, priority="person")
            events += page.items
            if not page.more or not page.items:
                break
        return events

    async def _only_read(self, execution: Execution) -> Outcome | None:
        """Nothing is asked any more: the invoice tells, or a person must find out."""
        processing = execution.state == "processing"
        begun = execution.asked_at or execution.started_at or self.clock()
        try:
            invoice = await self._read(execution)
            found = await self._shown_by(invoice, execution) if invoice else None
        except (ProviderDown, Rejected):
            return await self._rest(execution, None, self._pause_s(execution))
        if found is not None and found.final:
            return await self._end(execution, found)
        patient = self.clock() - begun <= self.patience.processing
        if patient and (processing or found is not None):
            return await self._rest(execution, found, self._pause_s(execution))
        if execution.needs_person:
            return await self._rest(execution, None, None)
        unknown = Outcome("unknown", "still_processing" if processing else "no_answer", needs_person=True)
        return await self._rest(execution, unknown, None)

    async def _later(self, execution: Execution, verdict: Verdict | None) -> Outcome | None:
        """Another turn, after a pause. `verdict` None: nothing was asked in this one.

        While nothing can have been carried out the attempt stays as it was. Once something may have been, it is unknown
        until an answer or the invoice tells.
        """
        unclear = execution.unclear or (verdict is not None and verdict.executed is None)
        if unclear:
            outcome = verdict.outcome if verdict else None
            return await self._rest(execution, outcome, self._pause_s(execution), unclear=True, alarm=_alarm(verdict))
        return await self._rest(execution, None, self._pause_s(execution), alarm=_alarm(verdict))

    async def _end(self, execution: Execution, outcome: Outcome, alarm: str | None = None) -> Outcome | None:
        """A state that nothing, or only a later look, follows."""
        again = self._pause_s(execution) if outcome.state == "processing" else None
        return await self._rest(execution, outcome, again, alarm=alarm)

    async def _rest(
        self,
        execution: Execution,
        outcome: Outcome | None,
        again_in_s: float | None,
        *,
        unclear: bool | None = None,
        alarm: str | None = None,
    ) -> Outcome | None:
        before = (execution.state, execution.reason, execution.needs_person)
        news = outcome is not None and before != (outcome.state, outcome.reason, outcome.needs_person)
        await self.executions.rest(
            execution,
            outcome if news else None,
            unclear=execution.unclear if unclear is None else unclear,
            again_in_s=again_in_s,
            announce=settled(execution, outcome, self.clock()) if outcome is not None and news else None,
        )
        if news or alarm:
            self.tell(outcome if news else None, alarm)
        return outcome if news else None

    def _pause_s(self, execution: Execution) -> float:
        return self.patience.pause_s(execution.looks)

    async def _read(self, execution: Execution) -> Json | None:
        return await self.gateway.one("invoices", execution.gateway_invoice_id, expand=EXPAND, priority="person")


def telling_events(called: Span) -> Listing:
    """What the gateway tells of payments while one of our calls may have been carried out."""
    since, until = int((called.since - SKEW).timestamp()), int((called.until + SKEW).timestamp())
    types = ((f"types[{place}]", name) for place, name in enumerate(TELLING))
    return Listing("events", (("created[gte]", str(since)), ("created[lte]", str(until)), *types))


def _alarm(verdict: Verdict | None) -> str | None:
    return verdict.alarm if verdict else None


def _weighed(execution: Execution, verdict: Verdict, hosted_url: str | None) -> Verdict:
    """The verdict in the light of what came before.

    Where an earlier call may have been carried out, being turned away for our key or for the invoice's sake says nothing
    about that call: it may have been made to another account.
    """
    outcome = verdict.outcome
    if outcome.state == "needs_customer" and outcome.hosted_url is None:
        return replace(verdict, outcome=replace(outcome, hosted_url=hosted_url))
    if execution.unclear and outcome.state == "refused":
        return replace(verdict, outcome=replace(outcome, state="unknown"), then="ask")
    return verdict
