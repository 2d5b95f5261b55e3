"""Processes are started, awaited, restarted, scaled and stopped in order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import pytest
from tests.integration.devstack.fakes import FakeCatalogue

from trueup_devstack.checkout import Checkout
from trueup_devstack.child import State
from trueup_devstack.errors import DevstackError
from trueup_devstack.identity import recall
from trueup_devstack.supervisor import Supervisor


async def until(condition: Callable[[], bool], *, timeout_s: float = 60.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


async def test_ready_means_that_it_answers(supervisor: Supervisor, catalogue: FakeCatalogue) -> None:
    supervisor.start(["first"])
    assert supervisor.status()[0]["state"] in {"stopped", "starting"}
    await supervisor.wait_ready(["first"])
    assert catalogue.journal() == ["first started"]
    assert supervisor.status()[0]["restarts"] == 0


async def test_a_killed_process_comes_back_and_is_counted(supervisor: Supervisor) -> None:
    supervisor.start(["first"])
    await supervisor.wait_ready(["first"])
    child = supervisor.children["first"]
    for count in (1, 2):
        pid = child.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda count=count: child.restarts == count and child.state is State.READY)  # type: ignore[misc]
        assert child.pid != pid
    assert child.last_exit == -signal.SIGKILL


async def test_a_broken_process_waits_longer_and_longer(supervisor: Supervisor, catalogue: FakeCatalogue) -> None:
    catalogue.broken.add("first")
    supervisor.start(["first"])
    child = supervisor.children["first"]
    await until(lambda: child.restarts >= 2)
    assert child.last_exit == 1
    with pytest.raises(DevstackError, match=r"not ready after 0\.1 s: first"):
        await supervisor.wait_ready(["first"], timeout_s=0.1)
    catalogue.broken.clear()
    await until(lambda: child.state is State.READY)


async def test_stopping_a_process_that_waits_for_its_restart_is_quick(
    supervisor: Supervisor, catalogue: FakeCatalogue
) -> None:
    catalogue.broken.add("first")
    supervisor.start(["first"])
    child = supervisor.children["first"]
    await until(lambda: child.state is State.WAITING and child.restarts >= 3)
    stopped_after = child.restarts
    async with asyncio.timeout(30):
        await child.stop()
    assert (child.state, child.restarts) == (State.STOPPED, stopped_after)


async def test_shutdown_goes_from_the_outside_in(supervisor: Supervisor, catalogue: FakeCatalogue) -> None:
    supervisor.start(["first", "web-0", "web-1", "last"])
    await supervisor.wait_ready(["first", "web-0", "web-1", "last"])
    await supervisor.shutdown()
    stops = [line for line in catalogue.journal() if line.endswith("stopped")]
    assert stops[0] == "last stopped"
    assert set(stops[1:3]) == {"web-0 stopped", "web-1 stopped"}
    assert stops[3] == "first stopped"


async def test_a_stubborn_process_is_killed_after_its_time(checkout: Checkout, catalogue: FakeCatalogue) -> None:
    catalogue.stop_timeout_s = 0.3
    catalogue.stubborn.add("first")
    supervisor = Supervisor(checkout, catalogue)
    supervisor.start(["first"])
    await supervisor.wait_ready(["first"])
    async with asyncio.timeout(30):
        await supervisor.shutdown()
    assert supervisor.children["first"].last_exit == -signal.SIGKILL


async def test_running_processes_are_written_down(supervisor: Supervisor, checkout: Checkout) -> None:
    supervisor.start(["first", "web-0"])
    await supervisor.wait_ready(["first", "web-0"])
    assert {known.name: known.pid for known in recall(checkout.processes_file)} == {
        name: child.pid for name, child in supervisor.children.items()
    }
    await supervisor.shutdown()
    assert recall(checkout.processes_file) == []


class TestScale:
    async def test_new_replicas_are_ready_when_it_answers(self, supervisor: Supervisor) -> None:
        supervisor.start(["web-0"])
        await supervisor.wait_ready(["web-0"])
        assert await supervisor.scale("web", 3) == ["web-0", "web-1", "web-2"]
        assert all(child.state is State.READY for child in supervisor.children.values())
        assert len({child.spec.port for child in supervisor.children.values()}) == 3

    async def test_surplus_replicas_are_stopped_and_forgotten(
        self, supervisor: Supervisor, catalogue: FakeCatalogue, checkout: Checkout
    ) -> None:
        supervisor.start(["web-0", "web-1", "web-2"])
        await supervisor.wait_ready(["web-0", "web-1", "web-2"])
        await supervisor.scale("web", 1)
        assert {line for line in catalogue.journal() if "stopped" in line} == {"web-1 stopped", "web-2 stopped"}
        assert list(supervisor.children) == ["web-0"]
        assert [known.name for known in recall(checkout.processes_file)] == ["web-0"]

    @pytest.mark.parametrize("count", [0, 11])
    async def test_counts_are_bounded(self, supervisor: Supervisor, count: int) -> None:
        with pytest.raises(DevstackError, match="from 1 to 10"):
            await supervisor.scale("web", count)

    async def test_only_services_are_scaled(self, supervisor: Supervisor) -> None:
        with pytest.raises(DevstackError, match="cannot be scaled"):
            await supervisor.scale("first", 2)

    async def test_a_replica_that_does_not_become_ready_is_given_up(
        self, supervisor: Supervisor, catalogue: FakeCatalogue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trueup_devstack.supervisor.READY_TIMEOUT_S", 0.3)
        supervisor.start(["web-0"])
        await supervisor.wait_ready(["web-0"])
        catalogue.broken.add("web-1")
        with pytest.raises(DevstackError, match="web-1"):
            await supervisor.scale("web", 2)
        assert list(supervisor.children) == ["web-0"]


class TestRestart:
    async def test_one_replica_at_a_time(self, supervisor: Supervisor, catalogue: FakeCatalogue) -> None:
        supervisor.start(["web-0", "web-1"])
        await supervisor.wait_ready(["web-0", "web-1"])
        before = {name: child.pid for name, child in supervisor.children.items()}
        assert await supervisor.restart("web") == ["web-0", "web-1"]
        assert catalogue.journal()[-4:] == ["web-0 stopped", "web-0 started", "web-1 stopped", "web-1 started"]
        assert not set(before.values()) & {child.pid for child in supervisor.children.values()}
        assert all(child.restarts == 0 for child in supervisor.children.values())

    async def test_an_only_replica_gets_a_stand_in_while_it_is_away(
        self, supervisor: Supervisor, catalogue: FakeCatalogue
    ) -> None:
        supervisor.start(["web-0"])
        await supervisor.wait_ready(["web-0"])
        assert await supervisor.restart("web") == ["web-0"]
        assert catalogue.journal()[1:] == ["web-1 started", "web-0 stopped", "web-0 started", "web-1 stopped"]
        assert list(supervisor.children) == ["web-0"]

    async def test_two_requests_take_turns(self, supervisor: Supervisor, catalogue: FakeCatalogue) -> None:
        supervisor.start(["web-0", "web-1"])
        await supervisor.wait_ready(["web-0", "web-1"])
        await asyncio.gather(supervisor.restart("web"), supervisor.scale("web", 1))
        assert catalogue.journal()[2:6] == ["web-0 stopped", "web-0 started", "web-1 stopped", "web-1 started"]
        assert list(supervisor.children) == ["web-0"]

    async def test_an_unknown_service_is_named(self, supervisor: Supervisor) -> None:
        with pytest.raises(DevstackError, match="nothing does not run"):
            await supervisor.restart("nothing")
