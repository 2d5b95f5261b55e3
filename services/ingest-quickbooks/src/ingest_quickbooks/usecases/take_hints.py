"""Take a webhook: prove it, see whether it is about this company's books, and have what changed read at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from ingest_quickbooks.domain.hints import is_signed, read_hints
from ingest_quickbooks.domain.reading import Unreadable


class Refused(Exception):
    """The sender is told so. `unknown`: it is signed, but speaks of no company that is connected here."""

    def __init__(self, code: str, detail: str, *, unknown: bool = False) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class TakeHints:
    """`look` has change capture asked soon: nothing in a webhook is believed, a repeat or a late one changes nothing."""

    verifier: str
    realm_id: str
    look: Callable[[], None]

    def __call__(self, body: bytes, signature: str | None) -> int:
        """Returns how many of its events concern what we read.

        Raises:
            Refused: not signed, no webhook of QuickBooks, or only about other companies.
        """
        if not is_signed(body, signature, self.verifier):
            raise Refused(
                "signature_mismatch", "The intuit-signature header does not fit the body and our verifier token."
            )
        try:
            hints = read_hints(json.loads(body))
        except Unreadable as error:
            raise Refused("not_an_event", str(error)) from error
        except (ValueError, RecursionError) as error:
            raise Refused("not_an_event", "The body is no JSON.") from error
        ours = [hint for hint in hints if hint.realm_id == self.realm_id]
        if hints and not ours:
            raise Refused(
                "unknown_realm", "None of the events is about a company that is connected here.", unknown=True
            )
        found = sum(hint.concerns_us for hint in ours)
        if found:
            self.look()
        return found
