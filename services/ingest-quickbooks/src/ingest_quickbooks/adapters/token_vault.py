"""QuickBooks' tokens: encrypted at rest, renewed by one writer, stored before they are used.

The refresh token rotates: the former value dies. Two refreshes at once can be read as theft and cost the connection, so
a refresh happens under the row's lock, and whoever waited for the lock takes what the other has brought. What was asked
for is stored whoever stops waiting for it. A connection that QuickBooks refuses for good is dead in the row: every replica
stops asking until a person connects again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar

import asyncpg
import httpx
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from ingest_quickbooks.adapters.seal import Seal, WrongKey
from ingest_quickbooks.domain.connecting import Connection
from ingest_quickbooks.domain.tokens import BadTokenAnswer, TokenAnswer, read_token_answer, reconnect_soon, renewal_due
from ingest_quickbooks.ports import CodeNotTaken, ConnectionDead, SourceUnavailable
from trueup_billing import clean_text
from trueup_kit.errors import ProviderUnavailable
from trueup_kit.http import ProviderClient
from trueup_kit.logs import get_logger
from trueup_kit.loops import every
from trueup_kit.postgres import raw

log = get_logger(__name__)
ALIVE = Gauge(
    "trueup_connection_alive", "1 while the provider accepts our connection, 0 when a person must reconnect", ["source"]
)
REFRESH_ENDS = Gauge(
    "trueup_connection_refresh_ends_timestamp_seconds",
    "When the refresh token dies: unused, or because it has come to the end of its years",
    ["source"],
)
TELL_EVERY_S = 30.0
_HARD_END = {"x-include-refresh-token-hard-expires-in": "true"}
"""Without it QuickBooks tells only an end that moves on with each use."""

SEED = """
INSERT INTO connections (realm_id, refresh_token, state, seeded_from) VALUES ($1, $2, 'alive', $3)
ON CONFLICT (realm_id) DO UPDATE
SET refresh_token = excluded.refresh_token, access_token = NULL, access_expires_at = NULL, refresh_expires_at = NULL,
    state = 'alive', refusal = NULL, seeded_from = excluded.seeded_from, rotated_at = NULL
WHERE connections.state = 'dead' AND connections.seeded_from IS DISTINCT FROM excluded.seeded_from
"""
READ = """
SELECT refresh_token, access_token, access_expires_at, state, refusal, rotated_at FROM connections WHERE realm_id = $1
"""
STORE = """
UPDATE connections SET refresh_token = $2, access_token = $3, access_expires_at = $4, refresh_expires_at = $5,
    state = 'alive', refusal = NULL, rotated_at = $6
WHERE realm_id = $1
"""
LOCK = "SELECT FROM connections WHERE realm_id = $1 FOR UPDATE"
BEGIN = """
INSERT INTO connections (realm_id, refresh_token, state, seeded_from) VALUES ($1, $2, 'alive', $3)
ON CONFLICT (realm_id) DO UPDATE SET seeded_from = excluded.seeded_from
"""
END = """
UPDATE connections SET refresh_token = $2, access_token = NULL, access_expires_at = NULL, refresh_expires_at = NULL,
    state = 'dead', refusal = NULL, seeded_from = $3, rotated_at = NULL
