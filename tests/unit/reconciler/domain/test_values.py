"""What the domain passes around never changes under anybody, and takes no more room than its fields."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from typing import Any

import pytest

from reconciler import domain


def values() -> list[Any]:
    """Every dataclass of the domain."""
    modules = [
        importlib.import_module(f"reconciler.domain.{one.name}") for one in pkgutil.iter_modules(domain.__path__)
    ]
    return [
        found
        for module in modules
        for found in vars(module).values()
        if dataclasses.is_dataclass(found) and isinstance(found, type) and found.__module__ == module.__name__
    ]


@pytest.mark.parametrize("value", values(), ids=lambda value: value.__name__)
def test_a_value_is_frozen_and_has_slots(value: Any) -> None:
    assert value.__dataclass_params__.frozen
    assert "__slots__" in vars(value)
