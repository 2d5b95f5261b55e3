"""E-mail by SMTP, step by step: what was sent when something broke decides whether it may be sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from email.utils import format_datetime, parseaddr
from typing import Literal

import aiosmtplib

from dashboard_api.domain.flags import Claimed, Failed, Later, Outcome, Sent, Target, Unclear
from trueup_kit.logs import get_logger
from trueup_kit.postgres import describe

log = get_logger(__name__)

_REFUSALS: dict[type[aiosmtplib.SMTPResponseException], str] = {
    aiosmtplib.SMTPAuthenticationError: "login_refused",
    aiosmtplib.SMTPSenderRefused: "sender_refused",
    aiosmtplib.SMTPRecipientRefused: "recipient_refused",
    aiosmtplib.SMTPDataError: "message_refused",
}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    timeout_s: float
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class MailCourier:
    """One message to one recipient over one connection."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, claimed: Claimed, target: Target) -> Outcome:
        """Hand the message in once."""
        smtp = self._client()
        try:
            message = compose(claimed, sender=self._server.sender, recipient=target.address)
            refused = await self._agree(smtp, target)
            if refused is not None:
                return refused
            outcome = await self._hand_in(smtp, message)
        except Exception:
            log.exception("mail went wrong", flag_id=str(claimed.flag_id))
            return Unclear("sender_error")
        finally:
            smtp.close()
        return outcome

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.username,
            password=server.password,
            timeout=server.timeout_s,
        )

    async def _agree(self, smtp: aiosmtplib.SMTP, target: Target) -> Outcome | None:
        """Everything before the message itself: whatever breaks here, nothing has been sent."""
        _, sender = parseaddr(self._server.sender)
        try:
            await smtp.connect()
            await smtp.mail(sender)
            await smtp.rcpt(target.address)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("the mail server cannot be reached", error=type(error).__name__)
            return Later("not_reachable")
        return None

    async def _hand_in(self, smtp: aiosmtplib.SMTP, message: EmailMessage) -> Outcome:
        """From the first byte of the message on, only the server's answer says whether it has it."""
        try:
            await smtp.data(message.as_bytes(policy=SMTP_LINES))
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(error)
        except (aiosmtplib.SMTPTimeoutError, TimeoutError):
            return Unclear("timeout")
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("the mail server did not answer", error=describe(error))
            return Unclear("connection_lost")
        return Sent(str(message["Message-ID"]))


def _refusal(error: aiosmtplib.SMTPResponseException) -> Outcome:
    """4xx asks for patience, 5xx is final (RFC 5321 §4.2.1). The server's text may name addresses: it is not kept."""
    if error.code == 535 or not 400 <= error.code < 500:
        return Failed(next((word for kind, word in _REFUSALS.items() if isinstance(error, kind)), "mail_refused"))
    return Later("mail_deferred")


def compose(claimed: Claimed, *, sender: str, recipient: str) -> EmailMessage:
    """The message with both of its parts. A subject is one line, whatever counts as a line end somewhere."""
    message = EmailMessage()
    domain = parseaddr(sender)[1].rpartition("@")[2]
    message["Subject"] = " ".join(claimed.subject.split())
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = format_datetime(claimed.created_at)
    message["Message-ID"] = f"<{claimed.flag_id}@{domain}>"
    message.set_content(claimed.snapshot["text"])
    message.add_alternative(claimed.snapshot["html"], subtype="html")
    return message
