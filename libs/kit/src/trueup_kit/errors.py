"""What can go wrong in the plumbing.

KitError
├── BrokerUnavailable     Kafka did not acknowledge in time; whatever waits for it must wait on (code "broker_unavailable")
├── RecordTooLarge        a record is larger than Kafka takes; no repetition helps (code "record_too_large")
├── LeaseLost             another process may own the scope now; discard what was read (code "lease_lost")
├── ProviderUnavailable   a provider cannot be read; what was last known stays (code "provider_unavailable")
└── MigrationRefused      a schema could not be brought to the wanted revision (code "migration_refused")
"""

from __future__ import annotations


class KitError(Exception):
    """Base of the plumbing's errors; `code` is stable and safe to show."""

    code = "kit_error"


class BrokerUnavailable(KitError):
    """Kafka did not acknowledge in time. The record may have arrived all the same: sending it again is harmless."""

    code = "broker_unavailable"


class RecordTooLarge(KitError):
    """A record is larger than Kafka takes; nothing that came with it was awaited. Repeating does not help."""

    code = "record_too_large"


class LeaseLost(KitError):
    """The lease ran out or was taken; nothing may be published under it."""

    code = "lease_lost"


class ProviderUnavailable(KitError):
    """A provider could not be read. `reason` is a stable word, `status` its HTTP status when it gave one.

    Reasons: `timeout`, `connection`, `rate_limited`, `server_error`, `circuit_open`, `no_database`, `busy`.
    """

    code = "provider_unavailable"

    def __init__(self, reason: str, *, status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(f"provider unavailable: {reason}" + (f" (HTTP {status})" if status is not None else ""))
        self.reason = reason
        self.status = status
        self.retry_after_s = retry_after_s


class MigrationRefused(KitError):
    """A schema could not be migrated; the text says why and what to do."""

    code = "migration_refused"
