"""A supervisor of fake processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path

import pytest
from tests.integration.devstack.fakes import FakeCatalogue

from trueup_devstack import scratch
from trueup_devstack.checkout import Checkout
from trueup_devstack.supervisor import Supervisor


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path, tmp_path / ".trueup")


@pytest.fixture
def catalogue(tmp_path: Path) -> FakeCatalogue:
    return FakeCatalogue(tmp_path, cache(lambda _: scratch.free_port()))


@pytest.fixture
async def supervisor(checkout: Checkout, catalogue: FakeCatalogue) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(checkout, catalogue)
    yield supervisor
    await supervisor.shutdown()
