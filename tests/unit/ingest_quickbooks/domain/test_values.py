"""What the domain passes around never changes under anybody, and takes no more room than its fields."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.values import is_value, values_of

from ingest_quickbooks import domain


@pytest.mark.parametrize("value", values_of(domain), ids=lambda value: value.__name__)
def test_a_value_is_frozen_and_has_slots(value: Any) -> None:
    assert is_value(value)
