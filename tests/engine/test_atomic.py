"""Atomic writes: all of the old or all of the new, whatever happens."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.files import atomic

KILLS = 40
SIZE = 300_000  # bytes: many blocks, so that a write in place would be seen torn

WRITER = f"""
import itertools, sys
from pathlib import Path
from engine.files import atomic
for n in itertools.count():
    atomic.write_bytes(Path(sys.argv[1]), bytes([n % 256]) * {SIZE})
"""


def is_whole(path: Path) -> bool:
    content = path.read_bytes()
    return len(content) == SIZE and len(set(content)) == 1


def test_that_a_killed_writer_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"\0" * SIZE)
    for kill in range(KILLS):
        before = target.stat().st_mtime_ns
        with subprocess.Popen([sys.executable, "-c", WRITER, str(target)]) as writer:
            while target.stat().st_mtime_ns == before:  # until it has begun
                time.sleep(0.001)
            time.sleep(kill % 10 / 2000)  # another moment each time
            writer.send_signal(signal.SIGKILL)
        assert is_whole(target)


def test_that_the_content_replaces_the_file(tmp_path: Path) -> None:
    target = tmp_path / "target"
    for content in (b"first, and longer", b"second"):
        atomic.write_bytes(target, content)
        assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_that_an_error_leaves_the_old_file_and_no_temporary_one(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    with pytest.raises(error), atomic.replacing(target) as stream:
        stream.write(b"new")
        raise error
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


SLOW_WRITER = """
import sys
from pathlib import Path
from engine.files import atomic
with atomic.replacing(Path(sys.argv[1])) as stream:
    stream.write(b"half")
    stream.flush()
    print("half", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def half_written(target: Path) -> Iterator[subprocess.Popen[str]]:
    """Give a process that has written half of *target* and waits for a line."""
    command, pipe = [sys.executable, "-c", SLOW_WRITER, str(target)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == "half\n"
        yield writer


def test_that_the_next_save_in_the_folder_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    for _ in range(3):
        with half_written(tmp_path / "target") as writer:
            writer.kill()
    assert len(list(tmp_path.iterdir())) == 1  # the second and the third save have removed what was there
    atomic.write_bytes(tmp_path / "other", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "other"]


def test_that_the_file_that_a_living_process_writes_stays(tmp_path: Path) -> None:
    with half_written(tmp_path / "target") as writer:
        (half,) = tmp_path.iterdir()
        atomic.write_bytes(tmp_path / "other", b"new")
        assert half.exists()
        os.kill(writer.pid, signal.SIGSTOP)  # it lives, though it does nothing
        atomic.write_bytes(tmp_path / "other", b"newer")
        assert half.exists()
        os.kill(writer.pid, signal.SIGCONT)
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.close()
        assert writer.wait() == 0
    assert (tmp_path / "target").read_bytes() == b"half"
    assert len(list(tmp_path.iterdir())) == 2


def test_that_files_of_this_very_process_do_not_remove_one_another(tmp_path: Path) -> None:
    with atomic.replacing(tmp_path / "one") as stream:
        stream.write(b"1")
        atomic.write_bytes(tmp_path / "two", b"2")
    assert ((tmp_path / "one").read_bytes(), (tmp_path / "two").read_bytes()) == (b"1", b"2")


@pytest.mark.parametrize("name", [".x.tmp", ".cnn-1.tmp", "0123456789abcdef0123456789abcdef.tmp", "cnn-a.tmp~"])
def test_that_the_files_of_other_programs_stay(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    atomic.write_bytes(tmp_path / "target", b"new")
    assert (tmp_path / name).read_bytes() == b"mine"


def test_that_a_new_file_that_was_removed_before_it_was_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, removed = atomic._lock, []

    def lock(stream: Any, until: Any) -> bool:
        if not removed:
            removed.append(Path(stream.name))
            removed[0].unlink()
        return inner(stream, until)

    monkeypatch.setattr(atomic, "_lock", lock)
    atomic.write_bytes(tmp_path / "target", b"new")
    assert (tmp_path / "target").read_bytes() == b"new" and removed
    assert list(tmp_path.iterdir()) == [tmp_path / "target"]


def test_that_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with atomic.replacing(target) as stream:
        stream.write(b"new")
        stream.flush()
        assert not target.exists()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_that_a_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"old")
    target.chmod(mode)
    atomic.write_bytes(target, b"new")
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_that_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    atomic.write_bytes(tmp_path / "target", b"new")
    assert (tmp_path / "target").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_that_a_link_stays_a_link_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    real, link = tmp_path / "folder" / "real", tmp_path / "link"
    link.symlink_to(real)
    for content in (b"created through the link", b"replaced through the link"):
        atomic.write_bytes(link, content)
        assert link.is_symlink()
        assert real.read_bytes() == content


def test_that_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(OSError, match="not an ordinary file"):
            atomic.write_bytes(path, b"new")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_that_a_missing_folder_is_named(tmp_path: Path) -> None:
    for write in (atomic.check_writable, lambda path: atomic.write_bytes(path, b"new")):
        with pytest.raises(FileNotFoundError) as caught:
            write(tmp_path / "missing" / "target")
        assert caught.value.filename == str(tmp_path / "missing")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_that_a_protected_file_and_a_protected_folder_are_refused_beforehand(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "target").chmod(0o444)
    with pytest.raises(PermissionError):
        atomic.check_writable(tmp_path / "target")
    (tmp_path / "target").unlink()
    tmp_path.chmod(0o555)
    with pytest.raises(PermissionError):
        atomic.check_writable(tmp_path / "target")
    tmp_path.chmod(0o755)
