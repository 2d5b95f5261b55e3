"""Run by the tests: NAME PORT JOURNAL MODE. Listens, answers 200, leaves on SIGTERM unless it is stubborn."""

import contextlib
import signal
import socket
import sys

name, port, journal, mode = sys.argv[1:]
if mode == "broken":
    sys.exit("broken on purpose")


def note(what: str) -> None:
    with open(journal, "a") as file:  # noqa: PTH123
        file.write(f"{name} {what}\n")


def leave(*_: object) -> None:
    note("stopped")
    sys.exit(0)


signal.signal(signal.SIGTERM, signal.SIG_IGN if mode == "stubborn" else leave)
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(port)))
server.listen()
note("started")
while True:
    connection, _ = server.accept()
    # Who asked may have waited long enough and gone.
    with connection, contextlib.suppress(OSError):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
