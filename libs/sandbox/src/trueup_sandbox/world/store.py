"""What was true when: every version of every record with the instant it became visible."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from trueup_sandbox.world.records import (
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    GatewayInvoice,
    GatewayPayment,
    LedgerCustomer,
    LedgerDocument,
    LedgerPayment,
    Record,
    Refund,
)

R = TypeVar("R", bound=Record)


class Shelf(Generic[R]):
    """All versions of one kind of record."""

    def __init__(self, kind: type[R]) -> None:
        self.kind = kind
        self._versions: dict[str, list[tuple[int, R]]] = {}
        self._of_account: dict[int, list[str]] = defaultdict(list)
        self._by_created: list[tuple[int, str]] = []
        self._changes: list[tuple[int, str]] = []

    def put(self, at_ms: int, record: R) -> None:
        """Store a new version, visible from the instant on."""
        versions = self._versions.get(record.id)
        if versions is None:
            versions = self._versions[record.id] = []
            self._of_account[record.account].append(record.id)
            insort(self._by_created, (record.created_ms, record.id))
        versions.append((at_ms, record))
        insort(self._changes, (at_ms, record.id))

    def __len__(self) -> int:
        return len(self._versions)

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._versions

    def get(self, record_id: str) -> R:
        """The newest version.

        Raises:
            KeyError: there is no such record.
        """
        return self._versions[record_id][-1][1]

    def at(self, record_id: str, as_of_ms: int) -> R | None:
        """The version visible at the instant, none if there was none yet."""
        for at_ms, record in reversed(self._versions[record_id]):
            if at_ms <= as_of_ms:
                return record
        return None

    def changed_ms(self, record_id: str) -> int:
        """When the newest version became visible."""
        return self._versions[record_id][-1][0]

    def of_account(self, account: int) -> list[R]:
        """The newest versions of an account's records, oldest record first."""
        return [self.get(record_id) for record_id in self._of_account.get(account, ())]

    def of_account_at(self, account: int, as_of_ms: int) -> list[R]:
        """An account's records as they were visible at the instant."""
        found = (self.at(record_id, as_of_ms) for record_id in self._of_account.get(account, ()))
        return [record for record in found if record is not None]

    def moves(self, account: int, after_ms: int, until_ms: int) -> set[int]:
        """The instants after the first and up to the second one at which a record of an account changed."""
        mine = self._of_account.get(account, ())
        return {at_ms for one in mine for at_ms, _ in self._versions[one] if after_ms < at_ms <= until_ms}

    def all(self) -> Iterator[R]:
        """The newest version of every record."""
        for versions in self._versions.values():
            yield versions[-1][1]

    def changed_since(self, since_ms: int) -> list[tuple[int, R]]:
        """Records whose newest version is at or after the instant, oldest change first, each once."""
        start = bisect_left(self._changes, (since_ms, ""))
        return [
            (at_ms, self.get(record_id))
            for at_ms, record_id in self._changes[start:]
            if self.changed_ms(record_id) == at_ms
        ]

    def newest(self, *, after: tuple[int, str] | None = None) -> Iterator[R]:
        """From the newest record back, or from just before the given (created, id) back."""
        end = bisect_left(self._by_created, after) if after else len(self._by_created)
        for place in range(end - 1, -1, -1):
            yield self.get(self._by_created[place][1])

    def oldest(self, *, after: tuple[int, str]) -> Iterator[R]:
        """From just after the given (created, id) on towards the newest."""
        for place in range(bisect_right(self._by_created, after), len(self._by_created)):
            yield self.get(self._by_created[place][1])


class Payments(Shelf[GatewayPayment]):
    """Gateway payments, found by their charge as well."""

    def __init__(self) -> None:
        super().__init__(GatewayPayment)
        self._of_charge: dict[str, str] = {}

    def put(self, at_ms: int, record: GatewayPayment) -> None:
        super().put(at_ms, record)
        self._of_charge[record.charge] = record.id

    def of_charge(self, charge: str) -> GatewayPayment | None:
        """The payment whose newest charge it is."""
        payment = self.get(self._of_charge[charge]) if charge in self._of_charge else None
        return payment if payment and payment.charge == charge else None


@dataclass(slots=True)
class Store:
    """The shelves of both systems, and the gateway's events."""

    customers: Shelf[LedgerCustomer] = field(default_factory=lambda: Shelf(LedgerCustomer))
    invoices: Shelf[LedgerDocument] = field(default_factory=lambda: Shelf(LedgerDocument))
    credits: Shelf[LedgerDocument] = field(default_factory=lambda: Shelf(LedgerDocument))
    ledger_payments: Shelf[LedgerPayment] = field(default_factory=lambda: Shelf(LedgerPayment))
    gateway_customers: Shelf[GatewayCustomer] = field(default_factory=lambda: Shelf(GatewayCustomer))
    gateway_invoices: Shelf[GatewayInvoice] = field(default_factory=lambda: Shelf(GatewayInvoice))
    payments: Payments = field(default_factory=Payments)
    refunds: Shelf[Refund] = field(default_factory=lambda: Shelf(Refund))
    disputes: Shelf[Dispute] = field(default_factory=lambda: Shelf(Dispute))
    events: list[GatewayEvent] = field(default_factory=list)
    event_index: dict[str, int] = field(default_factory=dict)

    def shelf(self, name: str) -> Shelf[Record]:
        """The shelf of that name, as change records call it."""
        shelf: Shelf[Record] = getattr(self, name)
        return shelf

    def add_event(self, event: GatewayEvent) -> None:
        """Append a gateway event."""
        self.event_index[event.id] = len(self.events)
        self.events.append(event)

    def invoice_payments(self, invoice: str) -> list[GatewayPayment]:
        """The payments towards a gateway invoice, oldest first."""
        account = self.gateway_invoices.get(invoice).account
        return [payment for payment in self.payments.of_account(account) if payment.invoice == invoice]

    def gateway_invoice_of(self, ledger_invoice: LedgerDocument) -> GatewayInvoice | None:
        """The gateway's invoice for a ledger invoice."""
        for found in self.gateway_invoices.of_account(ledger_invoice.account):
            if found.ledger_id == ledger_invoice.id:
                return found
        return None
