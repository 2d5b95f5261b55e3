"""How the `trueup` command talks to the supervisor: one JSON line each way on a loopback port, with a secret word."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from trueup_devstack.checkout import Checkout
from trueup_devstack.errors import DevstackError, NotRunning
from trueup_devstack.files import read_json, write_json

ANSWER_TIMEOUT_S = 30.0
WORK_TIMEOUT_S = 900.0
"""Scaling, restarting and stopping answer when they are done."""
WORK = frozenset({"scale", "restart", "shutdown"})
Handler = Callable[[str, dict[str, Any]], Awaitable[object]]


async def serve(checkout: Checkout, handler: Handler) -> asyncio.Server:
    """Listen on a free port and write down where; `handler` gets the command's name and arguments."""
    token = secrets.token_urlsafe(32)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await reader.readline())
            if not secrets.compare_digest(str(request.get("token", "")), token):
                reply: dict[str, Any] = {"error": "wrong word"}
            else:
                reply = {"result": await handler(request["command"], request.get("arguments", {}))}
        except DevstackError as error:
            reply = {"error": str(error)}
        except (ValueError, KeyError, TypeError) as error:
            reply = {"error": f"not understood: {error!r}"}
        try:
            writer.write(json.dumps(reply).encode() + b"\n")
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    write_json(checkout.control_file, {"port": server.sockets[0].getsockname()[1], "token": token})
    return server


def ask(checkout: Checkout, command: str, **arguments: object) -> Any:  # noqa: ANN401  JSON
    """Send one command and wait for its answer.

    Raises:
        NotRunning: no supervisor answers.
        DevstackError: it answered that it could not.
    """
    where = read_json(checkout.control_file)
    if not where:
        raise NotRunning("Trueup does not run here; `make up` starts it")
    line = json.dumps({"token": where["token"], "command": command, "arguments": arguments}).encode() + b"\n"
    try:
        with socket.create_connection(("127.0.0.1", where["port"]), timeout=5) as connection:
            connection.settimeout(WORK_TIMEOUT_S if command in WORK else ANSWER_TIMEOUT_S)
            connection.sendall(line)
            text = connection.makefile().readline()
        reply = json.loads(text)
    except (OSError, ValueError):
        raise NotRunning("the supervisor does not answer; `make up` recovers") from None
    if "error" in reply:
        raise DevstackError(reply["error"])
    return reply["result"]


def answers(checkout: Checkout) -> bool:
    """Whether a supervisor runs for this checkout."""
    try:
        ask(checkout, "ping")
    except DevstackError:
        return False
    return True
