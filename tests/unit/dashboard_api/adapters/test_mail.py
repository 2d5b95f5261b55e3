"""Mail is composed without anybody's headers but ours, and a broken conversation is judged by how far it came."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP, default
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.adapters.mail import MailCourier, MailServer, compose
from dashboard_api.domain.flags import Channel, Claimed, Failed, Later, Outcome, Sent, Target, Unclear

TARGET = Target("finance", "Finance", Channel.EMAIL, "finance@northwind.example")
SENDER = "Trueup <trueup@trueup.example>"
HEADERS = ["Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"]


def claimed(subject: str = "S", text: str = "plain", html: str = "<p>rich</p>") -> Claimed:
    snapshot = {"text": text, "html": html}
    return Claimed(UUID(int=1), 1, 1, "cl_1", "finance", subject, snapshot, datetime(2026, 11, 26, tzinfo=UTC))


@given(
    st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: f"a{text}\r\nBcc: eve@evil.example\n\nx"),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)
def test_a_subject_adds_no_header(subject: str, text: str) -> None:
    message = compose(claimed(subject, text), sender=SENDER, recipient=TARGET.address)
    sent = message_from_bytes(message.as_bytes(policy=SMTP), policy=default)
    assert list(sent.keys()) == HEADERS
    assert sent["To"] == TARGET.address
    assert sent["Message-ID"] == f"<{UUID(int=1)}@trueup.example>"


class Talk:
    """A mail server by script: what it says to each command; None hangs up, an Event waits for ever."""

    def __init__(self, **says: str | asyncio.Event | None) -> None:
        usual = {"HELLO": "220 x", "EHLO": "250 x", "MAIL": "250 x", "RCPT": "250 x", "DATA": "354 go", "END": "250 x"}
        self.says: dict[str, str | asyncio.Event | None] = {**usual, **says}
        self.taken: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            if not await self._say(writer, "HELLO"):
                return
            while line := await reader.readline():
                command = line.decode()[:4].strip().upper()
                if command == "QUIT" or not await self._say(writer, command):
                    return
                if command == "DATA":
                    self.taken.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                    if not await self._say(writer, "END"):
                        return

    async def _say(self, writer: asyncio.StreamWriter, command: str) -> bool:
        says = self.says[command]
        if isinstance(says, asyncio.Event):
            await says.wait()
            return False
        if says is None:
            return False
        writer.write(f"{says}\r\n".encode())
        await writer.drain()
        return True


async def hand_in(talk: Talk, timeout_s: float = 20) -> Outcome:
    listening = await asyncio.start_server(talk.serve, "127.0.0.1", 0)
    try:
        port = listening.sockets[0].getsockname()[1]
        return await MailCourier(MailServer("127.0.0.1", port, "none", SENDER, timeout_s)).send(claimed(), TARGET)
    finally:
        listening.close()


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ({}, Sent(f"<{UUID(int=1)}@trueup.example>")),
        ({"HELLO": None}, Later("not_reachable")),
        ({"HELLO": "421 busy"}, Later("mail_deferred")),
        ({"HELLO": "554 go away"}, Failed("mail_refused")),
        ({"MAIL": "550 not you"}, Failed("sender_refused")),
        ({"MAIL": None}, Later("not_reachable")),
        ({"RCPT": "550 finance@northwind.example is unknown"}, Failed("recipient_refused")),
        ({"RCPT": "451 later"}, Later("mail_deferred")),
        ({"RCPT": None}, Later("not_reachable")),
        ({"DATA": "554 no"}, Failed("message_refused")),
        ({"END": "554 spam"}, Failed("message_refused")),
        ({"END": "452 full"}, Later("mail_deferred")),
        ({"END": None}, Unclear("connection_lost")),
    ],
)
async def test_how_far_it_came_decides(says: dict[str, str | None], expected: Outcome) -> None:
    assert await hand_in(Talk(**says)) == expected


async def test_silence_before_the_message_is_certain_and_after_it_is_not() -> None:
    never = asyncio.Event()
    before, after = Talk(RCPT=never), Talk(END=never)
    assert await hand_in(before, timeout_s=1) == Later("not_reachable")
    assert await hand_in(after, timeout_s=1) == Unclear("timeout")
    assert (len(before.taken), len(after.taken)) == (0, 1)
    never.set()


async def test_a_server_without_tls_is_told_nothing() -> None:
    talk = Talk()
    listening = await asyncio.start_server(talk.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    courier = MailCourier(MailServer("127.0.0.1", port, "starttls", SENDER, 20, "user", "secret"))
    assert await courier.send(claimed(), TARGET) == Later("not_reachable")
    assert talk.taken == []
    listening.close()
    assert "secret" not in repr(MailServer("h", 1, "tls", SENDER, 1, "user", "secret"))
