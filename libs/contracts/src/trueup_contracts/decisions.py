"""What people decided about an account. Each decision is a fact of its own: an undo is another one that names it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from trueup_billing import join_key
from trueup_contracts.envelope import CurrencyCode, Event, Instant, Part, SourceName

DecisionKind = Literal["resolve", "snooze", "review", "sign_off", "accept_partial", "undo"]


class Figures(Part):
    """What the person saw of a month, as it was served. Frozen: it is compared with what the month says later."""

    currency: CurrencyCode | None = None
    expected_minor: int | None = None
    billed_minor: int | None = None
    """After the credits applied to it."""
    band: str
    policy_version: int


class Balances(Part):
    """What the person saw that is left of an invoice, in QuickBooks and in Stripe; frozen like figures."""

    number: str | None = None
    ledger_minor: int
    gateway_minor: int


class Mark(Part):
    """How far a source was known when the figures were seen."""

    source: SourceName
    as_of: Instant


class DecisionRecordedV1(Event):
    """One decision. `version` orders all decisions of one account."""

    topic: ClassVar[str] = "trueup.decisions.recorded.v1"
    type: ClassVar[str] = "trueup.decisions.recorded.v1"

    client_id: str
    decision_id: str
    kind: DecisionKind
    period_start: date | None = None
    """The first day of the month that it is about, if it is about a month."""
    figures: Figures | None = None
    """Of whatever is about a month."""
    document_id: str | None = None
    """Of a decision about an invoice that is paid in one system and open in the other."""
    balances: Balances | None = None
    """Of the same; absent where nobody tells the two apart any more."""
    marks: list[Mark] = []
    """Of `sign_off`: the sources behind the frozen figures."""
    until: date | None = None
    """Of `snooze`: the first day, in the account's zone, on which it is over; absent: until the figures change."""
    source: SourceName | None = None
    """Of `accept_partial`, whose incomplete data count nevertheless, and of its undo."""
    missing: str | None = None
    """Of `accept_partial`: a name of what was missing; once something else is missing the acceptance is void."""
    undoes: str | None = None
    """Of `undo`: the decision that no longer stands; absent: the rule that resolved the month by itself."""
    reason: str | None = None
    revision: int
    """The account's revision that the person saw."""
    decided_by: str
    decided_by_name: str
    decided_at: Instant

    def key(self) -> str:
        return join_key(self.client_id, self.decision_id)
