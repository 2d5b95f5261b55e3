"""The supervisor as a process of its own: obeys, and what it leaves behind when it is killed is found again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from trueup_devstack import commands, control, scratch
from trueup_devstack.checkout import Checkout
from trueup_devstack.errors import DevstackError, NotRunning
from trueup_devstack.files import read_json, write_json
from trueup_devstack.identity import recall, stop_all

ROOT = Path(__file__).parents[3]


def until(condition: Callable[[], bool], *, timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def all_ready(checkout: Checkout) -> bool:
    return all(process["state"] == "ready" for process in control.ask(checkout, "status"))


@pytest.fixture
def daemon(checkout: Checkout) -> Iterator[subprocess.Popen[bytes]]:
    ports = [str(scratch.free_port()) for _ in range(4)]
    script = str(Path(__file__).with_name("fake_daemon.py"))
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script, str(checkout.root), *ports], cwd=ROOT, env=env) as process:
        until(lambda: control.answers(checkout))
        yield process
        process.kill()
        stop_all(recall(checkout.processes_file), patience_s=2)


def test_it_starts_and_stops_what_it_is_told(checkout: Checkout, daemon: subprocess.Popen[bytes]) -> None:
    control.ask(checkout, "start", names=["first", "web-0"])
    until(lambda: all_ready(checkout))
    pids = [process["pid"] for process in control.ask(checkout, "status")]
    assert commands.stop(checkout)
    assert daemon.wait(60) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not commands.stop(checkout)


def test_sigterm_stops_everything_in_order(checkout: Checkout, daemon: subprocess.Popen[bytes]) -> None:
    control.ask(checkout, "start", names=["first", "last"])
    until(lambda: all_ready(checkout))
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(60) == 0
    assert (checkout.root / "journal").read_text().splitlines()[-2:] == ["last stopped", "first stopped"]


def test_what_a_killed_supervisor_leaves_is_found_and_stopped(
    checkout: Checkout, daemon: subprocess.Popen[bytes]
) -> None:
    control.ask(checkout, "start", names=["first", "web-0"])
    until(lambda: all_ready(checkout))
    daemon.kill()
    daemon.wait()
    with pytest.raises(NotRunning):
        control.ask(checkout, "status")
    assert {known.name for known in recall(checkout.processes_file)} == {"first", "web-0"}
    assert commands.stop(checkout)
    assert (checkout.root / "journal").read_text().count("stopped") == 2


def test_a_stranger_with_a_remembered_pid_is_left_alone(checkout: Checkout, daemon: subprocess.Popen[bytes]) -> None:
    control.ask(checkout, "start", names=["first"])
    until(lambda: all_ready(checkout))
    daemon.kill()
    daemon.wait()
    entries = read_json(checkout.processes_file)
    ours = entries[0]["pid"]
    write_json(checkout.processes_file, [entry | {"started": entry["started"] - 100} for entry in entries])
    try:
        commands.stop(checkout)
        assert psutil.pid_exists(ours)
    finally:
        write_json(checkout.processes_file, entries)


def test_without_the_secret_word_nothing_is_obeyed(checkout: Checkout, daemon: subprocess.Popen[bytes]) -> None:
    where = read_json(checkout.control_file)
    write_json(checkout.control_file, where | {"token": "guess"})
    with pytest.raises(DevstackError, match="wrong word"):
        control.ask(checkout, "shutdown")
    assert daemon.poll() is None


@pytest.mark.parametrize("command", ["nonsense", "scale"])
def test_a_request_that_makes_no_sense_is_answered(
    checkout: Checkout, daemon: subprocess.Popen[bytes], command: str
) -> None:
    with pytest.raises(DevstackError):
        control.ask(checkout, command)
    assert control.answers(checkout)
    assert daemon.poll() is None
