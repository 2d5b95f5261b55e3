"""Logs are bounded, shown from the end, followed across a trim."""

from __future__ import annotations

from pathlib import Path

from trueup_devstack.logfiles import Follower, tail, trim


def test_a_long_log_is_moved_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    with path.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100 + b"\n")
        trim(path, bytes_max=50)
        writer.write(b"next\n")
    assert path.read_text() == "next\n"
    assert (tmp_path / "a.log.1").stat().st_size == 50


def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("short\n")
    trim(path, bytes_max=50)
    assert path.read_text() == "short\n"
    assert not (tmp_path / "a.log.1").exists()


def test_the_tail_is_the_last_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"{number}\n" for number in range(1000)))
    assert tail(path, 2) == ["998", "999"]
    assert tail(tmp_path / "missing.log", 2) == []


def test_following_gives_whole_lines_written_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("old\n")
    follower = Follower([path, tmp_path / "missing.log"])
    with path.open("a", buffering=1) as log:
        log.write("new\nhal")
        log.flush()
        assert follower.added() == [(path, "new")]
        log.write("f\n")
        assert follower.added() == [(path, "half")]
    assert follower.added() == []


def test_following_starts_over_after_a_trim(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("a long line that was there before\n")
    follower = Follower([path])
    path.write_text("short\n")
    assert follower.added() == [(path, "short")]
