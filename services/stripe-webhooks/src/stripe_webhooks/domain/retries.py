"""One attempt to take a payment again: what was asked for, how it stands, and how long each kind of patience lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from stripe_webhooks.domain.snapshots import FailureSnapshot

State = Literal[
    "received", "started", "processing", "succeeded", "failed", "needs_customer", "already_paid", "refused", "unknown"
]
Refusal = Literal[
    "expired", "attempt_open", "not_open", "nothing_remaining", "amount_changed", "payment_in_progress",
    "gateway_invoice_unknown", "other_customer", "unreadable_invoice", "gateway_unreachable", "gateway_refuses_us",
    "dismissed",
]  # fmt: skip
"""Why nothing was charged; the API has words for each."""
Trouble = Literal["timeout", "connection"]
"""Why no answer came."""
Unclear = Literal[
    Trouble, "gateway_error", "in_progress", "locked", "rate_limited", "unexpected_answer", "said_to_be_paid",
    "key_used_differently", "changed_meanwhile", "no_answer", "still_processing",
]  # fmt: skip
"""Why it is not known what became of an attempt."""
FINAL: frozenset[State] = frozenset({"succeeded", "failed", "needs_customer", "already_paid", "refused"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt stands after a look or a call."""

    state: State
    reason: Refusal | Unclear | None = None
    """Of `refused` and `unknown`."""
    needs_person: bool = False
    failure: FailureSnapshot | None = None
    hosted_url: str | None = None
    payment_id: str | None = None
    request_id: str | None = None

    @property
    def final(self) -> bool:
        """Whether nothing can follow."""
        return self.state in FINAL


DISMISSED = Outcome("refused", "dismissed")
"""A person has seen at the gateway that nothing was charged."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The stored attempt. `claim` is the token under which it may be changed, and the version of what is announced."""

    attempt_id: str
    gateway_invoice_id: str
    client_id: str
    ref: str
    currency: str
    amount_minor: int
    """What the person confirmed; no other amount is taken, by the first call or by a repeat of it."""
    requested_by: str
    requested_at: datetime
    claim: int
    state: State = "received"
    reason: str | None = None
    needs_person: bool = False
    started_at: datetime | None = None
    """Stored before the first question to the gateway."""
    asked_at: datetime | None = None
    """Of the first call that may take money; stored before it."""
    last_asked_at: datetime | None = None
    """Of the last one."""
    tries: int = 0
    """Calls that may take money, so far."""
    looks: int = 0
    """Turns so far; the pauses between them grow with it."""
    unclear: bool = False
    """Whether a call may have been carried out without our having its answer."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to another, both included."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the use case goes on, and how it spaces its turns."""

    unstarted: timedelta = timedelta(minutes=2)
    """A command that waited longer than this before its start is refused: the person has long moved on."""
    reach: timedelta = timedelta(minutes=5)
    """While it is certain that nothing was carried out: a payment must not begin long after the click."""
    ask_again: timedelta = timedelta(hours=23)
    """The gateway may forget a key after 24 hours; asked later, the same key could take the money again."""
    carried_out: timedelta = timedelta(minutes=2)
    """How long after a call without an answer the gateway may still carry it out; what pays later is somebody else's."""
    processing: timedelta = timedelta(days=14)
    first_s: float = 1.0
    longest_s: float = 900.0
    turn_s: float = 30.0
    """One turn ends within it; a claim lasts longer."""

    def called(self, execution: Execution) -> Span | None:
        """When a call of the attempt may have been carried out without an answer; None: none may."""
        if not execution.unclear or execution.asked_at is None:
            return None
        return Span(execution.asked_at, (execution.last_asked_at or execution.asked_at) + self.carried_out)

    def pause_s(self, looks: int) -> float:
        """How long to wait after so many turns."""
        return float(min(self.longest_s, self.first_s * 2.0 ** min(looks, 20)))
