"""Who is signed in."""

from __future__ import annotations

from pydantic import Field

from dashboard_api.entrypoints.http.schemas.words import Answer


class Me(Answer):
    """`csrf` is what the header X-Trueup-Csrf must carry on every POST made with the session cookie."""

    user: str
    name: str
    email: str
    role: str
    permissions: list[str]
    csrf: str
    read_only: bool = Field(description="Every action is switched off.")
    disclaimer: str = Field(description="Stands on every view and in every file.")
