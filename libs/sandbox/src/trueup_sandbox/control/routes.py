"""The control routes, under /control. They exist on a development machine only and ask for no login."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from trueup_sandbox.clock import to_instant, to_ms
from trueup_sandbox.control import retries
from trueup_sandbox.control.exports import accounts_csv, rates_csv
from trueup_sandbox.control.facts import facts
from trueup_sandbox.deliveries import Deliverer, Mode
from trueup_sandbox.oidc.tokens import ACCESS_LIVES_MAX_S, ACCESS_LIVES_S, Signer
from trueup_sandbox.oidc.users import USERS, find
from trueup_sandbox.providers.amplitude.routes import AmplitudeApi
from trueup_sandbox.providers.gate import Gate
from trueup_sandbox.providers.gate import Mode as FaultMode
from trueup_sandbox.providers.quickbooks.faults import Refusal
from trueup_sandbox.providers.quickbooks.tokens import Tokens
from trueup_sandbox.providers.stripe.pay import CHARGED
from trueup_sandbox.providers.stripe.routes import StripeApi
from trueup_sandbox.world.desk import NothingToDo, UnknownObject
from trueup_sandbox.world.happenings import Happenings, Kind
from trueup_sandbox.world.life import Life
from trueup_sandbox.world.world import World

HAPPEN_MAX = 1000
PACE_MAX = 1000
CLOCK_WRONG_MAX_S = 60


class Asked(BaseModel):
    """A control request; a misspelt field is an error."""

    model_config = ConfigDict(extra="forbid")


class Happen(Asked):
    """Make something happen, so many times."""

    kind: Kind
    client_id: str | None = None
    count: Annotated[int, Field(ge=1, le=HAPPEN_MAX)] = 1


class Pace(Asked):
    """Happenings per second beside the scenario's own pace."""

    events_per_s: Annotated[float, Field(ge=0, le=PACE_MAX)]


class Fault(Asked):
    """How a provider misbehaves."""

    provider: Literal["stripe", "quickbooks", "amplitude", "slack", "mail"]
    mode: FaultMode
    for_s: Annotated[float, Field(gt=0)] | None = None
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Of `mixed`: the share of requests that meet a fault, drawn anew for each."""
    seed: int | None = None


class Deliveries(Asked):
    """How webhooks are delivered from now on."""

    mode: Mode


class Withhold(Asked):
    """The gateway shows this client's invoices in a way that cannot be read, but for so many of the oldest."""

    client_id: str
    readable: Annotated[int | None, Field(ge=0)]
    """Null: all again."""


class Refusing(Asked):
    """How the ledger refuses from now on."""

    refusal: Refusal


class WrongClock(Asked):
    """How far the providers' clock is ahead of the true one; less than nothing is behind."""

    ahead_s: Annotated[float, Field(ge=-CLOCK_WRONG_MAX_S, le=CLOCK_WRONG_MAX_S)]


class Groups(Asked):
    """How many rows Amplitude's answers have at the most; null: as many as the scenario says."""

    most: Annotated[int | None, Field(ge=1)]


class TokenFor(Asked):
    """Whose bearer token."""

    user: str
    expires_in_s: Annotated[int, Field(ge=1, le=ACCESS_LIVES_MAX_S)] = ACCESS_LIVES_S


@dataclass(frozen=True, slots=True)
class Controls:
    """Everything that the routes turn."""

    world: World
    happenings: Happenings
    life: Life
    deliverer: Deliverer
    gates: dict[str, Gate]
    tokens: Tokens
    amplitude: AmplitudeApi
    signer: Signer
    counters: Counter[str]
    development: bool
    stripe: StripeApi


def build(controls: Controls) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/control")
    for part in (_looking, _told, _acting, _breaking, _ledger, _delivering, _users):
        part(router, controls)
    retries.add(router, controls.world, controls.stripe.payer)
    return router


def _looking(router: APIRouter, controls: Controls) -> None:
    world = controls.world

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "born_at": to_instant(world.born_ms).isoformat()}

    @router.get("/world")
    async def the_world() -> dict[str, Any]:
        store = world.desk.store
        return {
            "seed": world.scenario.seed,
            "born_at": to_instant(world.born_ms).isoformat(),
            "first_day": world.desk.usage.first_day.isoformat(),
            "planted_month": f"{world.planted_month:%Y-%m}",
            "accounts": len(world.accounts),
            "series": len(world.desk.usage.series),
            "metrics": [metric.metric for metric in world.scenario.metrics],
            "invoices": len(store.invoices),
            "open_invoices": sum(one.status == "open" for one in store.gateway_invoices.all()),
            "payments": len(store.payments),
            "events_per_s": controls.life.base_per_s + controls.life.load_per_s,
            "situations": sorted({one.name for one in world.scenario.planted}),
            "planted": [
                {"situation": one.planted.name, "kind": one.planted.situation, "client_id": one.client_id}
                for one in world.accounts
                if one.planted
            ],
        }

    @router.get("/counters")
    async def counters() -> dict[str, Any]:
        return {
            **{name: controls.counters[name] for name in sorted(controls.counters) if not name.startswith(CHARGED)},
            "charges": world.memory.happenings["pay"],
            **retries.charges(controls.stripe.payer),
            "happenings": world.memory.happenings.total(),
            "happenings_by_kind": dict(world.memory.happenings),
            "deliveries.pending": controls.deliverer.pending,
            "deliveries.acknowledged_events": len(world.memory.delivered),
            "events": len(world.live_events),
        }

    @router.get("/sources/{source}/facts")
    async def source_facts(
        source: Literal["stripe", "quickbooks", "amplitude"], as_of: datetime | None = None
    ) -> dict[str, Any]:
        as_of_ms = to_ms(as_of) if as_of else world.clock.read()
        return {"source": source, "as_of": to_instant(as_of_ms).isoformat(), **facts(world, source, as_of_ms)}

    @router.get("/export/accounts.csv", response_class=PlainTextResponse)
    async def accounts() -> PlainTextResponse:
        return PlainTextResponse(accounts_csv(world.accounts), media_type="text/csv")

    @router.get("/export/rates.csv", response_class=PlainTextResponse)
    async def rates() -> PlainTextResponse:
        return PlainTextResponse(rates_csv(world.accounts), media_type="text/csv")


