"""When a pull runs: at its interval, and at once when a person wishes for it."""

from __future__ import annotations

from functools import partial

from ingest_amplitude.ports import Turn
from trueup_kit import pulls

Schedule = partial(pulls.Schedule[Turn], source="amplitude")
"""The schedule of this service's source; see `pulls.Schedule`."""
