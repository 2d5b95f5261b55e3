"""Apache Kafka's jars by Maven coordinate, kept only when every one has the SHA-256 that the repository names."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from trueup_devstack.errors import DevstackError
from trueup_devstack.files import one_at_a_time

KAFKA_VERSION = "4.3.1"
COORDINATES = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.apache.kafka:kafka-tools:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
LIST = Path(__file__).with_name("kafka-jars.sha256")


def cache_folder() -> Path:
    """Downloads of all checkouts of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trueup"


def expected(listing: Path = LIST) -> dict[str, str]:
    """File name → SHA-256 in hex."""
    pairs = (line.split() for line in listing.read_text().splitlines() if line)
    return {name: digest for digest, name in pairs}


def faults(folder: Path, wanted: dict[str, str]) -> list[str]:
    """What is wrong with a folder of jars; empty: it is exactly the wanted set."""
    there = {path.name: path for path in folder.glob("*.jar")}
    missing = [f"{name} is missing" for name in sorted(wanted.keys() - there.keys())]
    strange = [f"{name} is not in the list" for name in sorted(there.keys() - wanted.keys())]
    wrong = [
        f"{name} has another SHA-256"
        for name in sorted(wanted.keys() & there.keys())
        if hashlib.sha256(there[name].read_bytes()).hexdigest() != wanted[name]
    ]
    return missing + strange + wrong


def _download(folder: Path) -> None:
    """Resolve by Maven coordinate into the folder; jgo keeps its own half-way state in a sibling."""
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    work = folder.with_name(f"{folder.name}.work")
    chatter = io.StringIO()
    with redirect_stdout(chatter), redirect_stderr(chatter):
        builder = EnvironmentBuilder(context=MavenContext(repo_cache=work / "m2"), cache_dir=work / "jgo")
        environment = builder.from_endpoint(COORDINATES, main_class="kafka.Kafka")
    folder.mkdir(parents=True)
    for jar in Path(environment.path).rglob("*.jar"):
        shutil.copy(jar, folder / jar.name)
    shutil.rmtree(work, ignore_errors=True)


def prepare(
    say: Callable[[str], None], *, cache: Path | None = None, download: Callable[[Path], None] = _download
) -> Path:
    """The folder with Kafka's jars, downloaded once for all checkouts and verified at every start.

    Raises:
        DevstackError: the download failed or brought other bytes than the list names.
    """
    root = cache or cache_folder()
    wanted = expected()
    final = root / f"kafka-{KAFKA_VERSION}"
    with one_at_a_time(root / "kafka.lock"):
        if final.exists() and not faults(final, wanted):
            return final
        shutil.rmtree(final, ignore_errors=True)
        partial = root / f"kafka-{KAFKA_VERSION}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        say(f"downloading Apache Kafka {KAFKA_VERSION}: {len(wanted)} jars, 58 MB, from Maven Central")
        try:
            download(partial)
        except Exception as error:  # whatever the resolver raises, the cure is the same
            raise DevstackError(
                f"Kafka's jars could not be downloaded ({error}); check the network and run it again"
            ) from error
        if found := faults(partial, wanted):
            shutil.rmtree(partial, ignore_errors=True)
            raise DevstackError(
                "Kafka's jars are not the ones this version names, nothing was kept: " + "; ".join(found[:5])
            )
        partial.rename(final)
    return final
