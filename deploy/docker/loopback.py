"""Make another container answer on this one's own loopback: `loopback.py 8081=sandbox:8081 -- COMMAND ...`.

The development issuer has one address, http://127.0.0.1:8081, for the browser on this machine and for the API, because an
issuer's name is part of every token, and because plain http is allowed on loopback only. In a container loopback is the
container itself; this hands what arrives there on, byte by byte. In production the issuer is an https address that
everybody reaches, and nothing of this runs.

The command is a child of the forwarder, which hands the signals on and ends as the command ended. They live and die together:
where the forwarder is killed, the container's init ends, and the restart policy brings both back.
"""

import asyncio
import contextlib
import signal
import sys

CHUNK = 65536
CONNECT_TIMEOUT_S = 5


def parse(argument: str) -> tuple[int, str, int]:
    """`8081=sandbox:8081` as listening port, host, port.

    Raises:
        ValueError: it is not of this shape.
    """
    listen, _, target = argument.partition("=")
    host, _, port = target.rpartition(":")
    if not host:
        raise ValueError(f"{argument!r}: write PORT=HOST:PORT")
    return int(listen), host, int(port)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        # One side is gone: the other one must not wait for it.
        writer.close()


async def _forward(inner: asyncio.StreamReader, answer: asyncio.StreamWriter, host: str, port: int) -> None:
    with contextlib.suppress(OSError, TimeoutError):
        outer, ask = await asyncio.wait_for(asyncio.open_connection(host, port), CONNECT_TIMEOUT_S)
        try:
            await asyncio.gather(_copy(inner, ask), _copy(outer, answer))
        finally:
            ask.close()
    answer.close()


async def listen(port: int, host: str, target: int) -> asyncio.Server:
    """Take connections on 127.0.0.1 and hand each on."""
    return await asyncio.start_server(lambda r, w: _forward(r, w, host, target), "127.0.0.1", port)


async def run(routes: list[tuple[int, str, int]], command: list[str]) -> int:
    """Forward while the command runs; returns its exit code as a shell would."""
    servers = [await listen(*route) for route in routes]
    # Listened to before there is a command: one told to stop while it is being started must hear of it too.
    told: asyncio.Queue[int] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.put_nowait, number)
    process = await asyncio.create_subprocess_exec(*command)
    telling = asyncio.create_task(_tell(process, told))
    code = await process.wait()
    telling.cancel()
    for server in servers:
        server.close()
    return code if code >= 0 else 128 - code


async def _tell(process: asyncio.subprocess.Process, told: asyncio.Queue[int]) -> None:
    while True:
        number = await told.get()
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)


def main(arguments: list[str]) -> int:
    """`PORT=HOST:PORT ... -- COMMAND ...`."""
    at = arguments.index("--")
    return asyncio.run(run([parse(argument) for argument in arguments[:at]], arguments[at + 1 :]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
