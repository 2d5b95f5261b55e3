"""The desk where changes are drawn up: what there is, and the next free numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

from trueup_sandbox.scenario import Scenario
from trueup_sandbox.world.accounts import Account, Cast
from trueup_sandbox.world.chance import token
from trueup_sandbox.world.changes import Change, StoredAnswer
from trueup_sandbox.world.records import GatewayEvent, Record
from trueup_sandbox.world.store import Store
from trueup_sandbox.world.usage import UsageBook

FIRST_LEDGER_ID = 20_000


class UnknownObject(LookupError):
    """No such client or object in this world."""


class NothingToDo(Exception):
    """The world offers nothing that this could happen to; the message says what was looked for."""


@dataclass(slots=True)
class Desk:
    """Everything a happening needs to know."""

    scenario: Scenario
    cast: Cast
    usage: UsageBook
    store: Store = field(default_factory=Store)
    ledger_id: int = FIRST_LEDGER_ID
    _by_client: dict[str, Account] = field(default_factory=dict)
    told_from_ms: int = 0
    """Changes before this instant are older than the gateway's events reach back, and make none."""

    def account(self, client_id: str) -> Account:
        """The account of that client id.

        Raises:
            UnknownObject: there is none.
        """
        if not self._by_client:
            self._by_client.update((account.client_id, account) for account in self.cast.accounts)
        if client_id not in self._by_client:
            raise UnknownObject(f"no client {client_id!r} in this world")
        return self._by_client[client_id]

    def next_ledger_id(self) -> str:
        """A number no ledger transaction has had."""
        self.ledger_id += 1
        return str(self.ledger_id)

    def apply(self, change: Change) -> None:
        """Make a change true, and never hand out its numbers again."""
        change.apply(self.store)
        for shelf, record in change.puts:
            if shelf in {"invoices", "credits", "ledger_payments"}:
                self.ledger_id = max(self.ledger_id, int(record.id))

    def change(
        self,
        at_ms: int,
        kind: str,
        account: int,
        puts: list[tuple[str, Record]],
        *tells: tuple[str, str, str],
        answer: StoredAnswer | None = None,
    ) -> Change:
        """Draw up a change; `tells` are (event type, shelf, object id)."""
        first = len(self.store.events)
        events = tuple(
            GatewayEvent(f"evt_{token(self.scenario.seed, 'evt', first + place)}", account, kind_, (shelf, id_), at_ms)
            for place, (kind_, shelf, id_) in enumerate(tells if at_ms >= self.told_from_ms else ())
        )
        return Change(at_ms, kind, account, tuple(puts), events, answer)
