"""What people write stays text: in Slack's blocks, in both parts of a mail, at any length."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard_api.domain.flag_message import email_html, email_text, render, slack_blocks, slack_escaped
from dashboard_api.domain.flags import Channel, Fact, Message

LINK = "https://trueup.example/accounts/cl_1"
BAD = "<!channel> <@U1> <https://evil.example|Click> & &lt; </p><script>alert(1)</script>\n\n\"'"
anything = st.text() | st.lists(st.sampled_from([*BAD, "<!", "&amp;", "x" * 1500, "\r\n"])).map("".join)


def message(text: str, subject: str = "S", label: str = "L", value: str = "V", by: str = "Ana") -> Message:
    return Message(subject, text, (Fact(label, value),) * 12, LINK, by)


def texts(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for block in blocks:
        found += [block["text"]] if "text" in block else block.get("fields") or block["elements"]
    return found


@given(anything, anything, anything, anything)
def test_nothing_in_slack_is_a_mention_a_link_or_too_long(text: str, subject: str, value: str, by: str) -> None:
    blocks = slack_blocks(message(text, subject, label=value, value=value, by=by))
    assert len(blocks) <= 50 or len(text) > 20_000
    for block in blocks:
        assert len(block.get("fields", [])) <= 10
        assert len(block.get("elements", [])) <= 10
    for each in texts(blocks):
        assert 0 < len(each["text"]) <= 3000
        assert each["verbatim"] is True
        without_ours = each["text"].replace(f"<{LINK}|Open the account in Trueup>", "")
        assert not re.search("[<>]", without_ours)
        assert not re.search("&(?!(amp|lt|gt);)", without_ours)
    for field in (field for block in blocks for field in block.get("fields", [])):
        assert len(field["text"]) <= 2000


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_slack_shows_what_was_written(text: str) -> None:
    escaped = slack_escaped(text)
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_a_long_text_is_cut_between_entities() -> None:
    blocks = slack_blocks(message("&" * 4000))
    written = "".join(block["text"]["text"] for block in blocks[1:8] if "text" in block)
    assert written == "&amp;" * 4000


class Tags(HTMLParser):
    """Collects what a browser would take for markup."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@given(anything, anything, anything)
def test_nothing_in_a_mail_is_markup(text: str, subject: str, value: str) -> None:
    parser = Tags()
    parser.feed(email_html(message(text, subject, value=value, by=value)))
    assert {tag for tag, _ in parser.seen} <= {
        *("html", "head", "meta", "title", "body", "h1", "p", "br", "table", "tr", "th", "td", "a")
    }
    assert [attrs["href"] for tag, attrs in parser.seen if tag == "a"] == [LINK]
    assert not any(name in attrs for _, attrs in parser.seen for name in ("src", "onclick", "onload"))


def test_a_mail_says_the_same_in_both_parts() -> None:
    one = message(BAD, value="535.00 USD")
    parser = Tags()
    parser.feed(email_html(one))
    for said in ("535.00 USD", "<!channel> <@U1>", "Flagged by Ana", "ASC 606"):
        assert said in email_text(one)
        assert said in "".join(parser.said)
    assert LINK in email_text(one)


def test_each_channel_keeps_what_it_sends() -> None:
    assert set(render(Channel.SLACK, message("x"))) == {"blocks", "fallback"}
    assert set(render(Channel.EMAIL, message("x"))) == {"text", "html"}
    assert html.escape("<!channel>") in json.dumps(render(Channel.SLACK, message("<!channel>")))
