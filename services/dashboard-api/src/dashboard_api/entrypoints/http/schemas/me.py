"""Who is signed in."""

from __future__ import annotations

from dashboard_api.entrypoints.http.schemas.words import Answer


class Me(Answer):
    """`csrf` is what the header X-Trueup-Csrf must carry on every POST made with the session cookie."""

    user: str
    name: str
    email: str
    role: str
    permissions: list[str]
    csrf: str
