"""The bar: right figures, never wider than the terminal, and nothing at all where nobody looks at it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import progress
from engine.commands.progress import CLEAR_LINE, Bar, line
from tests.helpers import command, tiny
from tests.helpers.command import Captured


class Clock:
    """Tells the time that it is set to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def terminal(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the captured standard error say that it is a terminal; the test itself gets another stream than this."""
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda stream: True)
    monkeypatch.setenv("TERM", "xterm")


def drawn(capsys: Captured) -> list[str]:
    out, err = capsys.readouterr()
    assert out == ""
    return [text for text in err.split(CLEAR_LINE) if text]


@given(st.floats(0, 1), st.text("abc 0123", max_size=60), st.floats(0, 1e7), st.integers(1, 250))
def test_that_a_line_fits_the_terminal_whatever_its_width(share: float, note: str, left: float, width: int) -> None:
    text = line(share, note, left, width)
    assert len(text) <= max(0, width - 1)
    if width > 90 + len(note):
        assert text.startswith("[") and f"{share:4.0%}  {note}, " in text and text.endswith(" left")


@pytest.mark.parametrize(
    ("share", "bar"), [(0, "-" * 40), (0.5, "#" * 20 + "-" * 20), (0.999, "#" * 39 + "-"), (1, "#" * 40)]
)
def test_that_as_much_of_the_bar_is_full_as_is_done(share: float, bar: str) -> None:
    assert line(share, "x", 0, 120).startswith(f"[{bar}] ")


def test_that_a_narrow_terminal_gets_the_figures_without_a_bar() -> None:
    assert line(0.25, "90 images/s", 75, 34) == " 25%  90 images/s, 1:15 left"
    assert line(0.25, "90 images/s", 75, 10) == " 25%  90 "


@pytest.mark.parametrize(
    ("left", "text"),
    [(0, "0:00"), (0.2, "0:01"), (59.5, "1:00"), (61, "1:01"), (3600, "1:00:00"), (90_061, "25:01:01")],
)
def test_that_the_rest_is_told_in_minutes_and_seconds(left: float, text: str) -> None:
    assert line(0.5, "x", left, 80).endswith(f"x, {text} left")


@pytest.mark.usefixtures("terminal")
def test_that_speed_and_the_rest_follow_from_what_is_done(capsys: Captured, clock: Clock) -> None:
    with Bar(1000, "images", clock) as bar:
        clock.now += 2
        bar.advance(250)
    (text,) = drawn(capsys)
    assert text.endswith(" 25%  125 images/s, 0:06 left")


@pytest.mark.usefixtures("terminal")
def test_that_what_was_done_before_a_run_went_on_does_not_count_for_its_speed(capsys: Captured, clock: Clock) -> None:
    with Bar(100, "steps", clock) as bar:
        for step in (51, 60):
            clock.now += 1 if step == 51 else 9
            bar.reach(step)
    assert drawn(capsys)[-1].endswith(" 60%  1 steps/s, 0:40 left")


@pytest.mark.usefixtures("terminal")
def test_that_it_is_drawn_ten_times_a_second_at_most_and_at_once_after_it_was_cleared(
    capsys: Captured, clock: Clock
) -> None:
    with Bar(1000, "steps", clock) as bar:
        for _ in range(1000):
            clock.now += 0.001
            bar.advance()
        assert 8 <= len(drawn(capsys)) <= 11
        bar.advance(0)
        assert drawn(capsys) == []
        bar.clear()
        bar.advance(0)
        assert len(drawn(capsys)) == 1


@pytest.mark.usefixtures("terminal")
def test_that_the_line_is_empty_after_an_error(capsys: Captured, clock: Clock) -> None:
    with pytest.raises(KeyError), Bar(10, "steps", clock) as bar:
        bar.advance()
        raise KeyError
    assert capsys.readouterr().err.endswith(CLEAR_LINE)


def test_that_nothing_is_written_to_a_pipe_or_a_dumb_terminal(
    capsys: Captured, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for dumb in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda dumb=dumb: dumb)
        monkeypatch.setenv("TERM", "dumb")
        with Bar(10, "steps", clock) as bar:
            bar.advance()
            bar.clear()
        assert capsys.readouterr() == ("", "")


def test_that_a_terminal_of_unknown_width_has_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(fd: int) -> os.terminal_size:
        raise OSError("no terminal")

    monkeypatch.setattr(os, "get_terminal_size", none)
    assert progress._width() == 80
    monkeypatch.setattr(os, "get_terminal_size", lambda fd: os.terminal_size((0, 0)))
    assert progress._width() == 80


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("arguments", "unit"),
    [
        (["evaluate", "{}/a.cnn"], "images/s"),
        (["check", "--preset", "small", "--samples", "2"], "cells/s"),
        (["race", "--preset", "small", "--batch", "2", "--steps", "2"], "steps of the loops/s"),
    ],
)
def test_that_commands_that_take_a_while_have_a_bar(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], unit: str
) -> None:
    command.add_small_preset(monkeypatch)
    data = command.write(tmp_path / "bands.npz", tiny.dataset())
    command.add_bands_as_bundled(monkeypatch, data)
    assert command.run("train", "--preset", "small", "--data", data, "--out", tmp_path / "a.cnn", "--threads", 1) == 0
    capsys.readouterr()
    assert command.run(*(argument.format(tmp_path) for argument in arguments)) == 0
    err = capsys.readouterr().err
    assert re.search(rf"\d+%  [\d,]+ {unit}, \d+:\d\d left", err) and err.endswith(CLEAR_LINE)


@pytest.mark.parametrize("columns", [30, 61, 132])
def test_that_a_real_terminal_sees_one_line_that_fits_while_the_table_goes_to_a_file(columns: int) -> None:
    """The terminal is standard error alone, so that its width cannot be had from standard output."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    program = [sys.executable, "-m", "engine.cli", "train", "--preset", "strided", "--epochs", "2", "--threads", "1"]
    environ = {**os.environ, "TERM": "xterm"}
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=theirs, env=environ) as process:
        os.close(theirs)
        seen = _read_all(ours)
        out = process.stdout.read() if process.stdout else b""
    os.close(ours)
    texts = seen.decode().split(CLEAR_LINE)
    assert process.returncode == 0 and out.count(b"\n") == 4 and b"\x1b" not in out
    assert len(texts) > 3 and texts[-1] == "" and max(map(len, texts)) < columns
    assert any("[#" in text for text in texts) == (columns == 132)
    assert "\n" not in seen.decode() and re.search(r"\d+%  epoch [12],", seen.decode())


def _read_all(descriptor: int) -> bytes:
    content = b""
    try:
        while piece := os.read(descriptor, 4096):
            content += piece
    except OSError:  # Linux says so where the other end was closed
        pass
    return content
