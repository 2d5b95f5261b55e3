"""Wiring: one world, its three providers, Slack and mail, the issuer and the controls, as one web application."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import FastAPI

from trueup_sandbox.control import routes as control
from trueup_sandbox.deliveries import Deliverer
from trueup_sandbox.key import routes as answer_key
from trueup_sandbox.notices import Notifier
from trueup_sandbox.oidc.routes import Client, Issuer
from trueup_sandbox.oidc.tokens import Signer, load_key
from trueup_sandbox.providers.amplitude.routes import AmplitudeApi
from trueup_sandbox.providers.gate import Gate
from trueup_sandbox.providers.mail import Mailbox
from trueup_sandbox.providers.mangled import Mangling
from trueup_sandbox.providers.quickbooks.routes import QuickBooksApi
from trueup_sandbox.providers.quickbooks.tokens import Tokens
from trueup_sandbox.providers.slack import SlackApi
from trueup_sandbox.providers.stripe.routes import StripeApi
from trueup_sandbox.settings import SandboxSettings
from trueup_sandbox.world.happenings import Happenings
from trueup_sandbox.world.life import Life
from trueup_sandbox.world.world import World

COUNTERS_KEPT_EVERY_S = 5.0


@dataclass(slots=True)
class Sandbox:
    """The parts of a running sandbox, for whoever wires or tests it."""

    app: FastAPI
    controls: control.Controls
    mailbox: Mailbox


def create(settings: SandboxSettings, world: World) -> Sandbox:
    """Wire a world to HTTP; its life and its deliveries run while the application does."""
    counters: Counter[str] = Counter(world.memory.counters)
    gates = {name: Gate(name, counters) for name in ("stripe", "quickbooks", "amplitude", "slack", "mail")}
    happenings = Happenings(world)
    pace = settings.events_per_minute
    life = Life(world, happenings, events_per_minute=world.scenario.live.events_per_minute if pace is None else pace)
    deliverer = Deliverer(world, url=settings.webhook_url, secret=settings.webhook_secret, counters=counters)
    notifier = Notifier(
        world,
        url=settings.ledger_webhook_url,
        verifier=settings.ledger_verifier,
        counters=counters,
        mode=lambda: deliverer.mode,
    )
    tokens = Tokens(world, counters)
    signer = Signer(settings.issuer_url, load_key(settings.state_dir))
    mailbox = Mailbox(world, gates["mail"])
    development = settings.environment == "development"
    stripe = StripeApi(world, gates["stripe"])
    amplitude = AmplitudeApi(world, gates["amplitude"])
    controls = control.Controls(
        world, happenings, life, deliverer, gates, tokens, amplitude, signer, counters, development, stripe
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if settings.smtp_port is not None:
            await mailbox.open(settings.http_host, settings.smtp_port)
        tasks = [
            asyncio.create_task(run())
            for run in (life.run, deliverer.run, notifier.run, lambda: _keep(world, counters))
        ]
        try:
            yield
        finally:
            mailbox.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            world.remember_counters(dict(counters))
            world.close()

    app = FastAPI(title="Trueup sandbox", lifespan=lifespan, docs_url=None, redoc_url=None)
    redirects = tuple(uri.strip() for uri in settings.redirect_uris.split(",") if uri.strip())
    client = Client(settings.oidc_client_id, settings.oidc_client_secret, redirects, any_loopback=development)
    app.mount("/stripe", Mangling(stripe.app()))
    app.mount("/quickbooks", Mangling(QuickBooksApi(world, gates["quickbooks"], tokens).app()))
    app.mount("/amplitude", Mangling(amplitude.app()))
    app.mount("/slack", SlackApi(world, gates["slack"]).app())
    app.mount("/oidc", Issuer(signer, client).app())
    app.include_router(control.build(controls))
    app.include_router(answer_key.build(world))
    return Sandbox(app, controls, mailbox)


async def _keep(world: World, counters: Counter[str]) -> None:
    """Write the request counters down now and then; everything else is journalled as it happens."""
    kept = dict(counters)
    while True:
        await asyncio.sleep(COUNTERS_KEPT_EVERY_S)
        if counters != kept:
            kept = dict(counters)
            world.remember_counters(kept)
