"""The connection to QuickBooks."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.words import Answer


class LedgerConnection(Answer):
    """`dead`: it no longer holds, a person must connect again; `none`: there is none, or a person ended it."""

    on_page: bool = Field(description="Whether the page connects it; else it is done at the command line.")
    state: Literal["alive", "dead", "none"] | None = Field(description="Null where the page does not manage it.")
    ends_at: datetime | None = Field(description="When it ends if it is never used; each use moves it on.")
    ends_soon: bool = Field(description="Within a fortnight: a person connects again in time.")


class ConnectionBegun(Answer):
    """The browser goes there, as a whole page; it comes back within ten minutes, in the same login."""

    authorise_url: str
