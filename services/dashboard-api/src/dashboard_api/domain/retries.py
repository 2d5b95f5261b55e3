"""Taking a payment again: what is known when somebody asks, and why it may not be asked.

Money moves at most once for each attempt, so everything that is missing, old or contradictory is a reason against.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """How an attempt stands."""

    REQUESTED = "requested"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NEEDS_CUSTOMER = "needs_customer"
    ALREADY_PAID = "already_paid"
    REFUSED = "refused"
    UNKNOWN = "unknown"


OPEN = frozenset({State.REQUESTED, State.PROCESSING, State.UNKNOWN})
"""Not decided yet. All others never change."""
PAID = frozenset({State.SUCCEEDED, State.ALREADY_PAID})


class Reason(StrEnum):
    """Why the payment cannot be taken again now."""

    READ_ONLY_MODE = "read_only_mode"
    NO_GATEWAY_INVOICE = "no_gateway_invoice"
    NEEDS_PERSON = "needs_person"
    ATTEMPT_OPEN = "attempt_open"
    NOT_OPEN = "not_open"
    NOTHING_REMAINING = "nothing_remaining"
    PAID_IN_LEDGER = "paid_in_ledger"
    CANNOT_JUDGE = "cannot_judge"
    SOURCE_STALE = "source_stale"
    GATEWAY_SILENT = "gateway_silent"
    NO_PAYMENT_METHOD = "no_payment_method"
    HARD_DECLINE_SAME_CARD = "hard_decline_same_card"
    SCHEDULED_ATTEMPT_NEAR = "scheduled_attempt_near"
    ATTEMPTS_USED_UP = "attempts_used_up"


HARD_DECLINES = frozenset(
    {
        "incorrect_number",
        "lost_card",
        "pickup_card",
        "stolen_card",
        "revocation_of_authorization",
        "revocation_of_all_authorizations",
        "highest_risk_level",
        "transaction_not_allowed",
    }
)
"""The codes for which Stripe itself tries no further, but for `authentication_required`: a retry of that one ends with
the link where the customer can act, which is what the account manager wants. An expired card may have been renewed by
the bank under the same number, so it is no hard decline."""
NEVER_AGAIN = "do_not_try_again"

ROUNDING_MINOR = 1
"""Tax may differ by one between the systems; that is no payment."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the person who runs the service decides."""

    guard: timedelta
    """No attempt this close to one that Stripe makes by itself."""
    expired_after: timedelta
    """A source older than this cannot be judged upon."""
    attempts_max: int = 10
    """So many of our own attempts at one invoice within the window. Stripe's own ones follow their own schedule and
    are not counted; the card networks' limits, which sources give as 10, 15 or 20 in 30 days, count both."""
    attempts_window: timedelta = timedelta(days=30)
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """What a payment would be made with."""

    kind: str
    brand: str | None = None
    last4: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt did not work, in the gateway's words, and what it was made with."""

    code: str | None = None
    decline_code: str | None = None
    advice_code: str | None = None
    message: str | None = None
    method: Method | None = None

    @property
    def hard(self) -> bool:
        """Whether the same card will never do."""
        return self.advice_code == NEVER_AGAIN or not HARD_DECLINES.isdisjoint({self.code, self.decline_code})


@dataclass(frozen=True, slots=True)
class Gateway:
    """The gateway's side of an invoice."""

    ref: str
    """The gateway's customer."""
    status: str
    currency: str
    remaining_minor: int | None
    """What a retry takes: always the whole of it."""
    ledger_remaining_minor: int
    """What the ledger says is left; with less than the gateway's, something was paid elsewhere."""
    attempt_count: int | None
    next_attempt_at: datetime | None
    method: Method | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of the ledger with its gateway's side, if it has one."""

    client_id: str
    gateway_invoice_id: str | None
    number: str | None
    status: str
    currency: str
    total_minor: int
    gateway: Gateway | None


@dataclass(frozen=True, slots=True)
class Source:
    """How far one source is known for the account, as of now."""

    name: str
    state: str
    as_of: datetime | None
    silent: bool = False
    """The last reading of it failed: what is known may be young enough, but the source does not answer."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, as it stands."""

    attempt_id: str
    client_id: str
    gateway_invoice_id: str
    ref: str
    invoice_number: str | None
    amount_minor: int
    currency: str
    method: Method | None
    requested_by: str
    requested_at: datetime
    state: State = State.REQUESTED
    needs_person: bool = False
    reason: str | None = None
    failure: Failure | None = None
    hosted_url: str | None = None
    started_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def final(self) -> bool:
        """Whether nothing changes any more."""
        return self.state not in OPEN


