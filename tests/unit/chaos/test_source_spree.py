"""A run that came upon nothing because it could not is none that went well."""

from __future__ import annotations

import pytest
from tests.chaos.source_spree import SOURCES, Seen, proves

STRUCK = dict.fromkeys(SOURCES, 1)


@pytest.mark.parametrize(
    ("seen", "struck", "good"),
    [
        (Seen(rounds=600, answered=580, looked=1740, cannot_judge=90), STRUCK, True),
        (Seen(rounds=600, answered=580, looked=1740, cannot_judge=90), STRUCK | {"amplitude": 0}, False),
        (Seen(rounds=600, answered=1, looked=3), STRUCK, False),
        (Seen(rounds=600, answered=580, looked=1740, cannot_judge=1700), STRUCK, False),
        (Seen(), STRUCK, False),
    ],
)
def test_a_run_proves_something_only_if_it_looked_and_was_struck(
    seen: Seen, struck: dict[str, int], good: bool
) -> None:
    assert proves(seen, struck) is good
