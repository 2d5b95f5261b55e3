"""What people entered, in the service's schema."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
from pydantic import TypeAdapter

from dashboard_api.adapters.audit import write_audit
from dashboard_api.adapters.database import Database
from dashboard_api.domain.access import Principal
from dashboard_api.domain.configuration import AccountConfig, RateConfig
from dashboard_api.usecases.rate_cards import card_component, entered_component
from trueup_contracts.accounts import Rate
from trueup_contracts.envelope import Event
from trueup_kit.outbox import append

# A file of many thousand rows may take longer than a page.
CHANGE_LIMIT_S = 60.0
_COMPONENTS = TypeAdapter(list[Rate])


class PostgresConfiguration:
    """Changes wait for each other, so that what a file was compared with is what it changes."""

    def __init__(self, database: Database, *, service: str) -> None:
        self._database = database
        self._service = service

    @asynccontextmanager
    async def change(self, *, writing: bool) -> AsyncIterator[PostgresChange]:
        """One change at a time when writing; a dry run holds up nobody."""
        async with self._database.writing(limit_s=CHANGE_LIMIT_S) as connection:
            if writing:
                await connection.execute("LOCK TABLE dashboard.accounts IN SHARE ROW EXCLUSIVE MODE")
            yield PostgresChange(connection, service=self._service)


class PostgresChange:
    """One transaction on what people entered."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record], *, service: str) -> None:
        self._connection = connection
        self._service = service

    async def accounts(self) -> dict[str, AccountConfig]:
        """All accounts by client id, owners included."""
        rows = await self._connection.fetch(
            """
            SELECT client_id, name, time_zone, active_from, active_to, anchor_day, refs,
                   ARRAY(SELECT user_name FROM dashboard.account_owners AS own
                         WHERE own.client_id = account.client_id ORDER BY user_name COLLATE "C") AS owners
            FROM dashboard.accounts AS account
            """
        )
        return {
            row["client_id"]: AccountConfig(
                client_id=row["client_id"],
                name=row["name"],
                time_zone=row["time_zone"],
                active_from=row["active_from"],
                active_to=row["active_to"],
                refs=tuple(row["refs"]),
                owners=tuple(row["owners"]),
                anchor_day=row["anchor_day"],
            )
            for row in rows
        }

    async def rates(self) -> dict[str, list[RateConfig]]:
        """The rate cards in force by client id."""
        rows = await self._connection.fetch(
            """
            SELECT DISTINCT ON (client_id) client_id, components::text AS components FROM dashboard.rate_cards
            ORDER BY client_id, version DESC
            """
        )
        return {
            row["client_id"]: [
                entered_component(row["client_id"], each) for each in _COMPONENTS.validate_json(row["components"])
            ]
            for row in rows
        }

    async def versions(self, count: int) -> list[int]:
        """New versions, ascending; drawn under the lock of the change."""
        rows = await self._connection.fetch(
            "SELECT nextval('dashboard.fact_version') AS version FROM generate_series(1, $1)", count
        )
        return sorted(row["version"] for row in rows)

    async def save_accounts(self, accounts: Sequence[AccountConfig]) -> None:
        """Insert or replace accounts with their owners."""
        await self._connection.executemany(
            """
            INSERT INTO dashboard.accounts
                (client_id, name, time_zone, active_from, active_to, refs, anchor_day, configured_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, now())
            ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone,
                active_from = excluded.active_from, active_to = excluded.active_to, refs = excluded.refs,
                anchor_day = excluded.anchor_day, configured_at = excluded.configured_at
            """,
            [
                (a.client_id, a.name, a.time_zone, a.active_from, a.active_to, list(a.refs), a.anchor_day)
                for a in accounts
            ],
        )
        owned = [(account.client_id, user) for account in accounts for user in account.owners]
        await self._connection.execute(
            "DELETE FROM dashboard.account_owners WHERE client_id = ANY($1::text[])", [a.client_id for a in accounts]
        )
        await self._connection.execute(
            "INSERT INTO dashboard.account_owners (client_id, user_name) SELECT * FROM unnest($1::text[], $2::text[])",
            [client_id for client_id, _ in owned],
            [user for _, user in owned],
        )

    async def save_rates(self, principal: Principal, cards: Mapping[str, Sequence[RateConfig]]) -> None:
        """A new version of the whole rate cards of these clients; former versions are kept."""
        await self._connection.executemany(
            """
            INSERT INTO dashboard.rate_cards (client_id, version, imported_by, components)
            SELECT $1, 1 + coalesce(max(version), 0), $2, $3::text::jsonb
            FROM dashboard.rate_cards WHERE client_id = $1
            """,
            [
                (client_id, principal.user, _COMPONENTS.dump_json([card_component(each) for each in card]).decode())
                for client_id, card in cards.items()
            ],
        )

    async def audit(self, principal: Principal, action: str, detail: Mapping[str, object]) -> None:
        """Write down who did what."""
        await write_audit(self._connection, principal, action, detail)

    async def publish(self, events: Sequence[Event]) -> None:
        """Put events on the outbox of this transaction."""
        await append(self._connection, events, service=self._service)
