"""Flagging an issue: the draft, the request to send it, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from dashboard_api.domain import flag_draft
from dashboard_api.domain.access import Principal
from dashboard_api.domain.errors import InvalidRequest, NotFound
from dashboard_api.domain.flag_message import render
from dashboard_api.domain.flags import Channel, Draft, Message, NewFlag, Target, Wish
from dashboard_api.ports.flags import Flags, FlagTargets
from dashboard_api.ports.reads import AccountReads, Json


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft with everything that the preview shows."""

    channel: Channel
    targets: tuple[Target, ...]
    draft: Draft
    rendered: dict[str, Any]
    link: str


class FlagIssue:
    """A person says which issue and to whom; what is attached to it we look up ourselves, at that moment."""

    def __init__(
        self,
        reads: AccountReads,
        flags: Flags,
        targets: FlagTargets,
        *,
        public_url: str,
        now: Callable[[], datetime],
        wake: Callable[[Channel], None],
    ) -> None:
        self._reads = reads
        self._flags = flags
        self._targets = targets
        self._public_url = public_url
        self._now = now
        self._wake = wake

    async def draft(
        self, principal: Principal, client_id: str, channel: Channel, discrepancy: str | None, period_start: date | None
    ) -> Drafted:
        """What would be sent if nobody changed a word.

        Raises:
            NotFound: the account is unknown or out of scope.
            InvalidRequest: the account has no such discrepancy any more.
        """
        draft = await self._drafted(principal, client_id, discrepancy, period_start)
        link = self._link(client_id)
        message = Message(draft.subject, draft.text, draft.evidence, link, principal.name or principal.user)
        return Drafted(channel, tuple(self._targets.of(channel)), draft, render(channel, message), link)

    async def send(self, principal: Principal, wish: Wish, *, key: str) -> Json:
        """Write the flag down; a sender takes it from there.

        Raises:
            NotFound: the account is unknown or out of scope.
            InvalidRequest: no such recipient, or the account has no such discrepancy any more.
            Conflict: the key was used for another request.
        """
        draft = await self._drafted(principal, wish.client_id, wish.discrepancy, wish.period_start)
        target = self._targets.find(wish.channel, wish.target_id)
        if target is None:
            known = [one.target_id for one in self._targets.of(wish.channel)]
            raise InvalidRequest(
                "There is no such recipient; choose one of those known.", code="unknown_target", known=known
            )
        message = Message(
            subject=wish.subject or draft.subject,
            text=wish.text,
            evidence=draft.evidence,
            link=self._link(wish.client_id),
            flagged_by=principal.name or principal.user,
        )
        flag = await self._flags.add(
            principal, NewFlag(uuid4(), wish, target, message, render(wish.channel, message)), key=key
        )
        self._wake(wish.channel)
        return flag

    async def find(self, principal: Principal, flag_id: UUID) -> Json:
        """One flag with its state; NotFound when unknown or of an account out of scope."""
        flag = await self._flags.find(principal, flag_id)
        if flag is None:
            raise NotFound("There is no such flag in your portfolio.", code="flag_not_found")
        return flag

    async def _drafted(
        self, principal: Principal, client_id: str, discrepancy: str | None, period_start: date | None
    ) -> Draft:
        account = await self._reads.account(principal, client_id)
        if account is None:
            raise NotFound("There is no such account in your portfolio.", code="account_not_found")
        start = period_start.isoformat() if period_start else None
        draft = flag_draft.draft(json.loads(account), discrepancy=discrepancy, period_start=start, now=self._now())
        if draft is None:
            raise InvalidRequest(
                "The account has no such discrepancy any more. Look at it again.", code="discrepancy_gone"
            )
        return draft

    def _link(self, client_id: str) -> str:
        return f"{self._public_url.rstrip('/')}/accounts/{quote(client_id, safe='')}"
