"""Structured logs: one JSON object or one readable line each, with the trace id, without secrets, never a flood."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol, cast

import structlog

from trueup_kit import trace

NOISY_LOGGERS = ("aiokafka", "faststream", "kafka", "asyncio")
NOISY_PER_S = 3.0
_SECRET_NAME = re.compile(
    r"password|passwd|secret|authorization|cookie|api_?key|private_?key|credential|(^|_)(dsn|token)$", re.IGNORECASE
)
_USERINFO = re.compile(r"(?<=://)([^/@\s:]*):[^/@\s]+@")
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_KEYS = re.compile(r"\b(sk_(?:test|live)|rk_(?:test|live)|whsec|xox[abprs])[_-][A-Za-z0-9_-]+")


class BoundLogger(Protocol):
    """What `get_logger` returns: an event name in words, and its facts as keywords."""

    def debug(self, event: str, **facts: object) -> None:
        """For a developer."""

    def info(self, event: str, **facts: object) -> None:
        """Something normal happened."""

    def warning(self, event: str, **facts: object) -> None:
        """Something is off that the service copes with."""

    def error(self, event: str, **facts: object) -> None:
        """Something failed that a person may have to look at."""

    def exception(self, event: str, **facts: object) -> None:
        """Like `error`, with the traceback of the exception in hand."""

    def bind(self, **facts: object) -> BoundLogger:
        """A logger that adds these facts to every line."""


def configure(*, service: str, level: str = "INFO", fmt: str = "json") -> None:
    """Send all logs of the process to standard output.

    `level` is DEBUG, INFO, WARNING or ERROR; `fmt` is `json` or `text`. Safe to repeat.
    """

    def name_service(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.setdefault("service", service)
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
        add_trace,
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _install_handler(shared, level, fmt)


def _install_handler(shared: list[structlog.typing.Processor], level: str, fmt: str) -> None:
    renderer = structlog.processors.JSONRenderer() if fmt == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(RateLimit(NOISY_LOGGERS, per_s=NOISY_PER_S))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    # At INFO aiokafka names every partition at every rebalance.
    for quiet in ("httpx", "httpcore", "uvicorn.access", "aiokafka"):
        logging.getLogger(quiet).setLevel(logging.WARNING)


def get_logger(name: str) -> BoundLogger:
    """A logger; take the module's `__name__`."""
    return cast("BoundLogger", structlog.stdlib.get_logger(name))


def add_trace(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name the trace in hand, so that one click can be followed through all services."""
    if found := trace.trace_id():
        event.setdefault("trace_id", found)
    return event


def redact(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blot out secrets: by the name of the fact, and by shape (passwords in addresses, bearer tokens, known keys)."""
    for name in event:
        event[name] = _clean(name, event[name])
    return event


def _clean(name: str, value: object) -> object:
    if value is not None and _SECRET_NAME.search(name):
        return "***"
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, Mapping):
        return {key: _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean("", inner) for inner in value]
    return value


def scrub(text: str) -> str:
    """The text without what looks like a secret."""
    text = _USERINFO.sub(r"\1:***@", text)
    text = _BEARER.sub(r"\1 ***", text)
    return _KEYS.sub(r"\1_***", text)


class RateLimit(logging.Filter):
    """Lets a few lines per second through for each noisy logger family, and says how many it held back.

    A broker that goes away makes its clients log thousands of lines a second.
    """

    def __init__(self, prefixes: tuple[str, ...], *, per_s: float, burst: float = 10.0) -> None:
        super().__init__()
        self._prefixes = prefixes
        self._per_s = per_s
        self._burst = burst
        self._buckets: dict[str, tuple[float, float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line may be written; the first after a pause carries the number suppressed."""
        family = record.name.split(".", 1)[0]
        if family not in self._prefixes:
            return True
        now = time.monotonic()
        tokens, at, held = self._buckets.get(family, (self._burst, now, 0))
        tokens = min(self._burst, tokens + (now - at) * self._per_s)
        if tokens < 1.0:
            self._buckets[family] = (tokens, now, held + 1)
            return False
        self._buckets[family] = (tokens - 1.0, now, 0)
        if held:
            record.msg, record.args = f"{record.getMessage()} ({held} lines suppressed)", ()
        return True
