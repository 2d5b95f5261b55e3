"""Every sentence about retries. Nothing that is unknown is called a success or a failure."""

from __future__ import annotations

from datetime import datetime

from dashboard_api.domain.retries import Attempt, Failure, Gateway, Invoice, Reason, State

WAITING_S = 15
"""A request that waits longer than this is said to wait."""

_REASONS: dict[Reason, str] = {
    Reason.READ_ONLY_MODE: "Trueup is in read-only mode; no payment can be asked for.",
    Reason.NO_GATEWAY_INVOICE: "There is no Stripe invoice for it, so Stripe cannot take the payment.",
    Reason.NEEDS_PERSON: "An earlier attempt has no clear outcome. Look it up in Stripe first; until then nothing more "
    "is tried.",
    Reason.ATTEMPT_OPEN: "An attempt is under way.",
    Reason.NOT_OPEN: "The invoice is not open: a payment can only be taken for an open one.",
    Reason.NOTHING_REMAINING: "Nothing is left to be paid in Stripe.",
    Reason.PAID_IN_LEDGER: "QuickBooks already shows a payment that Stripe does not know of; a retry would take it "
    "twice.",
    Reason.CANNOT_JUDGE: "A source of this account is not known completely, so it cannot be said what is still owed.",
    Reason.SOURCE_STALE: "What is known of QuickBooks or Stripe is too old to charge upon. Refresh, then try again.",
    Reason.GATEWAY_SILENT: "Stripe does not answer right now. This can be tried again once it does.",
    Reason.NO_PAYMENT_METHOD: "The customer has no payment method in Stripe.",
    Reason.HARD_DECLINE_SAME_CARD: "The bank refused this card for good. Ask the customer for another one.",
    Reason.SCHEDULED_ATTEMPT_NEAR: "Stripe tries by itself about now. Wait for its outcome.",
    Reason.ATTEMPTS_USED_UP: "It was tried as often as the card networks allow. Ask the customer for another way to pay.",
}

_STATES: dict[State, str] = {
    State.PROCESSING: "Stripe is working on it. Some payments take days; nothing will be charged twice.",
    State.SUCCEEDED: "The payment went through.",
    State.ALREADY_PAID: "The invoice was already paid in Stripe; nothing was charged.",
    State.NEEDS_CUSTOMER: "The bank wants the customer to confirm the payment; nothing was charged.",
    State.UNKNOWN: "Stripe has not answered yet. We keep asking; nothing will be charged twice.",
}
_NEEDS_PERSON = (
    "Stripe gave no clear answer, so nobody knows whether the payment went through. Look it up in Stripe; until then "
    "nothing more is tried."
)
_CHANGED_MEANWHILE = (
    "The first call to Stripe had no answer, and the invoice has changed since the payment was confirmed, so it was not "
    "asked again. Look in Stripe whether anything was charged; until then nothing more is tried."
)
_FAILED = "The payment did not go through."

_DECLINES: dict[str | None, str] = {
    "insufficient_funds": "the card has not enough money on it",
    "expired_card": "the card has expired",
    "incorrect_cvc": "the card's security code is wrong",
    "incorrect_number": "the card's number is wrong",
    "incorrect_zip": "the card's postal code is wrong",
    "invalid_account": "the card or its account is not valid",
    "lost_card": "the card is reported lost",
    "stolen_card": "the card is reported stolen",
    "pickup_card": "the bank has blocked the card",
    "restricted_card": "the card cannot be used for this",
    "card_velocity_exceeded": "the card has reached a limit",
    "withdrawal_count_limit_exceeded": "the card has reached a limit",
    "card_not_supported": "the card does not allow this kind of payment",
    "currency_not_supported": "the card does not take this currency",
    "transaction_not_allowed": "the bank does not allow this kind of payment",
    "revocation_of_authorization": "the customer has withdrawn the permission to charge the card",
    "revocation_of_all_authorizations": "the customer has withdrawn the permission to charge the card",
    "highest_risk_level": "Stripe blocked it as too risky",
    "fraudulent": "the bank suspects fraud",
    "do_not_honor": "the bank refused without a reason",
    "generic_decline": "the bank refused without a reason",
    "card_declined": "the bank refused the card",
    "call_issuer": "the bank refused; the customer must call it",
    "try_again_later": "the bank could not answer",
    "processing_error": "the bank could not process it",
    "issuer_not_available": "the bank could not be reached",
    "authentication_required": "the bank wants the customer to confirm it",
    "no_payment_method": "the customer has no payment method in Stripe",
}
_ADVICE: dict[str | None, str] = {
    "do_not_try_again": "Do not try this card again; ask for another one.",
    "try_again_later": "Trying again later may work.",
    "confirm_card_data": "Ask the customer to check the card's data.",
}

