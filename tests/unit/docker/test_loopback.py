"""One container's loopback leads to another container, for as long as its command runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueup_devstack.scratch import free_port

SCRIPTS = Path(__file__).parents[3] / "deploy" / "docker"
LOOPBACK = str(SCRIPTS / "loopback.py")
ASK = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as asking:
    asking.sendall(b"hello " * 50_000)
    asking.shutdown(socket.SHUT_WR)
    answer = b""
    while data := asking.recv(65536):
        answer += data
print(len(answer), answer[:5].decode())
"""


@pytest.fixture
def shouting() -> Iterator[int]:
    """A server that answers everything it was told, in capitals, once the asker has finished."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                heard = b""
                while data := connection.recv(65536):
                    heard += data
                connection.sendall(heard.upper())

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def run(route: str, *command: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, LOOPBACK, route, "--", *command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False, start_new_session=True)


def test_the_command_reaches_the_other_one_whole(shouting: int) -> None:
    port = free_port()
    done = run(f"{port}=127.0.0.1:{shouting}", sys.executable, "-c", ASK, str(port))
    assert done.stdout == "300000 HELLO\n", done.stderr


def test_one_that_is_away_is_a_connection_that_ends(shouting: int) -> None:
    port = free_port()
    listen = "import socket, sys; print(socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=10).recv(1))"
    done = run(f"{port}=127.0.0.1:{free_port()}", sys.executable, "-c", listen, str(port))
    assert done.stdout == "b''\n", done.stderr


def test_the_exit_code_is_the_commands(shouting: int) -> None:
    assert run(f"{free_port()}=127.0.0.1:{shouting}", "sh", "-c", "exit 7").returncode == 7


def test_without_a_place_to_listen_the_command_does_not_start(shouting: int) -> None:
    done = run(f"{shouting}=127.0.0.1:{shouting}", "sh", "-c", "echo started")
    assert done.returncode != 0
    assert "started" not in done.stdout


def test_the_command_is_told_to_stop_and_may_finish(shouting: int) -> None:
    script = "trap 'echo finished; exit 3' TERM; echo ready; while :; do sleep 0.05; done"
    argv = [sys.executable, LOOPBACK, f"{free_port()}=127.0.0.1:{shouting}", "--", "sh", "-c", script]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "finished\n"
    assert process.returncode == 3


def test_a_command_that_is_killed_is_an_exit_code_as_in_a_shell(shouting: int) -> None:
    assert run(f"{free_port()}=127.0.0.1:{shouting}", "sh", "-c", "kill -9 $$").returncode == 137


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_healthy_is_what_the_process_says(status: int, code: int) -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n".encode())

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.getsockname()[1]}/readyz"
    assert _healthy(url) == code
    thread.join(5)
    server.close()


def test_no_answer_is_not_healthy() -> None:
    assert _healthy(f"http://127.0.0.1:{free_port()}/readyz") == 1


def _healthy(url: str) -> int:
    argv = [sys.executable, "-I", "-S", str(SCRIPTS / "healthy.py")]
    return subprocess.run(argv, env=os.environ | {"TRUEUP_HEALTH_URL": url}, timeout=20, check=False).returncode
