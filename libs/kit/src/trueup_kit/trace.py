"""W3C trace context of the work in hand: read from a request or a record, written to logs and published events."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current() -> str | None:
    """The traceparent of the work in hand, or None outside of any."""
    return _current.get()


def trace_id() -> str | None:
    """The 32 hexadecimal digits that name the trace in hand."""
    value = _current.get()
    return value[3:35] if value else None


def new() -> str:
    """A traceparent that starts a trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def continued(incoming: str | None) -> str:
    """A traceparent of the same trace with a span of our own; a new trace when `incoming` is none or malformed."""
    match = _TRACEPARENT.match(incoming or "")
    if match is None or match[1] == "0" * 32:
        return new()
    return f"00-{match[1]}-{secrets.token_hex(8)}-{match[3]}"


@contextmanager
def use(incoming: str | None = None) -> Iterator[str]:
    """Work inside the trace that `incoming` names, or inside a new one; yields the traceparent in force."""
    token = _current.set(continued(incoming))
    try:
        yield _current.get() or ""
    finally:
        _current.reset(token)
