"""The state of the three sources, with their age as of now."""

from __future__ import annotations

from dashboard_api.adapters.database import Database
from dashboard_api.ports.reads import Json, States
from trueup_readmodel.payload import STALE_AFTER_S

_REPORTS = """
SELECT json_agg(json_build_object(
    'source', wanted.source, 'as_of', known.as_of,
    'state', CASE WHEN known.source IS NULL OR known.state = 'never' OR known.as_of IS NULL THEN 'never'
                  WHEN known.as_of < now() - make_interval(secs => wanted.stale_after_s) THEN 'stale'
                  WHEN known.state IN ('partial', 'failing') THEN known.state ELSE 'complete' END,
    'reason', known.reason, 'since', CASE WHEN known.state <> 'ok' THEN known.since END) ORDER BY wanted.place)::text
FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS wanted (source, stale_after_s, place)
LEFT JOIN dashboard.seen_sources AS known USING (source)
"""
_STATES = """
SELECT source, state, reason FROM dashboard.seen_sources ORDER BY source
"""


class PostgresSourceReads:
    """The same for everybody: it tells nothing about any account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reports(self) -> Json:
        """A JSON list, one entry for each source."""
        async with self._database.autocommit() as connection:
            listed: Json = await connection.fetchval(_REPORTS, list(STALE_AFTER_S), list(STALE_AFTER_S.values()))
        return listed

    async def states(self) -> States:
        """Source, state and reason of each: what a listener is told to look at again when it changes."""
        async with self._database.autocommit() as connection:
            rows = await connection.fetch(_STATES)
        return tuple((row["source"], row["state"], row["reason"]) for row in rows)
