"""A run that came upon nothing because it could not is none that went well."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.chaos.source_spree import FAULTS, SOURCES, Seen, proves

STRUCK = Counter(f"{source} {mode}" for source in SOURCES for mode in FAULTS)


@pytest.mark.parametrize(
    ("seen", "good"),
    [
        (Seen(struck=STRUCK, rounds=600, answered=580, looked=1740, cannot_judge=90), True),
        (Seen(struck=STRUCK - Counter(["amplitude half"]), rounds=600, answered=580, looked=1740), False),
        (Seen(struck=STRUCK, rounds=600, answered=1, looked=3), False),
        (Seen(struck=STRUCK, rounds=600, answered=580, looked=1740, cannot_judge=1700), False),
        (Seen(struck=STRUCK), False),
    ],
)
def test_a_run_proves_something_only_if_everything_struck_and_most_was_seen(seen: Seen, good: bool) -> None:
    assert proves(seen) is good
