"""The rules' numbers. They are versioned: every automatic decision names the version it was made under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from trueup_billing import Source


@dataclass(frozen=True, slots=True)
class Policy:
    """Defaults of the product; shares are whole percents, compared by exact cross multiplication."""

    version: int = 1
    rounding_minor: int = 2
    """At most this much is rounding: matched."""
    auto_resolve_below_percent: int = 2
    tolerance_percent: int = 5
    """More than this is flagged; exactly this is not."""
    money_caps_minor: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"USD": 1_000_000, "EUR": 1_000_000, "JPY": 1_500_000})
    )
    money_cap_other_minor: int = 1_000_000
    """Over the cap even a small percentage needs a person."""
    invoicing_lag_days: int = 5
    """So long after the end of a period a missing invoice is still merely not due."""
    expires_after: timedelta = timedelta(hours=24)
    """A source older than this cannot be judged upon."""
    stale_after: Mapping[Source, timedelta] = field(
        default_factory=lambda: MappingProxyType(
            {
                Source.AMPLITUDE: timedelta(minutes=30),
                Source.QUICKBOOKS: timedelta(minutes=15),
                Source.STRIPE: timedelta(minutes=15),
            }
        )
    )
    """On a source older than this nothing new is resolved by rule; what was resolved stays so."""
    resolves_anew: bool = True
    """Whether the rule may resolve what it had not resolved before: a replay may not."""
    held_recheck: timedelta = timedelta(minutes=1)
    """So soon is looked again at what the rule would resolve if its sources were fresh."""
    trend_days: int = 30

    def money_cap_minor(self, currency: str) -> int:
        """The cap of a currency, in its minor units."""
        return self.money_caps_minor.get(currency, self.money_cap_other_minor)
