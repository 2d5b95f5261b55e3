"""Issues that a person flags to somebody: what is asked for, what is sent, and what may become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

REPEATED_H = 24
"""The same issue goes to the same recipient once within this time; a later one is news again."""


class Channel(StrEnum):
    """How a flag travels."""

    SLACK = "slack"
    EMAIL = "email"


class FlagState(StrEnum):
    """Queued and sending are open; the others are final, but for what is learned late about an unknown one."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who can be told. It comes from the settings; a request names it by its id only."""

    target_id: str
    label: str
    channel: Channel
    address: str = field(repr=False)
    """Slack's channel id or an e-mail address; never shown and never logged."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the evidence."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a flag says before a person edits it."""

    subject: str
    text: str
    evidence: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks to be sent. `text` and `subject` are theirs; the evidence never comes from a request."""

    client_id: str
    channel: Channel
    target_id: str
    discrepancy: str | None
    period_start: date | None
    subject: str | None
    text: str
    resend: bool = False
    """Send again although it is unknown whether the last one arrived."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent, in the form that was shown."""

    subject: str
    text: str
    evidence: tuple[Fact, ...]
    link: str
    flagged_by: str


@dataclass(frozen=True, slots=True)
class NewFlag:
    """A flag to be written down: the wish, the recipient it resolved to, and the message."""

    flag_id: UUID
    wish: Wish
    target: Target
    message: Message
    snapshot: Mapping[str, Any]
    """The rendered message, kept as it is sent."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A flag that one sender, and nobody else, may hand over now."""

    flag_id: UUID
    claim_version: int
    tries: int
    client_id: str
    target_id: str
    subject: str
    snapshot: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The recipient's server has taken it."""

    external_id: str
    permalink: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It has certainly not arrived, and trying again would not help."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It has certainly not arrived; trying again may help."""

    reason: str
    after_s: float | None = None
    """The server's own word on when."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """It was handed over and no answer came: it may have arrived."""

    reason: str


Outcome = Sent | Failed | Later | Unclear
