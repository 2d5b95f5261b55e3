"""What a domain passes around: every dataclass of its modules."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from types import ModuleType
from typing import Any


def values_of(domain: ModuleType) -> list[Any]:
    """The dataclasses of a package, each where it is defined."""
    modules = [
        importlib.import_module(f"{domain.__name__}.{one.name}") for one in pkgutil.iter_modules(domain.__path__)
    ]
    return [
        found
        for module in modules
        for found in vars(module).values()
        if dataclasses.is_dataclass(found) and isinstance(found, type) and found.__module__ == module.__name__
    ]


def is_value(found: Any) -> bool:
    """Whether nobody can change it under another one, and it takes no more room than its fields."""
    return bool(found.__dataclass_params__.frozen) and "__slots__" in vars(found)
