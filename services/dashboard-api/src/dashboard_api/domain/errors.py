"""What can be answered instead of a result.

Refused                     code, HTTP-free; the entrypoint knows its status
├── NotSignedIn             no or no valid session or token
├── NotAllowed              the role lacks the permission
├── NotFound                unknown, or somebody else's: the two are never told apart
├── InvalidRequest          a parameter, header or body that makes no sense
├── Conflict                what it rests on is another by now, or the key was used before
├── QuotaExceeded           more records than may still be exported
├── Gone                    handed out before, or too old
├── TooMany                 asked again too soon; `retry_after_s` says when
├── LoginFailed             the sign-in could not be finished; `code` says why
└── Unavailable             the database, the issuer or the bus is away; try again
"""

from __future__ import annotations


class Refused(Exception):
    """Base; `code` is stable, `detail` is safe to show."""

    code = "refused"

    def __init__(self, detail: str, *, code: str | None = None, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.extra = extra


class NotSignedIn(Refused):
    """No session, an ended one, or a token that does not hold."""

    code = "not_signed_in"


class NotAllowed(Refused):
    """The role lacks the permission."""

    code = "not_allowed"


class NotFound(Refused):
    """Unknown or out of scope; both look the same."""

    code = "not_found"


class InvalidRequest(Refused):
    """Something in the request makes no sense; `code` and `detail` say what."""

    code = "invalid_request"


class Conflict(Refused):
    """It does not fit what is there; `code` and `detail` say why."""

    code = "conflict"


class TooMany(Refused):
    """Too soon after the last one."""

    code = "too_many_requests"

    def __init__(self, detail: str, *, retry_after_s: int, code: str | None = None) -> None:
        super().__init__(detail, code=code, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class LoginFailed(Refused):
    """Signing in did not work; starting again may."""

    code = "login_failed"


class Unavailable(Refused):
    """Something that is needed is away for the moment."""

    code = "database_unavailable"

    def __init__(self, detail: str, *, code: str | None = None, retry_after_s: int = 5) -> None:
        super().__init__(detail, code=code, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class QuotaExceeded(Refused):
    """More records than may still be exported; refused whole, never cut."""

    code = "export_quota_exceeded"


class Gone(Refused):
    """It was there, and is no more."""

    code = "gone"