def _told(router: APIRouter, controls: Controls) -> None:
    memory = controls.world.memory

    @router.get("/messages")
    async def messages() -> list[dict[str, Any]]:
        return [one for one in memory.messages if one["kind"] == "slack"]

    @router.get("/mails")
    async def mails() -> list[dict[str, Any]]:
        return [one for one in memory.messages if one["kind"] == "mail"]


def _acting(router: APIRouter, controls: Controls) -> None:
    @router.post("/happen")
    async def happen(asked: Happen) -> dict[str, Any]:
        happened = []
        try:
            for _ in range(asked.count):
                one = controls.happenings.make(asked.kind, asked.client_id)
                at = to_instant(one.at_ms).isoformat(timespec="milliseconds")
                document = f"quickbooks:invoice:{one.ledger_id}" if one.ledger_id else None
                shown = {"kind": one.kind, "client_id": one.client_id, "at": at, "document_id": document}
                happened.append({**shown, "objects": one.objects})
        except UnknownObject as error:
            raise HTTPException(404, str(error)) from error
        except NothingToDo as error:
            if not happened:
                raise HTTPException(409, str(error)) from error
        return {**happened[0], "happened": happened}

    @router.post("/pace")
    async def pace(asked: Pace) -> dict[str, float]:
        controls.life.load_per_s = asked.events_per_s
        return {"events_per_s": asked.events_per_s, "total_per_s": controls.life.base_per_s + asked.events_per_s}


def _breaking(router: APIRouter, controls: Controls) -> None:
    @router.post("/faults")
    async def fault(asked: Fault) -> dict[str, Any]:
        if asked.mode == "silent" and asked.provider not in {"slack", "mail"}:
            raise HTTPException(422, "only slack and mail can be silent")
        gate = controls.gates[asked.provider]
        gate.share = asked.share
        if asked.seed is not None:
            gate.draw.seed(asked.seed)
        gate.break_down(asked.mode, asked.for_s)
        return {name: gate.current() for name, gate in controls.gates.items()}

    @router.post("/withhold")
    async def withhold(asked: Withhold) -> dict[str, int]:
        try:
            account = controls.world.desk.account(asked.client_id).index
        except UnknownObject as error:
            raise HTTPException(404, str(error)) from error
        if asked.readable is None:
            controls.stripe.readable.pop(account, None)
        else:
            controls.stripe.readable[account] = asked.readable
        return {"invoices": len(controls.world.desk.store.gateway_invoices.of_account(account))}

    @router.post("/clock")
    async def clock(asked: WrongClock) -> dict[str, float]:
        controls.world.clock.set_wrong(round(asked.ahead_s * 1000))
        return {"ahead_s": asked.ahead_s}

    @router.post("/amplitude/groups")
    async def groups(asked: Groups) -> dict[str, int]:
        controls.amplitude.groups_max = asked.most or controls.world.scenario.amplitude.groups_max
        return {"most": controls.amplitude.groups_max}

    @router.get("/faults")
    async def faults() -> dict[str, Any]:
        return {name: gate.current() for name, gate in controls.gates.items()}


def _ledger(router: APIRouter, controls: Controls) -> None:
    @router.post("/quickbooks/reconnect")
    async def reconnect() -> dict[str, str]:
        return {"refresh_token": controls.tokens.reconnect()}

    @router.post("/quickbooks/refusal")
    async def refusal(asked: Refusing) -> dict[str, str]:
        controls.tokens.temper.refusal = asked.refusal
        return {"refusal": asked.refusal}

    @router.post("/quickbooks/edit-all")
    async def edit_all() -> dict[str, int]:
        return {"customers": controls.happenings.edit_all()}

    @router.post("/quickbooks/expire")
    async def expire() -> dict[str, str]:
        controls.tokens.expire()
        return {"access_tokens": "expired"}


def _delivering(router: APIRouter, controls: Controls) -> None:
    @router.post("/deliveries")
    async def deliveries(asked: Deliveries) -> dict[str, Any]:
        controls.deliverer.switch(asked.mode)
        return {"mode": controls.deliverer.mode, "pending": controls.deliverer.pending}

    @router.post("/deliveries/{event_id}")
    async def deliver_again(event_id: str) -> dict[str, Any]:
        store = controls.world.desk.store
        if event_id not in store.event_index:
            raise HTTPException(404, f"no event {event_id!r}")
        controls.deliverer.send_again(store.events[store.event_index[event_id]])
        return {"event": event_id, "pending": controls.deliverer.pending}


def _users(router: APIRouter, controls: Controls) -> None:
    @router.get("/users")
    async def users() -> list[dict[str, str]]:
        return [{"user": one.user, "role": one.role, "name": one.name, "email": one.email} for one in USERS]

    @router.post("/token")
    async def token(asked: TokenFor) -> dict[str, Any]:
        user = find(asked.user)
        if not controls.development:
            raise HTTPException(403, "tokens without a login exist in development only")
        if user is None:
            raise HTTPException(404, f"no login {asked.user!r}")
        signed = controls.signer.access_token(user, now_s=int(time.time()), lives_s=asked.expires_in_s)
        return {"access_token": signed, "token_type": "Bearer", "expires_in": asked.expires_in_s}
