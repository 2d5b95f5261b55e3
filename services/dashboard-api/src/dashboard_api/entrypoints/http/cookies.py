"""The two cookies: the session, and the short-lived one that binds a sign-in to a browser."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Response

LOGIN_TTL_S = 600


@dataclass(frozen=True, slots=True)
class Cookies:
    """Names and flags; on https they are host-bound and never travel in the clear."""

    secure: bool
    session_ttl_s: int

    @property
    def session_name(self) -> str:
        return self._named("trueup_session")

    @property
    def login_name(self) -> str:
        return self._named("trueup_login")

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    def set_session(self, response: Response, token: str) -> None:
        """Hand the browser its session; the server decides when it ends."""
        self._set(response, self.session_name, token, self.session_ttl_s)

    def set_login(self, response: Response, binding: str) -> None:
        """Remember in the browser which sign-in is its own."""
        self._set(response, self.login_name, binding, LOGIN_TTL_S)

    def drop_session(self, response: Response) -> None:
        """Take the session away from the browser."""
        self._set(response, self.session_name, "", 0)

    def drop_login(self, response: Response) -> None:
        """The sign-in is over."""
        self._set(response, self.login_name, "", 0)

    def _set(self, response: Response, name: str, value: str, max_age_s: int) -> None:
        # Lax, not Strict: the browser comes back from the issuer's site and must be known at once.
        response.set_cookie(name, value, max_age=max_age_s, path="/", secure=self.secure, httponly=True, samesite="lax")
