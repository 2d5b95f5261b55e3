"""A flag's message as Slack blocks and as e-mail. What people wrote is text here and never becomes markup or a mention."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

from dashboard_api.domain.disclaimer import DISCLAIMER
from dashboard_api.domain.flags import Channel, Message

SECTION_MAX = 3000
FIELDS_MAX = 10
FIELD_MAX = 2000
FALLBACK_MAX = 3000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
Block = dict[str, Any]


def render(channel: Channel, message: Message) -> dict[str, Any]:
    """What is sent, kept with the flag: `blocks` and `fallback` for Slack, `text` and `html` for e-mail."""
    if channel is Channel.SLACK:
        return {"blocks": slack_blocks(message), "fallback": slack_fallback(message)}
    return {"text": email_text(message), "html": email_html(message)}


def slack_escaped(text: str) -> str:
    """Slack reads `<…>` as links and mentions such as `<!channel>`, and `&` as the start of an entity; nothing else."""
    return _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack_fallback(message: Message) -> str:
    """For notifications, and where blocks are not shown."""
    return next(_pieces(f"Flag: {message.subject}", FALLBACK_MAX))


def slack_blocks(message: Message) -> list[Block]:
    """Block Kit: the title, the person's text, the evidence in two columns, and where it comes from."""
    title = next(_pieces(message.subject, SECTION_MAX - 10))
    sections = [_section(f"⚑ *{title}*"), *(_section(piece) for piece in _pieces(message.text, SECTION_MAX))]
    # Label and value take two thirds and one half of a field at most, with their signs it stays below the limit.
    fields = [
        _text(f"*{next(_pieces(one.label, FIELD_MAX // 4))}*\n{next(_pieces(one.value, FIELD_MAX // 2))}")
        for one in message.evidence
    ]
    facts = [{"type": "section", "fields": fields[at : at + FIELDS_MAX]} for at in range(0, len(fields), FIELDS_MAX)]
    who = next(_pieces(message.flagged_by, 300))
    link = slack_escaped(message.link)
    last = [_text(f"<{link}|Open the account in Trueup>"), _text(f"Flagged by {who}"), _text(DISCLAIMER)]
    return [*sections, *facts, {"type": "context", "elements": last}]


def _section(escaped: str) -> Block:
    return {"type": "section", "text": _text(escaped)}


def _text(escaped: str) -> Block:
    # Verbatim: Slack must not make links or mentions of its own out of names and addresses.
    return {"type": "mrkdwn", "text": escaped, "verbatim": True}


def _pieces(text: str, length_max: int) -> Iterator[str]:
    """The escaped text in pieces that Slack takes; an entity is never cut in two. At least one piece."""
    piece: list[str] = []
    length = 0
    for letter in _plain(text).strip() or "-":
        escaped = slack_escaped(letter)
        if length + len(escaped) > length_max:
            yield "".join(piece)
            piece, length = [], 0
        piece.append(escaped)
        length += len(escaped)
    yield "".join(piece)


def email_text(message: Message) -> str:
    """The plain part."""
    facts = "\n".join(f"{_plain(one.label)}: {_plain(one.value)}" for one in message.evidence)
    return "\n\n".join(
        [
            _plain(message.text),
            f"Evidence\n{facts}",
            f"Open the account in Trueup: {message.link}",
            f"Flagged by {_plain(message.flagged_by)}\n{DISCLAIMER}\n",
        ]
    )


def email_html(message: Message) -> str:
    """The HTML part: every value is escaped, nothing is loaded from anywhere."""
    rows = "".join(
        f'<tr><th style="{_CELL}{_HEAD}">{_html(one.label)}</th><td style="{_CELL}">{_html(one.value)}</td></tr>'
        for one in message.evidence
    )
    paragraphs = "".join(f"<p>{_html(part)}</p>" for part in re.split(r"\n{2,}", _plain(message.text)) if part.strip())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_html(message.subject)}</title></head>'
        f'<body style="{_BODY}"><h1 style="font-size:18px">{_html(message.subject)}</h1>{paragraphs}'
        f'<table style="border-collapse:collapse">{rows}</table>'
        f'<p><a href="{_html(message.link)}">Open the account in Trueup</a></p>'
        f'<p style="color:#57606a">Flagged by {_html(message.flagged_by)}<br>{_html(DISCLAIMER)}</p></body></html>'
    )


_BODY = "font-family:sans-serif;font-size:14px;color:#1f2328"
_CELL = "text-align:left;vertical-align:top;padding:4px 12px 4px 0;border-top:1px solid #d0d7de"
_HEAD = ";font-weight:600;white-space:nowrap"


def _html(text: str) -> str:
    return html.escape(_plain(text), quote=True).replace("\n", "<br>")


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text.replace("\r\n", "\n"))