_REFUSED: dict[str, str] = {
    "expired": "It waited too long to be sent and was dropped",
    "attempt_open": "Another attempt at this invoice was under way",
    "not_open": "The invoice is no longer open in Stripe",
    "nothing_remaining": "Nothing is left to be paid in Stripe",
    "amount_changed": "What is left to be paid has changed since it was asked for",
    "payment_in_progress": "Stripe is already working on a payment of this invoice",
    "gateway_invoice_unknown": "Stripe does not know the invoice",
    "other_customer": "The invoice belongs to another customer in Stripe",
    "unreadable_invoice": "What Stripe says of the invoice could not be read",
    "dismissed": "Somebody has looked it up in Stripe",
    "gateway_unreachable": "Stripe could not be reached in time",
    "gateway_refuses_us": "Stripe does not let Trueup take payments; an administrator must look at the connection",
}


def reason_text(reason: Reason, invoice: Invoice | None = None) -> str:
    """Why the button is off."""
    gateway = invoice.gateway if invoice else None
    if reason is Reason.PAID_IN_LEDGER and gateway and gateway.ledger_remaining_minor > 0:
        return (
            "QuickBooks shows less left to be paid than Stripe would take; a retry would take a part of it twice. "
            "Bring the two into agreement first."
        )
    if reason is Reason.HARD_DECLINE_SAME_CARD and gateway and gateway.method and gateway.method.last4:
        return f"The bank refused the card ending in {gateway.method.last4} for good. Ask the customer for another one."
    if reason is Reason.SCHEDULED_ATTEMPT_NEAR and gateway and gateway.next_attempt_at:
        return f"Stripe tries by itself at {_clock(gateway)} UTC. Wait for its outcome."
    return _REASONS[reason]


def _clock(gateway: Gateway) -> str:
    assert gateway.next_attempt_at is not None  # noqa: S101  asked by the caller
    return gateway.next_attempt_at.strftime("%H:%M")


def attempt_text(attempt: Attempt, now: datetime) -> str:
    """How the attempt stands, in one or two plain sentences."""
    match attempt.state:
        case State.REQUESTED:
            return _requested(attempt, now)
        case State.NEEDS_CUSTOMER:
            return _STATES[attempt.state] + (" Send the customer the link." if attempt.hosted_url else "")
        case State.FAILED:
            return _failed(attempt)
        case State.REFUSED:
            why = _REFUSED.get(attempt.reason or "", "It could not be sent to Stripe")
            return f"{why}; nothing was charged."
        case _:
            return _unclear(attempt) if attempt.needs_person else _STATES[attempt.state]


def _unclear(attempt: Attempt) -> str:
    return _CHANGED_MEANWHILE if attempt.reason == "changed_meanwhile" else _NEEDS_PERSON


def _requested(attempt: Attempt, now: datetime) -> str:
    waited_s = int((now - attempt.requested_at).total_seconds())
    if waited_s < WAITING_S:
        return "On its way to Stripe."
    waited = f"{waited_s} seconds" if waited_s < 60 else _minutes(waited_s // 60)
    return f"Waiting to be sent to Stripe for {waited}; nothing has been charged."


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def decline_text(failure: Failure) -> str:
    """Why a payment was declined, by whomever it was tried, and what the bank advises."""
    why = _why(failure)
    said = f"{why[0].upper()}{why[1:]}." if why else failure.message or _FAILED
    return " ".join([said, *_advice(failure)])


def _failed(attempt: Attempt) -> str:
    failure = attempt.failure or Failure()
    why = _why(failure)
    return " ".join([f"{_FAILED[:-1]}: {why}." if why else _FAILED, *_advice(failure)])


def _why(failure: Failure) -> str | None:
    """The words of the most precise code that is known."""
    return next((_DECLINES[code] for code in (failure.decline_code, failure.code) if code in _DECLINES), None)


def _advice(failure: Failure) -> list[str]:
    return [_ADVICE[failure.advice_code]] if failure.advice_code in _ADVICE else []
