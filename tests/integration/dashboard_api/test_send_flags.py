"""Sending flags to a workspace and a mail server that are really there: at most once, and never called sent without an answer."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from dashboard_api.adapters.flag_targets import SettingsTargets
from dashboard_api.adapters.flags import PostgresFlagQueue
from dashboard_api.adapters.mail import MailCourier, MailServer
from dashboard_api.adapters.slack import SlackCourier
from dashboard_api.domain.flags import Channel, Claimed, Later, Outcome, Sent, Target
from dashboard_api.entrypoints.http.services import Services
from dashboard_api.ports.flags import Courier
from dashboard_api.settings import Settings
from dashboard_api.usecases.send_flags import TRIES_MAX, SendFlags
from trueup_sandbox.app import Sandbox, create
from trueup_sandbox.scenario import load
from trueup_sandbox.settings import SandboxSettings
from trueup_sandbox.world.world import World

SMALL = Path(__file__).parents[3] / "deploy" / "sandbox" / "small.yaml"
NOWHERE = "http://127.0.0.1:1/slack/api/"
TARGETS = [
    Target("billing", "#billing", Channel.SLACK, "C0BILLING"),
    Target("revenue", "#revenue", Channel.SLACK, "C0REVENUE"),
    Target("archive", "#archive", Channel.SLACK, "C0ARCHIVE"),
    Target("finance", "Finance", Channel.EMAIL, "finance@northwind.example"),
    Target("refused", "Refused", Channel.EMAIL, "refuse@northwind.example"),
]


@dataclass
class Outside:
    """Slack and mail as this test sees them."""

    url: str
    sandbox: Sandbox

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.sandbox.controls.world.memory.messages

    def fault(self, provider: str, mode: Any) -> None:
        self.sandbox.controls.gates[provider].break_down(mode, None)


@pytest.fixture(scope="module")
def scenario_world() -> Any:
    return load(SMALL)


@pytest.fixture
async def outside(scenario_world: Any) -> AsyncIterator[Outside]:
    settings = SandboxSettings(scenario=SMALL, smtp_port=0, events_per_minute=0)
    sandbox = create(settings, World(scenario_world))
    server = uvicorn.Server(uvicorn.Config(sandbox.app, port=0, log_level="warning", lifespan="on"))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:
            await asyncio.sleep(0.01)
    yield Outside(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", sandbox)
    for gate in sandbox.controls.gates.values():
        gate.break_down("none", None)
    server.should_exit = True
    await serving


@pytest.fixture
def settings(settings: Settings) -> Settings:
    listed = [
        {"id": one.target_id, "label": one.label, "channel": one.channel.value}
        | {"slack_channel" if one.channel is Channel.SLACK else "email": one.address}
        for one in TARGETS
    ]
    return Settings(**settings.model_dump() | {"flag_targets": listed, "slack_token": "xoxb-sandbox"})


Make = Callable[..., SendFlags]


@pytest.fixture
def sender(services: Services, outside: Outside) -> Make:
    """A sender as one replica has it; the time-outs are long unless running into them is what is tested."""

    def make(
        *,
        name: str = "one",
        queue: Any = None,
        slack: str | None = None,
        token: str = "xoxb-sandbox",
        timeout_s: float = 20,
    ) -> SendFlags:
        mail = MailServer(
            "127.0.0.1", outside.sandbox.mailbox.port, "none", "Trueup <trueup@trueup.example>", timeout_s
        )
        couriers: dict[Channel, Courier] = {
            Channel.SLACK: SlackCourier(
                token=token, base_url=slack or f"{outside.url}/slack/api/", timeout_s=timeout_s
            ),
            Channel.EMAIL: MailCourier(mail),
        }
        return SendFlags(
            queue or queue_of(services, name),
            couriers,
            SettingsTargets(TARGETS),
            claim_timeout_s=60,
            chance=lambda: 1.0,
        )

    return make


def queue_of(services: Services, name: str) -> PostgresFlagQueue:
    return PostgresFlagQueue(services.accounts._reads._database, sender=name)  # type: ignore[attr-defined]


@dataclass
class Ana:
    """An account manager who flags."""

    client: httpx.AsyncClient
    headers: dict[str, str]

    async def flag(self, channel: str = "slack", target: str = "billing", account: str = "a2", **more: Any) -> Any:
        body = {"channel": channel, "target": target, "text": "Please look.", **more}
        key = {"Idempotency-Key": str(uuid.uuid4())}
        answer = await self.client.post(f"/api/v1/accounts/{account}/flags", json=body, headers=self.headers | key)
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def see(self, flag: Any) -> Any:
        return (await self.client.get(f"/api/v1/flags/{flag['id']}", headers=self.headers)).json()


@pytest.fixture
def ana(portfolio: Any, client: httpx.AsyncClient, bearer: Any) -> Ana:
    return Ana(client, bearer("ana", "account_manager"))


async def test_a_flag_reaches_slack(ana: Ana, sender: Make, outside: Outside) -> None:
    flag = await ana.flag(text="<!channel> is <b>this</b> right & fair?", subject="<@U1> look")
    assert await sender().round(Channel.SLACK) == 1
    seen = await ana.see(flag)
    assert (seen["state"], seen["reason"]) == ("sent", None)
    assert seen["sent_at"]
    [message] = outside.messages
    assert message["channel"] == "C0BILLING"
    assert message["mentions"] == []
    said = json.dumps(message["blocks"], ensure_ascii=False)
    for part in (
        "&lt;!channel&gt; is &lt;b&gt;this&lt;/b&gt; right &amp; fair?",
        "Ash Ltd (a2)",
        "107.00 USD",
        "ASC 606",
    ):
        assert part in said
    assert message["metadata"]["event_payload"] == {"flag_id": flag["id"]}
    async with httpx.AsyncClient() as anybody:
        assert (await anybody.get(seen["permalink"])).json() == message
    assert await sender().round(Channel.SLACK) == 0


async def test_a_flag_reaches_a_mailbox(ana: Ana, sender: Make, outside: Outside) -> None:
    flag = await ana.flag("email", "finance", subject="Ash Ltd is 5 % off – please look", text="<b>Look</b>\n\nTwice.")
    await sender().round(Channel.EMAIL)
    seen = await ana.see(flag)
    assert (seen["state"], seen["permalink"]) == ("sent", None)
    [mail] = outside.messages
    assert mail["to"] == ["finance@northwind.example"]
    assert mail["message_id"] == f"<{flag['id']}@trueup.example>"
    assert mail["subject"] == "Ash Ltd is 5 % off – please look"
    assert "<b>Look</b>" in mail["text"]
    assert "&lt;b&gt;Look&lt;/b&gt;" in mail["html"]
    assert "<b>Look</b>" not in mail["html"]
    assert {name for name, _ in mail["headers"]} <= {
        *("Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type")
    }


@pytest.mark.parametrize(
    ("channel", "target", "token", "reason"),
    [
        ("slack", "archive", "xoxb-sandbox", "is_archived"),
        ("slack", "billing", "xoxb-wrong", "invalid_auth"),
        ("email", "refused", "xoxb-sandbox", "recipient_refused"),
    ],
)
async def test_what_is_refused_has_failed(
    ana: Ana, sender: Make, outside: Outside, channel: str, target: str, token: str, reason: str
) -> None:
    flag = await ana.flag(channel, target)
    await sender(token=token).round(Channel(channel))
    seen = await ana.see(flag)
    assert (seen["state"], seen["reason"], seen["sent_at"]) == ("failed", reason, None)
    assert outside.messages == []


@pytest.mark.parametrize(
    ("channel", "target", "provider"), [("slack", "billing", "slack"), ("email", "finance", "mail")]
)
async def test_no_answer_is_unknown_and_not_repeated(
    ana: Ana, sender: Make, outside: Outside, channel: str, target: str, provider: str
) -> None:
    outside.fault(provider, "silent")
    flag = await ana.flag(channel, target)
    await sender(timeout_s=2).round(Channel(channel))
    seen = await ana.see(flag)
    assert (seen["state"], seen["reason"]) == ("unknown", "timeout")
    assert len(outside.messages) == 1, "it had arrived"
    outside.fault(provider, "none")
    assert await sender().round(Channel(channel)) == 0
    assert (await ana.flag(channel, target))["id"] == flag["id"]
    again = await ana.flag(channel, target, resend=True)
    await sender().round(Channel(channel))
    assert (await ana.see(again))["state"] == "sent"
    assert len(outside.messages) == 2, "a person asked for it"


@pytest.mark.parametrize("mode", ["down", "garbage"])
async def test_an_answer_that_says_nothing_is_unknown(ana: Ana, sender: Make, outside: Outside, mode: str) -> None:
    outside.fault("slack", mode)
    flag = await ana.flag()
    await sender().round(Channel.SLACK)
    seen = await ana.see(flag)
    assert (seen["state"], seen["reason"]) == ("unknown", "answer_unreadable")


@pytest.mark.parametrize(
    ("channel", "target", "provider", "mode", "reason"),
    [
        ("slack", "billing", "slack", "limited", "ratelimited"),
        ("email", "finance", "mail", "limited", "mail_deferred"),
        ("email", "finance", "mail", "down", "mail_deferred"),
    ],
)
async def test_who_asks_for_patience_gets_it(
    ana: Ana,
    sender: Make,
    outside: Outside,
    portfolio: Any,
    channel: str,
    target: str,
    provider: str,
    mode: str,
    reason: str,
) -> None:
    outside.fault(provider, mode)
    flag = await ana.flag(channel, target)
    assert await sender().round(Channel(channel)) == 1
    seen = await ana.see(flag)
    assert (seen["state"], seen["reason"]) == ("queued", reason)
    row = await portfolio.admin.fetchrow("SELECT due_at - claimed_at AS pause, tries FROM dashboard.flags")
    assert (row["tries"], row["pause"].total_seconds() >= 1) == (1, True)
    outside.fault(provider, "none")
    await portfolio.admin.execute("UPDATE dashboard.flags SET due_at = now()")
    await sender().round(Channel(channel))
    seen = await ana.see(flag)
    assert (seen["state"], seen["reason"]) == ("sent", None)
    assert len(outside.messages) == 1


async def test_who_cannot_be_reached_is_tried_again_but_not_for_ever(ana: Ana, sender: Make, portfolio: Any) -> None:
    flag = await ana.flag()
    away = sender(slack=NOWHERE)
    for attempt in range(1, TRIES_MAX + 1):
        await portfolio.admin.execute("UPDATE dashboard.flags SET due_at = now()")
        assert await away.round(Channel.SLACK) == 1
        seen = await ana.see(flag)
        assert (seen["state"], seen["reason"]) == ("queued" if attempt < TRIES_MAX else "failed", "not_reachable")


async def test_a_recipient_that_was_taken_away_is_not_told(ana: Ana, services: Services, sender: Make) -> None:
    flag = await ana.flag()
    send = sender()
    send._targets = SettingsTargets([])
    await send.round(Channel.SLACK)
    assert (await ana.see(flag))["reason"] == "target_removed"


async def test_killed_between_claim_and_sending(
    ana: Ana, sender: Make, services: Services, outside: Outside, portfolio: Any
) -> None:
    flag = await ana.flag()
    claimed = await queue_of(services, "killed").claim(Channel.SLACK)
    assert str(claimed and claimed.flag_id) == flag["id"]
    assert await sender().round(Channel.SLACK) == 0, "it may be about to arrive"
    assert (await ana.see(flag))["state"] == "sending"
    await portfolio.admin.execute("UPDATE dashboard.flags SET claimed_at = now() - interval '61 seconds'")
    assert await sender().round(Channel.SLACK) == 0
    seen = await ana.see(flag)
    assert (seen["state"], seen["reason"]) == ("unknown", "sender_lost")
    assert outside.messages == []


async def test_killed_between_sending_and_writing_it_down(
    ana: Ana, sender: Make, services: Services, outside: Outside, portfolio: Any
) -> None:
    class Dies(PostgresFlagQueue):
        async def settle(self, claimed: Claimed, outcome: Outcome, *, again_after_s: float) -> None:
            raise RuntimeError("killed")

    flag = await ana.flag()
    dying = Dies(services.accounts._reads._database, sender="dying")  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError, match="killed"):
        await sender(queue=dying).round(Channel.SLACK)
    assert len(outside.messages) == 1
    await portfolio.admin.execute("UPDATE dashboard.flags SET claimed_at = now() - interval '61 seconds'")
    for _ in range(3):
        assert await sender().round(Channel.SLACK) == 0
    assert (await ana.see(flag))["state"] == "unknown"
    assert len(outside.messages) == 1, "it is never sent again by itself"


async def test_two_replicas_send_each_message_once(ana: Ana, sender: Make, outside: Outside) -> None:
    flags = [
        await ana.flag(target=target, account=account, period_start=start)
        for target in ("billing", "revenue")
        for account in ("a1", "a2")
        for start in (None, "2026-10-01")
    ]
    senders = [sender(name=f"replica {place}") for place in range(2)]
    rounds = await asyncio.gather(*(one.round(Channel.SLACK) for one in senders))
    assert sum(rounds) == len(flags) == 8
    posted = [message["metadata"]["event_payload"]["flag_id"] for message in outside.messages]
    assert sorted(posted) == sorted(flag["id"] for flag in flags)


async def test_a_late_answer_is_the_truth_but_queues_nothing(ana: Ana, services: Services, portfolio: Any) -> None:
    flag = await ana.flag()
    queue = queue_of(services, "slow")
    claimed = await queue.claim(Channel.SLACK)
    assert claimed is not None
    await portfolio.admin.execute("UPDATE dashboard.flags SET claimed_at = now() - interval '61 seconds'")
    assert await queue.give_up_lost(after_s=60) == 1
    await queue.settle(claimed, Later("not_reachable"), again_after_s=0)
    assert (await ana.see(flag))["state"] == "unknown"
    await queue.settle(claimed, Sent("C0BILLING/1.0", "https://slack.example/p1"), again_after_s=0)
    seen = await ana.see(flag)
    assert (seen["state"], seen["permalink"]) == ("sent", "https://slack.example/p1")
    await queue.settle(claimed, Later("not_reachable"), again_after_s=0)
    assert (await ana.see(flag))["state"] == "sent"


async def test_a_new_flag_wakes_its_sender(ana: Ana, services: Services) -> None:
    assert not services.send_flags.wake[Channel.EMAIL].is_set()
    await ana.flag("email", "finance")
    assert services.send_flags.wake[Channel.EMAIL].is_set()
    assert not services.send_flags.wake[Channel.SLACK].is_set()
