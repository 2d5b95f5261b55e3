"""How long to wait before a crashed process is started again."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_S = 0.2
LAST_S = 10.0
STEADY_S = 20.0


@dataclass
class Backoff:
    """Doubles with each crash up to a bound; a process that ran steadily starts over at the shortest wait."""

    crashes_in_a_row: int = 0

    def after(self, ran_s: float) -> float:
        """Seconds to wait after a process that ran this long."""
        self.crashes_in_a_row = 1 if ran_s >= STEADY_S else self.crashes_in_a_row + 1
        return float(min(LAST_S, FIRST_S * 2 ** min(self.crashes_in_a_row - 1, 10)))
