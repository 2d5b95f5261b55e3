"""Kafka's jars are kept only when every byte is the one the list names; half a download never counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from trueup_devstack import jars
from trueup_devstack.errors import DevstackError

CONTENT = {"kafka.jar": b"kafka", "clients.jar": b"clients"}


def downloading(content: dict[str, bytes]) -> Callable[[Path], None]:
    def download(folder: Path) -> None:
        folder.mkdir(parents=True)
        for name, data in content.items():
            (folder / name).write_bytes(data)

    return download


def refuse(folder: Path) -> None:
    raise AssertionError("nothing had to be downloaded")


@pytest.fixture(autouse=True)
def listing(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {name: hashlib.sha256(data).hexdigest() for name, data in CONTENT.items()}
    monkeypatch.setattr(jars, "expected", lambda: wanted)


def test_a_second_start_downloads_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    folder = jars.prepare(said.append, cache=tmp_path, download=downloading(CONTENT))
    assert len(said) == 1
    assert jars.prepare(said.append, cache=tmp_path, download=refuse) == folder


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (CONTENT | {"kafka.jar": b"other"}, "kafka.jar has another SHA-256"),
        (CONTENT | {"evil.jar": b"x"}, "evil.jar is not in the list"),
        ({"kafka.jar": b"kafka"}, "clients.jar is missing"),
    ],
)
def test_other_bytes_are_refused_and_not_kept(tmp_path: Path, content: dict[str, bytes], fault: str) -> None:
    with pytest.raises(DevstackError, match=fault):
        jars.prepare(print, cache=tmp_path, download=downloading(content))
    assert not list(tmp_path.glob("**/*.jar"))


def test_an_interrupted_download_is_begun_anew(tmp_path: Path) -> None:
    partial = tmp_path / f"kafka-{jars.KAFKA_VERSION}.partial"
    partial.mkdir()
    (partial / "kafka.jar").write_bytes(b"ka")
    folder = jars.prepare(print, cache=tmp_path, download=downloading(CONTENT))
    assert not jars.faults(folder, jars.expected())
    assert not partial.exists()


def test_a_jar_damaged_later_is_downloaded_again(tmp_path: Path) -> None:
    folder = jars.prepare(print, cache=tmp_path, download=downloading(CONTENT))
    (folder / "kafka.jar").write_bytes(b"")
    assert not jars.faults(jars.prepare(print, cache=tmp_path, download=downloading(CONTENT)), jars.expected())


def test_no_network_says_what_to_do(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        raise ConnectionError("no route")

    with pytest.raises(DevstackError, match=r"no route.*network"):
        jars.prepare(print, cache=tmp_path, download=fail)


def test_the_committed_list_names_the_broker() -> None:
    digests = {name: digest for digest, name in (line.split() for line in jars.LIST.read_text().splitlines())}
    assert f"kafka_2.13-{jars.KAFKA_VERSION}.jar" in digests
    assert all(len(digest) == 64 for digest in digests.values())
