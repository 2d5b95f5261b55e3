"""What the account's page offers to decide, and why something cannot be decided now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from dashboard_api.domain.access import Permission, Principal
from dashboard_api.domain.decision_payload import gaps_of, months_of, told_apart_of
from dashboard_api.domain.decision_words import reason_text
from dashboard_api.domain.decisions import RULE_BAND, Kind, Look, Reason, Wish, why_not
from dashboard_api.domain.retries import Source
from dashboard_api.ports.decisions import DecisionStore

Answer = dict[str, Any]
_OF_INVOICE = (Kind.RESOLVE, Kind.SNOOZE, Kind.REVIEW)
_OF_MONTH = (Kind.RESOLVE, Kind.SNOOZE, Kind.REVIEW, Kind.SIGN_OFF)


class DecisionViews:
    """Worked out when it is served: sources grow old while nothing changes."""

    def __init__(self, store: DecisionStore, *, read_only: bool, now: Callable[[], datetime]) -> None:
        self._store = store
        self._read_only = read_only
        self._now = now

    async def account(self, principal: Principal, account: Answer) -> Answer:
        """The account with what may be decided, beside each month and each gap; nothing for who decides nothing."""
        if not principal.may(Permission.DECISIONS_WRITE):
            return account
        look = _look(account, await self._store.answering(), self._now().date())
        return account | {
            "reconciliations": [
                each | {"offers": self._month(look, each)} for each in account.get("reconciliations") or []
            ],
            "partials": [each | {"offers": self._gap(look, each)} for each in account.get("partials") or []],
            "discrepancies": [
                each | {"invoice": self._invoice(look, each["invoice"])} if each.get("invoice") else each
                for each in account.get("discrepancies") or []
            ],
        }

    def _month(self, look: Look, payload: Mapping[str, Any]) -> list[Answer]:
        start = date.fromisoformat(payload["period"]["start"])
        if not payload["due"]:
            return []
        offers = [self._offer(look, Wish(kind, look.revision, start)) for kind in _OF_MONTH]
        undoable: list[str | None] = [*sorted(look.months[start].undoable)]
        if payload["band"] == RULE_BAND:
            undoable.append(None)
        return offers + [self._offer(look, Wish(Kind.UNDO, look.revision, start, undoes=each)) for each in undoable]

    def _invoice(self, look: Look, payload: Answer) -> Answer:
        document_id, known = payload["document_id"], look.told_apart[payload["document_id"]]
        wishes = [Wish(kind, look.revision, document_id=document_id) for kind in _OF_INVOICE]
        if known.undoable is not None:
            wishes.append(Wish(Kind.UNDO, look.revision, document_id=document_id, undoes=known.undoable))
        return payload | {"offers": [self._offer(look, wish) for wish in wishes]}

    def _gap(self, look: Look, payload: Mapping[str, Any]) -> list[Answer]:
        accepted = payload["accepted"]
        if accepted:
            return [self._offer(look, Wish(Kind.UNDO, look.revision, undoes=accepted["decision_id"]))]
        return [self._offer(look, Wish(Kind.ACCEPT_PARTIAL, look.revision, source=payload["source"]))]

    def _offer(self, look: Look, wish: Wish) -> Answer:
        reason = Reason.READ_ONLY_MODE if self._read_only else why_not(look, wish)
        return {
            "kind": wish.kind.value,
            "undoes": wish.undoes,
            "allowed": reason is None,
            "reason": reason and reason.value,
            "text": reason and reason_text(reason, wish.kind),
        }


def _look(account: Answer, answering: frozenset[str], today: date) -> Look:
    travelling = (each for each in account.get("decisions") or [] if each["applying"])
    subjects = [
        date.fromisoformat(each["period_start"]) if each["period_start"] else each["document_id"] or each["source"]
        for each in travelling
    ]
    return Look(
        client_id=account["client_id"],
        revision=account["revision"],
        policy_version=account.get("policy_version") or 1,
        today=today,
        months=months_of(account.get("reconciliations") or []),
        gaps=gaps_of(account.get("partials"), answering),
        told_apart=told_apart_of(account.get("discrepancies")),
        sources=[Source(each["source"], each["state"], None) for each in account["sources"]],
        travelling=frozenset(subject for subject in subjects if subject is not None),
    )
