"""An invoice that is paid in one system and open in the other, and what people decided about it.

A decision holds for the two balances that the person saw, and for no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reconciler.domain.decision import Balances, Decision, Handling, HandlingWord
from reconciler.domain.payment_status import InvoiceState

_KINDS = frozenset({"resolve", "snooze", "review"})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What each system says is left of an invoice; each in minor units of its own currency."""

    document_id: str
    number: str | None
    ledger_minor: int
    gateway_minor: int
    ledger_currency: str
    gateway_currency: str
    credited: bool = False
    """Whether it is a credit note that leaves nothing in the gateway, and not a payment."""
    handling: Handling | None = None

    @property
    def name(self) -> str:
        """What people call the invoice."""
        return self.number or self.document_id

    @property
    def text(self) -> str:
        """Where it is paid and where it is open."""
        paid, waiting = ("QuickBooks", "Stripe") if self.gateway_minor > 0 else ("Stripe", "QuickBooks")
        return f"Invoice {self.name} is {'credited' if self.credited else 'paid'} in {paid} and open in {waiting}"

    @property
    def open_minor(self) -> int:
        """What is left where it is open."""
        return max(self.gateway_minor, self.ledger_minor)

    @property
    def open_currency(self) -> str:
        """The currency of that system."""
        return self.gateway_currency if self.gateway_minor > 0 else self.ledger_currency

    @property
    def mark(self) -> HandlingWord | None:
        """How people stand to it; None where nothing holds."""
        return self.handling.word if self.handling is not None and self.handling.ended is None else None


def disagreements(
    states: Iterable[InvoiceState], decisions: Sequence[Decision], today: date
) -> tuple[Disagreement, ...]:
    """In the order of the invoices. `decisions` are the standing ones of the account, oldest first."""
    return tuple(_handled(one, decisions, today) for state in states for one in _of(state))


def _of(state: InvoiceState) -> Iterator[Disagreement]:
    document, gateway = state.document, state.gateway
    if state.lost_minor or gateway is None or document.state != "open":
        return
    invoice = gateway.invoice
    if invoice.remaining_minor is None or invoice.status == "uncollectible":
        return
    if (document.balance_minor > 0) != (invoice.remaining_minor > 0):
        yield Disagreement(
            document.document_id,
            document.number,
            document.balance_minor,
            invoice.remaining_minor,
            document.currency,
            invoice.currency,
            credited=invoice.remaining_minor == 0 < invoice.amount_minor <= invoice.credited_minor,
        )


def _handled(one: Disagreement, decisions: Sequence[Decision], today: date) -> Disagreement:
    mine = (each for each in reversed(decisions) if each.document_id == one.document_id and each.kind in _KINDS)
    decision = next(mine, None)
    if decision is None:
        return one
    seen = decision.balances
    moved = seen is not None and seen != Balances(one.number, one.ledger_minor, one.gateway_minor)
    over = decision.kind == "snooze" and decision.until is not None and decision.until <= today
    return replace(one, handling=Handling(decision, "figures_moved" if moved else "snooze_over" if over else None))
