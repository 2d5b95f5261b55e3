"""What the gateway's answer to "pay this invoice" means. One row of the table in one place; nothing here calls anything.

Decided by HTTP status and error code, never by the class an SDK release happens to raise. What we do not know is unclear,
never a success; only an answer that shows the invoice paid is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from stripe_webhooks.domain.fields import Json
from stripe_webhooks.domain.invoice_states import judge_answer
from stripe_webhooks.domain.payments import MESSAGE_CHARS_MAX
from stripe_webhooks.domain.retries import Outcome, Trouble, Unclear
from stripe_webhooks.domain.snapshots import FailureSnapshot

ACTION_CODES = frozenset(
    {"authentication_required", "invoice_payment_intent_requires_action", "payment_intent_action_required"}
)
_ALREADY_PAID = re.compile(r"\balready (been )?paid\b", re.IGNORECASE)
_NO_METHOD = re.compile(r"no attached payment source or default payment method", re.IGNORECASE)
_NO_METHOD_CODES = frozenset({"invoice_no_payment_method_types", "missing_payment_method"})

Then = Literal["settle", "read", "ask", "person"]
"""`settle`: that is how it stands. `read`: look at the invoice; it decides, and only if it says nothing new does this hold.
`ask`: the same question with the same key, later. `person`: nothing follows by itself."""


@dataclass(frozen=True, slots=True)
class PayAnswer:
    """What came back, without the SDK's types. `status` is None when nothing did."""

    status: int | None
    invoice: Json | None = None
    """Of a 200."""
    kind: str | None = None
    """`error.type`; None when the body is not an error object of the gateway's."""
    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None
    message: str | None = None
    trouble: Trouble | None = None
    """Why nothing came back."""
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means, and what follows."""

    outcome: Outcome
    then: Then = "settle"
    executed: bool | None = None
    """Whether the call was carried out; None: nobody knows, so no later answer may take its place."""
    alarm: str | None = None
    """Something that people must put right: `credentials` or `our_bug`."""


def judge(answer: PayAnswer) -> Verdict:
    """One row of the table."""
    if answer.status is None:
        return _unclear(answer, answer.trouble or "connection")
    if answer.status == 200:
        return _shown(answer)
    if answer.kind is None or answer.status >= 500:
        # Without the gateway's own error object it may be a proxy that speaks, after the call was passed on.
        return _unclear(answer, "gateway_error")
    if (verdict := _turned_away(answer) or _refused_by_card(answer) or _refused_as_asked(answer)) is not None:
        return verdict
    return _unclear(answer, "unexpected_answer")


def _shown(answer: PayAnswer) -> Verdict:
    """200: only what the invoice itself shows counts."""
    outcome = judge_answer(answer.invoice or {})
    if outcome is None:
        return _unclear(answer, "unexpected_answer")
    return Verdict(replace(outcome, request_id=answer.request_id), executed=True)


def _turned_away(answer: PayAnswer) -> Verdict | None:
    """Not carried out: too fast, locked, still running under the same key, or not let in."""
    if answer.status == 429:
        return _again(answer, "locked" if answer.code == "lock_timeout" else "rate_limited")
    if answer.status == 409:
        # The call that holds the key may yet succeed: only its own answer will tell.
        return _unclear(answer, "in_progress")
    if answer.status in {401, 403}:
        refused = Outcome("refused", "gateway_refuses_us", request_id=answer.request_id)
        return Verdict(refused, executed=False, alarm="credentials")
    if answer.kind == "idempotency_error":
        unknown = Outcome("unknown", "key_used_differently", needs_person=True, request_id=answer.request_id)
        return Verdict(unknown, "person", alarm="our_bug")
    return None


def _refused_by_card(answer: PayAnswer) -> Verdict | None:
    """The payment was tried, and there is no money: it failed, or the customer must act."""
    if answer.status in {400, 402} and (
        answer.code in ACTION_CODES or answer.decline_code == "authentication_required"
    ):
        outcome = Outcome("needs_customer", failure=_failure(answer), request_id=answer.request_id)
        return Verdict(outcome, executed=True)
    if answer.status == 402:
        return Verdict(Outcome("failed", failure=_failure(answer), request_id=answer.request_id), executed=True)
    return None


def _refused_as_asked(answer: PayAnswer) -> Verdict | None:
    """The request itself was refused: nothing was carried out, but the invoice may have moved meanwhile."""
    text = answer.message or ""
    if answer.status == 400 and _ALREADY_PAID.search(text):
        return Verdict(Outcome("unknown", "said_to_be_paid", request_id=answer.request_id), "read", executed=False)
    if answer.status == 400 and (_NO_METHOD.search(text) or answer.code in _NO_METHOD_CODES):
        failure = FailureSnapshot(code="no_payment_method", message=_short(answer.message))
        return Verdict(Outcome("failed", failure=failure, request_id=answer.request_id), executed=False)
    if answer.status == 404 and answer.code == "resource_missing":
        return Verdict(Outcome("refused", "gateway_invoice_unknown", request_id=answer.request_id), executed=False)
    if answer.status in {400, 404} and answer.kind == "invalid_request_error":
        failure = FailureSnapshot(code=answer.code or "rejected", message=_short(answer.message))
        return Verdict(Outcome("failed", failure=failure, request_id=answer.request_id), "read", executed=False)
    return None


def _again(answer: PayAnswer, reason: Unclear) -> Verdict:
    return Verdict(Outcome("unknown", reason, request_id=answer.request_id), "ask", executed=False)


def _unclear(answer: PayAnswer, reason: Unclear) -> Verdict:
    return Verdict(Outcome("unknown", reason, request_id=answer.request_id), "ask")


def _failure(answer: PayAnswer) -> FailureSnapshot:
    return FailureSnapshot(answer.code, answer.decline_code, answer.advice_code, _short(answer.message))


def _short(message: str | None) -> str | None:
    return message[:MESSAGE_CHARS_MAX] if message else None
