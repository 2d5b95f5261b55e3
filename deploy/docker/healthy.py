"""Whether the process in this container is ready: exit code 0 when `TRUEUP_HEALTH_URL` answers 200.

Without `http.client` and `urllib`: it runs every few seconds in every container, and they are most of what it would cost.
"""

import os
import socket
import sys

TIMEOUT_S = 8


def ready(url: str) -> bool:
    """Ask once; no answer is no."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    request = f"GET /{path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((name, int(port or 80)), timeout=TIMEOUT_S) as connection:
            connection.sendall(request.encode())
            status = connection.makefile("rb").readline().split()
    except OSError:
        return False
    return len(status) > 1 and status[1] == b"200"


if __name__ == "__main__":
    sys.exit(0 if ready(os.environ["TRUEUP_HEALTH_URL"]) else 1)
