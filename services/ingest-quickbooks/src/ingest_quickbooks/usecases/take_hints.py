"""Take a webhook: prove it, see what of it is about this company's books, and have what changed read at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from ingest_quickbooks.domain.hints import Hint, is_signed, read_hints
from ingest_quickbooks.domain.reading import Unreadable


class Refused(Exception):
    """It is not the ledger that speaks; the sender is told so."""

    code = "signature_mismatch"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a signed webhook held: events about what we read, and those that we pass over."""

    ours: int = 0
    unread: int = 0
    """About our company, but of kinds that we do not read."""
    foreign: int = 0
    """About companies that are not connected here."""
    odd: tuple[str, ...] = ()
    """What is wrong with each that cannot be read, by its path."""


@dataclass(frozen=True, slots=True)
class TakeHints:
    """`look` has change capture asked soon: nothing in a webhook is believed, a repeat or a late one changes nothing."""

    verifier: str
    realm_id: str
    look: Callable[[], None]

    def __call__(self, body: bytes, signature: str | None) -> Taken:
        """Take what can be read of it. Whatever else a signed one holds is no reason to refuse it.

        QuickBooks may keep back everything later until a webhook is taken.

        Raises:
            Refused: not signed.
        """
        if not is_signed(body, signature, self.verifier):
            raise Refused("The intuit-signature header does not fit the body and our verifier token.")
        try:
            found = list(read_hints(json.loads(body)))
        except (ValueError, RecursionError):
            return Taken(odd=("the body is no JSON",))
        hints = [one for one in found if isinstance(one, Hint)]
        about_us = [hint for hint in hints if hint.realm_id == self.realm_id]
        ours = sum(hint.concerns_us for hint in about_us)
        if ours:
            self.look()
        return Taken(
            ours=ours,
            unread=len(about_us) - ours,
            foreign=len(hints) - len(about_us),
            odd=tuple(str(one) for one in found if isinstance(one, Unreadable)),
        )
