"""One line of the timeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. The dedupe key makes a repeated decision write it once."""

    occurred_at: datetime
    source: str
    kind: str
    title: str
    dedupe_key: str
    before: str | None = None
    after: str | None = None
    data: dict[str, str | int | None] = field(default_factory=dict)