WHERE realm_id = $1
"""
# An empty refresh token tells what a person ended from what died.
STATE = "SELECT state, refresh_token, refresh_expires_at FROM connections WHERE realm_id = $1"
BURY = """
UPDATE connections SET state = 'dead', refusal = $2, access_token = NULL, access_expires_at = NULL WHERE realm_id = $1
"""

RENEW_AGAIN_AFTER = timedelta(minutes=5)
"""A token refused younger than this is no matter of age: renewing it again and again would look like theft."""

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_T = TypeVar("_T")


class TokenVault:
    """The tokens of one company. `initial_refresh_token` fills an empty vault, or replaces a dead connection."""

    def __init__(
        self,
        engine: AsyncEngine,
        client: ProviderClient,
        *,
        token_url: str,
        revoke_url: str,
        client_id: str,
        client_secret: str,
        realm_id: str,
        seal: Seal,
        initial_refresh_token: str | None,
        clock: Callable[[], datetime],
        renew_again_after: timedelta = RENEW_AGAIN_AFTER,
    ) -> None:
        self._engine = engine
        self._client = client
        self._renew_again_after = renew_again_after
        self._token_url = token_url
        self._revoke_url = revoke_url
        self._auth = httpx.BasicAuth(client_id, client_secret)
        self._realm_id = realm_id
        self._sealed = seal
        self._initial = initial_refresh_token
        self._clock = clock
        self._under_way: set[asyncio.Task[Any]] = set()

    async def access_token(self, *, refused: str | None = None) -> str:
        """A token for at least five minutes more.

        Raises:
            ConnectionDead: the connection is refused, or there is none; it is not tried again.
            SourceUnavailable: the token endpoint cannot be reached or answers nonsense.
        """
        async with self._engine.begin() as conn:
            row = await (await raw(conn)).fetchrow(READ, self._realm_id)
        token = self._usable(row, refused)
        if token is None:
            token = await self._whole(self._renew(refused))
        ALIVE.labels("quickbooks").set(1)
        return token

    async def refuse(self, token: str, words: str) -> bool:
        """QuickBooks refuses this token although it is fresh, or the company for good: nobody asks until a person connects.

        Returns False where the token was replaced meanwhile: what was refused to a former one says nothing.
        """
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            row = await driver.fetchrow(READ + " FOR UPDATE", self._realm_id)
            if row is not None and row["state"] == "dead":
                return True
            if row is None or row["access_token"] is None or self._open(row["access_token"]) != token:
                return False
            await driver.execute(BURY, self._realm_id, words)
        ALIVE.labels("quickbooks").set(0)
        log.error("QuickBooks no longer accepts the connection: a person must reconnect", error=words)
        return True

    def _usable(self, row: asyncpg.Record | None, refused: str | None) -> str | None:
        if row is None or row["state"] == "dead" or row["access_token"] is None:
            return None
        if renewal_due(row["access_expires_at"], self._clock()):
            return None
        token = self._open(row["access_token"])
        return None if token == refused else token

    async def _renew(self, refused: str | None) -> str:
        dead: ConnectionDead
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            if self._initial is not None:
                await driver.execute(SEED, self._realm_id, self._seal(self._initial), _fingerprint(self._initial))
            row = await driver.fetchrow(READ + " FOR UPDATE", self._realm_id)
            token = self._usable(row, refused)
            if token is not None:
                return token  # another process renewed while we waited for the lock
            if row is None or row["state"] == "dead":
                refusal = row["refusal"] if row is not None else None
                raise self._dead(f"connect QuickBooks again: {refusal or 'there is no refresh token that works'}")
            young = row["rotated_at"] is not None and self._clock() - row["rotated_at"] < self._renew_again_after
            if refused is not None and young:
                raise SourceUnavailable("QuickBooks refuses a token that it has just given")
            # Before the try: a key of ours that does not fit says nothing about the connection.
            refresh_token = self._open(row["refresh_token"])
            try:
                answer = await self._refresh(refresh_token)
            except ConnectionDead as error:
                await driver.execute(BURY, self._realm_id, str(error))
                dead = error
            else:
                await self._store(driver, answer)
                self._tell_end(answer.refresh_expires_at)
                return answer.access_token
        # The burial is committed by now: nobody asks with this token again.
        log.error("QuickBooks no longer accepts the connection: a person must reconnect", error=str(dead))
        raise self._dead(str(dead))

    async def connect(self, code: str, redirect_uri: str) -> None:
        """Exchange a one-time code for tokens and keep them; whatever was there before is replaced.

        Raises:
            CodeNotTaken: the former tokens stay.
            SourceUnavailable: the token endpoint cannot be reached; the former tokens stay.
        """
        await self._whole(self._connect(code, redirect_uri))

    async def _connect(self, code: str, redirect_uri: str) -> None:
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            await driver.execute(LOCK, self._realm_id)
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
            try:
                answer = await self._exchange(form)
            except ConnectionDead:
                raise CodeNotTaken("QuickBooks does not take the code (invalid_grant): begin again") from None
            await driver.execute(BEGIN, self._realm_id, self._seal(answer.refresh_token), self._seed_mark())
            await self._store(driver, answer)
        self._tell_end(answer.refresh_expires_at)
        ALIVE.labels("quickbooks").set(1)
        log.info("QuickBooks was connected by a person")

    async def disconnect(self) -> bool:
        """Give the refresh token back and forget everything; whether there was one. A refused connection may still have one.

        Raises:
            SourceUnavailable: QuickBooks cannot be reached, and everything stays as it was.
        """
        async with self._engine.begin() as conn:
            driver = await raw(conn)
            row = await driver.fetchrow(READ + " FOR UPDATE", self._realm_id)
            token = self._open(row["refresh_token"]) if row is not None else ""
            if not token:
                return False
            try:
                answer = await self._client.request("POST", self._revoke_url, auth=self._auth, json={"token": token})
            except ProviderUnavailable as error:
                raise SourceUnavailable(f"revoke endpoint: {error}") from error
            # 400: the token is not known any more, which is what is wanted.
            if answer.status_code not in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}:
                raise SourceUnavailable(f"revoke endpoint: HTTP {answer.status_code}")
            await driver.execute(END, self._realm_id, self._seal(""), self._seed_mark())
        ALIVE.labels("quickbooks").set(0)
        log.warning("QuickBooks was disconnected by a person")
        return True

    async def state(self) -> Connection:
        """What is known of the connection; QuickBooks is not asked."""
        async with self._engine.begin() as conn:
            row = await (await raw(conn)).fetchrow(STATE, self._realm_id)
        try:
            if row is None or not self._open(row["refresh_token"]):
                return Connection("none")
        except ConnectionDead:
            return Connection("dead")
        return Connection(row["state"], row["refresh_expires_at"])

    async def settle(self) -> None:
        """Wait for what must not be cut in two."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def tell(self) -> None:
        """Set the metrics from the row: every replica tells the same, whichever of them asks QuickBooks."""
        found = await self.state()
        ALIVE.labels("quickbooks").set(found.state == "alive")
        if found.ends_at is not None:
            REFRESH_ENDS.labels("quickbooks").set(found.ends_at.timestamp())

    async def run(self) -> None:
        """Tell every half minute until cancelled."""
        await every(TELL_EVERY_S, self.tell, name="tell of the connection")

    async def _whole(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Await what is carried to its end though the caller is cancelled: an answer that nobody stores is a lost token."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, as the caller may be gone

    def _seed_mark(self) -> str:
        """The token of the settings counts as used: it must not undo what a person did."""
        return _fingerprint(self._initial) if self._initial is not None else ""

    async def _refresh(self, refresh_token: str) -> TokenAnswer:
        return await self._exchange({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _exchange(self, form: dict[str, str]) -> TokenAnswer:
        asked_at = self._clock()
        try:
            answer = await self._client.request(
                "POST",
                self._token_url,
                auth=self._auth,
                headers={"accept": "application/json", **_HARD_END},
                data=form,
            )
        except ProviderUnavailable as error:
            raise SourceUnavailable(f"token endpoint: {error}") from error
        try:
            body = json.loads(answer.content)
        except ValueError:
            body = None
        if answer.status_code != HTTPStatus.OK:
            raise _refusal(body, answer.status_code)
        try:
            return read_token_answer(body, asked_at)
        except BadTokenAnswer as error:
            raise SourceUnavailable(f"token endpoint: {error}") from error

    async def _store(self, driver: _Connection, answer: TokenAnswer) -> None:
        await driver.execute(
            STORE,
            self._realm_id,
            self._seal(answer.refresh_token),
            self._seal(answer.access_token),
            answer.access_expires_at,
            answer.refresh_expires_at,
            self._clock(),
        )

    def _tell_end(self, ends_at: datetime | None) -> None:
        """It rolls on with each use, but not for ever: it comes to its end while everything still works."""
        if ends_at is None:
            return
        REFRESH_ENDS.labels("quickbooks").set(ends_at.timestamp())
        if reconnect_soon(ends_at, self._clock()):
            log.error("the connection to QuickBooks ends soon: a person must reconnect", ends_at=ends_at.isoformat())

    def _dead(self, words: str) -> ConnectionDead:
        ALIVE.labels("quickbooks").set(0)
        return ConnectionDead(words)

    def _seal(self, secret: str) -> bytes:
        return self._sealed.close(secret)

    def _open(self, sealed: bytes) -> str:
        try:
            return self._sealed.open(sealed)
        except WrongKey:
            raise self._dead("the stored tokens were sealed with another TOKEN_KEY") from None


def _refusal(body: object, status: int) -> SourceUnavailable:
    code = body.get("error") if isinstance(body, dict) else None
    if code == "invalid_grant":
        return ConnectionDead("the refresh token is not accepted (invalid_grant)")
    return SourceUnavailable(clean_text(f"token endpoint: HTTP {status} {code or ''}".rstrip()))


def _fingerprint(secret: str) -> str:
    """Tells two initial tokens apart without keeping them."""
    return hashlib.sha256(secret.encode()).hexdigest()
