"""A process is ours only while pid and start time agree."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueup_devstack.identity import Known, recall, remember, start_time, stop_all


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def known(process: subprocess.Popen[bytes]) -> Known:
    return Known("sleeper", process.pid, start_time(process.pid))


def test_a_running_process_is_recalled(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    remember(tmp_path / "processes.json", [known(sleeper)])
    assert recall(tmp_path / "processes.json") == [known(sleeper)]


def test_a_pid_given_away_again_is_a_stranger(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    stranger = Known("sleeper", sleeper.pid, start_time(sleeper.pid) - 3600)
    remember(tmp_path / "processes.json", [stranger])
    assert recall(tmp_path / "processes.json") == []


def test_an_ended_process_is_forgotten(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    remember(tmp_path / "processes.json", [known(sleeper)])
    sleeper.kill()
    sleeper.wait()
    assert recall(tmp_path / "processes.json") == []


def test_a_damaged_list_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "processes.json").write_text('[{"name": "x", ')
    assert recall(tmp_path / "processes.json") == []


def test_what_does_not_stop_is_killed(sleeper: subprocess.Popen[bytes]) -> None:
    stubborn = Known("sleeper", sleeper.pid, start_time(sleeper.pid), stop_signal=int(signal.SIGCONT))
    stop_all([stubborn], patience_s=0.2)
    assert sleeper.wait(5) == -signal.SIGKILL


def test_a_process_that_is_gone_is_no_error() -> None:
    assert start_time(2**22 + os.getpid()) == 0.0
