"""A mail server: a real one, on a port of its own, that delivers nothing and keeps everything."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import default as modern
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from trueup_sandbox.clock import to_instant
from trueup_sandbox.providers.gate import Gate
from trueup_sandbox.world.world import World

REFUSED_WORD = "refuse"
"""A recipient with this in its address does not exist here."""


class Mailbox:
    """Takes mail for everybody. The gate's faults: down and garbage before, limited at the recipient, slow and silent
    at the message: slow takes it late, silent takes it and says nothing."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None  # noqa: S101 - asked after the start
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def open(self, host: str, port: int) -> None:
        """Listen; port 0 is any that is free."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, hostname="sandbox", loop=loop), host, port)

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, sender: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        """The sender is named."""
        self._gate.counters["mail.requests"] += 1
        mode = self._gate.current()
        if mode != "none":
            self._gate.counters["mail.faulty"] += 1
        if mode == "down":
            return "421 4.3.2 Service not available"
        if mode == "garbage":
            return "what?"
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, recipient: str, options: list[str]) -> str:  # noqa: N802
        """A recipient is named."""
        if self._gate.current() == "limited":
            return "451 4.7.1 Come again later"
        if REFUSED_WORD in recipient.lower():
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(recipient)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """The message is here."""
        if self._gate.current() == "slow":
            await self._gate.hold()
        self._world.remember_message(self._read(envelope))
        await self._gate.answer()
        return "250 2.0.0 Taken"

    def _read(self, envelope: Envelope) -> dict[str, Any]:
        content = envelope.content
        message = message_from_bytes(content if isinstance(content, bytes) else b"", EmailMessage, policy=modern)
        plain, rich = message.get_body(("plain",)), message.get_body(("html",))
        return {
            "kind": "mail",
            "at": to_instant(self._world.clock.stamp()).isoformat(timespec="milliseconds"),
            "from": envelope.mail_from,
            "to": list(envelope.rcpt_tos),
            "subject": str(message["Subject"]),
            "message_id": str(message["Message-ID"]),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": _said(plain),
            "html": _said(rich),
        }


def _said(part: MIMEPart | None) -> str | None:
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")
