"""The mail server on its port: it takes mail, keeps it, refuses some, and has its faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest


@pytest.fixture
async def mailing(start: Any) -> AsyncIterator[Any]:
    async with start(smtp_port=0) as running:
        yield running


async def mail(running: Any, recipient: str = "finance@northwind.example", timeout_s: float = 5) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "trueup@trueup.example", recipient, "Über 5 %"
    message["Message-ID"] = "<1@trueup.example>"
    message.set_content("plain\n")
    message.add_alternative("<p>rich</p>", subtype="html")
    port = running.sandbox.mailbox.port
    await aiosmtplib.send(message, hostname="127.0.0.1", port=port, start_tls=False, timeout=timeout_s)


async def kept(running: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await running.http.get("/control/mails")).json()
    return found


async def test_mail_is_kept_as_people_would_read_it(mailing: Any) -> None:
    await mail(mailing)
    [one] = await kept(mailing)
    assert (one["from"], one["to"]) == ("trueup@trueup.example", ["finance@northwind.example"])
    assert (one["subject"], one["message_id"]) == ("Über 5 %", "<1@trueup.example>")
    assert (one["text"], one["html"]) == ("plain\n", "<p>rich</p>\n")


async def test_some_recipients_do_not_exist(mailing: Any) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await mail(mailing, "please-refuse@northwind.example")
    assert await kept(mailing) == []


@pytest.mark.parametrize("mode", ["down", "garbage", "limited"])
async def test_a_fault_keeps_nothing(mailing: Any, mode: str) -> None:
    await mailing.http.post("/control/faults", json={"provider": "mail", "mode": mode})
    with pytest.raises(aiosmtplib.SMTPException):
        await mail(mailing)
    assert await kept(mailing) == []
    await mailing.http.post("/control/faults", json={"provider": "mail", "mode": "none"})
    await mail(mailing)
    assert len(await kept(mailing)) == 1


async def test_a_silent_server_has_it_all_the_same(mailing: Any) -> None:
    await mailing.http.post("/control/faults", json={"provider": "mail", "mode": "silent"})
    with pytest.raises(aiosmtplib.SMTPException):
        await mail(mailing, timeout_s=3)
    assert len(await kept(mailing)) == 1
    await mailing.http.post("/control/faults", json={"provider": "mail", "mode": "none"})


async def test_without_a_port_there_is_no_server(running: Any) -> None:
    with pytest.raises(AssertionError):
        _ = running.sandbox.mailbox.port
