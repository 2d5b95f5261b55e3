"""`trueup up|down|reset|status|logs|scale|restart`: the local stack."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer

from trueup_devstack import checkout as checkouts
from trueup_devstack import control, logfiles
from trueup_devstack.boot import Boot
from trueup_devstack.checkout import Checkout
from trueup_devstack.errors import DevstackError, NotRunning
from trueup_devstack.files import one_at_a_time
from trueup_devstack.identity import recall, stop_all
from trueup_devstack.ports import PortPlan, from_environment
from trueup_devstack.privileges import SERVER_ROOT, place_for, server_identity
from trueup_devstack.stack import Stack

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
P = ParamSpec("P")
STOP_PATIENCE_S = 60.0


def _plainly(command: Callable[P, None]) -> Callable[P, None]:
    """An expected failure is one message on standard error and exit code 1."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except DevstackError as error:
            print(f"trueup: {error}", file=sys.stderr)
            raise typer.Exit(1) from None

    return wrapped


@app.command()
@_plainly
def up() -> None:
    """Start everything, wait until it is ready, print the address and the logins."""
    checkout, ports, began = checkouts.here(), from_environment(), time.monotonic()
    boot = Boot(Stack(checkout, ports), lambda text: print(text, flush=True))
    with one_at_a_time(
        checkout.state / "up.lock", busy=lambda: print("another start is under way, waiting for it", flush=True)
    ):
        was_running = control.answers(checkout)
        if was_running:
            _require_same_port(checkout, ports)
        try:
            if not was_running:
                boot.check()
                boot.supervisor()
            boot.run()
        except KeyboardInterrupt:
            if not was_running:
                print("\ninterrupted: stopping what was started", file=sys.stderr, flush=True)
                stop(checkout)
            print("run `make up` again when you like", file=sys.stderr)
            raise typer.Exit(130) from None
    if was_running:
        print("it was running already; `trueup restart SERVICE` takes up changed code")
    _welcome(ports, time.monotonic() - began)


def _require_same_port(checkout: Checkout, ports: PortPlan) -> None:
    running = control.ask(checkout, "ping")["port"]
    if running != ports.gateway:
        raise DevstackError(
            f"this checkout already runs on port {running}; `make down` first, or use a second checkout"
            f" for TRUEUP_PORT={ports.gateway}"
        )


def _welcome(ports: PortPlan, took_s: float) -> None:
    print(f"""
Trueup is up after {took_s:.0f} s: http://127.0.0.1:{ports.gateway}

  log in as   ana    account manager of 700 accounts        fay    finance: all accounts, read only
              dev    account manager of 50                  adam   admin
              ben, chloe, eli  more account managers        sam    support: no payment details
  all logins  .venv/bin/trueup users
  processes   make status        logs  make logs S=reconciler        stop  make down
""")


@app.command()
@_plainly
def down() -> None:
    """Stop everything in order; the data stay."""
    checkout = checkouts.here()
    print("stopped" if stop(checkout) else "nothing was running")


def stop(checkout: Checkout) -> bool:
    """Stop through the supervisor, else what a killed one left behind; says whether there was anything."""
    found = False
    try:
        pid = control.ask(checkout, "ping")["pid"]
        control.ask(checkout, "shutdown")
        found = True
        _await_end(pid)
    except NotRunning:
        pass
    if left := recall(checkout.processes_file):
        stop_all(left, patience_s=STOP_PATIENCE_S)
        found = True
    checkout.processes_file.unlink(missing_ok=True)
    checkout.control_file.unlink(missing_ok=True)
    return found


def _await_end(pid: int) -> None:
    import psutil

    try:
        psutil.Process(pid).wait(STOP_PATIENCE_S)
    except psutil.Error:
        return


@app.command()
@_plainly
def reset() -> None:
    """Stop everything and forget all its data."""
    checkout = checkouts.here()
    stop(checkout)
    forget(checkout)
    print("all data are gone; `make up` starts afresh")


def forget(checkout: Checkout) -> None:
    """Delete all data; nothing may run."""
    postgres = place_for(checkout.postgres, server_identity())
    shutil.rmtree(postgres, ignore_errors=True)
    if postgres.is_relative_to(SERVER_ROOT):
        shutil.rmtree(postgres.parent, ignore_errors=True)
    shutil.rmtree(checkout.state, ignore_errors=True)


@app.command()
@_plainly
def status(
    *, as_json: Annotated[bool, typer.Option("--json", help="One object with the list `processes`.")] = False
) -> None:
    """Every process: name, pid, state, restarts."""
    checkout = checkouts.here()
    try:
        processes: list[dict[str, Any]] = control.ask(checkout, "status")
    except NotRunning:
        if as_json:
            print('{"processes": []}')
            return
        if left := recall(checkout.processes_file):
            raise DevstackError(
                f"the supervisor is gone, {len(left)} of its processes still run; `make up` recovers"
            ) from None
        raise
    if as_json:
        print(json.dumps({"processes": processes}, indent=1))
        return
    print(f"{'NAME':<22}{'PID':>8}  {'STATE':<10}{'RESTARTS':>8}  {'PORT':>6}")
    for process in processes:
        print(
            f"{process['name']:<22}{process['pid'] or '-':>8}  {process['state']:<10}{process['restarts']:>8}"
            f"  {process['port'] or '-':>6}"
        )


@app.command()
@_plainly
def logs(
    service: Annotated[str, typer.Argument(help="A service or one process of it; `supervisor` and `page` too.")],
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines are written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1)] = 100,
) -> None:
    """The last lines a service wrote."""
    folder = checkouts.here().logs
    paths = sorted({*folder.glob(f"{service}.log"), *folder.glob(f"{service}-[0-9].log")})
    if not paths:
        known = ", ".join(sorted(path.stem for path in folder.glob("*.log"))) or "none yet"
        raise DevstackError(f"there is no log of {service!r}; there are: {known}")
    for path in paths:
        for line in logfiles.tail(path, lines):
            _print_line(path, line, several=len(paths) > 1)
    with contextlib.suppress(KeyboardInterrupt):
        follower = logfiles.Follower(paths)
        while follow:
            for path, line in follower.added():
                _print_line(path, line, several=len(paths) > 1)
            time.sleep(0.2)


def _print_line(path: Path, line: str, *, several: bool) -> None:
    print(f"{path.stem} | {line}" if several else line, flush=True)


@app.command()
@_plainly
def scale(assignment: Annotated[str, typer.Argument(metavar="SERVICE=N")]) -> None:
    """Run a service with so many replicas, from 1 to 10."""
    service, _, count = assignment.partition("=")
    if not count.isdigit():
        raise DevstackError(f"write SERVICE=N, such as reconciler=3, not {assignment!r}")
    names = control.ask(checkouts.here(), "scale", service=service, count=int(count))
    print("ready: " + ", ".join(names))


@app.command()
@_plainly
def restart(service: str) -> None:
    """Restart a service, one replica at a time, each ready before the next goes."""
    print("ready: " + ", ".join(control.ask(checkouts.here(), "restart", service=service)))


if __name__ == "__main__":
    app()