def why_not(
    invoice: Invoice, sources: Iterable[Source], attempts: Sequence[Attempt], *, policy: Policy, now: datetime
) -> Reason | None:
    """The first thing that stands against taking the payment again; None when nothing does.

    `attempts` are those of this gateway invoice.
    """
    gateway = invoice.gateway
    if policy.read_only:
        return Reason.READ_ONLY_MODE
    if gateway is None or invoice.gateway_invoice_id is None:
        return Reason.NO_GATEWAY_INVOICE
    known = {source.name: source for source in sources}
    return (
        _open_attempt(attempts)
        or _nothing_to_take(invoice, gateway)
        or _just_paid(known.get("stripe"), attempts)
        or _cannot_judge(invoice, gateway, known, policy, now)
        or _card(gateway, attempts)
        or _schedule(gateway, policy, now)
        or _used_up(attempts, policy, now)
    )


def open_attempt(attempts: Iterable[Attempt]) -> Attempt | None:
    """The one that is not decided yet."""
    return next((each for each in attempts if not each.final), None)


def _open_attempt(attempts: Sequence[Attempt]) -> Reason | None:
    found = open_attempt(attempts)
    if found is None:
        return None
    return Reason.NEEDS_PERSON if found.needs_person else Reason.ATTEMPT_OPEN


def _nothing_to_take(invoice: Invoice, gateway: Gateway) -> Reason | None:
    if gateway.status != "open" or invoice.status in {"void", "draft"}:
        return Reason.NOT_OPEN
    if gateway.remaining_minor is None:
        return Reason.CANNOT_JUDGE
    if gateway.remaining_minor <= 0:
        return Reason.NOTHING_REMAINING
    if gateway.ledger_remaining_minor <= 0:
        return Reason.PAID_IN_LEDGER
    # A retry takes the whole rest. Where the ledger has heard of money that the gateway has not, that is too much.
    moved = gateway.ledger_remaining_minor < invoice.total_minor
    if moved and gateway.remaining_minor - gateway.ledger_remaining_minor > ROUNDING_MINOR:
        return Reason.PAID_IN_LEDGER
    return None


def _just_paid(stripe: Source | None, attempts: Sequence[Attempt]) -> Reason | None:
    """An attempt took the payment, and what is known of the gateway is older than that."""
    taken = [each.settled_at for each in attempts if each.state in PAID and each.settled_at]
    as_of = stripe.as_of if stripe else None
    return Reason.NOTHING_REMAINING if taken and (as_of is None or as_of <= max(taken)) else None


def _cannot_judge(
    invoice: Invoice, gateway: Gateway, sources: dict[str, Source], policy: Policy, now: datetime
) -> Reason | None:
    if gateway.currency != invoice.currency or not {"quickbooks", "stripe"} <= sources.keys():
        return Reason.CANNOT_JUDGE
    for source in sources.values():
        if source.state not in {"complete", "stale"} or source.as_of is None:
            return Reason.CANNOT_JUDGE
        if now - source.as_of > policy.expired_after:
            return Reason.CANNOT_JUDGE
    # Usage that is some minutes old changes nothing about what an issued invoice still asks for.
    if any(sources[name].state == "stale" for name in ("quickbooks", "stripe")):
        return Reason.SOURCE_STALE
    return Reason.GATEWAY_SILENT if sources["stripe"].silent else None


def _card(gateway: Gateway, attempts: Sequence[Attempt]) -> Reason | None:
    if gateway.method is None:
        return Reason.NO_PAYMENT_METHOD
    failures = [each.failure for each in attempts if each.failure is not None]
    failures += [gateway.failure] if gateway.failure is not None else []
    if any(failure.hard and _same_card(failure.method, gateway.method) for failure in failures):
        return Reason.HARD_DECLINE_SAME_CARD
    return None


def _same_card(failed: Method | None, now: Method) -> bool:
    """A card that is not known might be the same one."""
    return failed is None or failed.last4 is None or now.last4 is None or failed == now


def _schedule(gateway: Gateway, policy: Policy, now: datetime) -> Reason | None:
    """Shortly before it, two attempts would follow each other; shortly after it, one may be under way."""
    planned = gateway.next_attempt_at
    near = planned is not None and abs(planned - now) <= policy.guard
    return Reason.SCHEDULED_ATTEMPT_NEAR if near else None


def _used_up(attempts: Sequence[Attempt], policy: Policy, now: datetime) -> Reason | None:
    """What was refused never reached a bank and does not count."""
    since = now - policy.attempts_window
    made = [each for each in attempts if each.state is not State.REFUSED and each.requested_at > since]
    return Reason.ATTEMPTS_USED_UP if len(made) >= policy.attempts_max else None
