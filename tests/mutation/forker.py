"""Run the same tests again and again, each time in a process forked from one that has imported everything but the subject.

`python -m tests.mutation.forker SOCKET TESTS[,TESTS...] FOLDER-OR-FILE...` serves until it is killed: whoever connects gets the
exit code of one run as one byte; what it said stands in SOCKET.log. `python -I -S tests/mutation/forker.py SOCKET` asks for one
run and exits with its code. The test file that is named after the changed source runs first: it most likely notices.
"""

import os
import resource
import socket
import sys

CPU_MAX_S = 120
"""Processor time of one run; a mutant that loops for ever is ended by it."""
ENDED_EARLY = 2
IMPORTED_ONCE = (
    *("hypothesis.strategies", "httpx", "msgspec", "numpy", "pydantic_settings", "sqlalchemy.ext.asyncio", "stripe"),
    *("anyio.pytest_plugin", "pytest_asyncio.plugin", "pytest_timeout", "xdist.plugin", "tests.conftest"),
    *("trueup_billing", "trueup_contracts.topics", "trueup_kit.producer", "trueup_readmodel.payload"),
    *("tests.oracle.portfolio", "tests.oracle.rules.answer"),
)
"""What the tests import and no mutant changes."""


def ask(address: str) -> int:
    """The exit code of one run; `ENDED_EARLY` when it was killed."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        return (connection.recv(1) or bytes([ENDED_EARLY]))[0]


def serve(address: str, tests: list[str], subject: list[str]) -> None:
    """Fork a run for each connection, one at a time."""
    import importlib
    from pathlib import Path

    import pytest

    for name in IMPORTED_ONCE:
        importlib.import_module(name)
    sources = [
        file for path in map(Path, subject) for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))
    ]
    as_it_was = {file: file.read_bytes() for file in sources}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        while True:
            connection, _ = listener.accept()
            changed = [file for file, content in as_it_was.items() if file.read_bytes() != content]
            first = [
                str(found)
                for file in changed
                for folder in tests
                for found in Path(folder).glob(f"test_{file.stem}.py")
            ]
            if (pid := os.fork()) == 0:
                listener.close()
                resource.setrlimit(resource.RLIMIT_CPU, (CPU_MAX_S, CPU_MAX_S))
                said = os.open(f"{address}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                for stream in (1, 2):
                    os.dup2(said, stream)
                early = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
                options = ["-q", "-x", "-p", "no:cacheprovider", "--timeout=60", "-W", early]
                code = pytest.main([*options, *first, *tests])
                connection.sendall(bytes([int(code)]))
                os._exit(0)
            connection.close()
            os.waitpid(pid, 0)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        sys.exit(ask(sys.argv[1]))
    serve(sys.argv[1], sys.argv[2].split(","), sys.argv[3:])
