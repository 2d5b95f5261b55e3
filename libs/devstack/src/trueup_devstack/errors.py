"""What could not be started, in words that say what to do next."""

from __future__ import annotations


class DevstackError(Exception):
    """An expected failure: shown as one message, without a stack trace."""


class PortTaken(DevstackError):
    """Another process listens where Trueup wants to."""


class NotRunning(DevstackError):
    """There is no supervisor to talk to."""
