"""What a training run on the command line has learned is kept, however the run ends."""

import errno
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine import threads
from engine.commands import codes, interrupts, options, train
from engine.files import checkpoint
from engine.files.project import open_project
from engine.trainer import StepResult, Trainer
from tests.helpers import command, tiny
from tests.helpers.command import Captured, run, write

STEPS = 16  # of a run of "small"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small data set of bands as a file, and make "small" a preset that trains on it: 2 epochs of 8 steps."""
    command.add_small_preset(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return write(tmp_path / "bands.npz", tiny.dataset())


@contextmanager
def training(*options: Any, **how: Any) -> Iterator["subprocess.Popen[str]"]:
    """Give a long run that is in its second epoch."""
    program = [sys.executable, "-m", "engine.cli", "train", "--preset", "lenet5", "--epochs", "10000", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*program, *map(str, options)], stdout=pipe, stderr=how.pop("stderr", pipe), text=True, **how
    ) as process:
        try:
            assert process.stdout is not None and process.stdout.readline()
            yield process
        finally:
            process.kill()


def helpers_of(process: "subprocess.Popen[str]") -> list[int]:
    """Return the ids of the processes that help one, which is of another program."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("this system does not tell which processes a process has started")
    return [int(word) for word in children.read_text().split()]


def after(monkeypatch: pytest.MonkeyPatch, steps: int, do: Callable[[], None]) -> None:
    """Let something happen after so many steps."""
    inner = Trainer.run

    def run_on(self: Trainer) -> Iterator[Any]:
        for event in inner(self):
            if isinstance(event, StepResult) and event.step == steps:
                do()
            yield event

    monkeypatch.setattr(Trainer, "run", run_on)


def fail_with(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def no_room(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "there")


# signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_that_a_signal_ends_a_run_between_two_steps_and_all_is_kept(tmp_path: Path, number: int) -> None:
    out, file = tmp_path / "a.cnn", tmp_path / "a.cnn-run"
    with training("--out", out, "--checkpoint", file) as process:
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number == codes.of_signal(number)
    assert err.startswith("cnn-engine: interrupted after ") and err.count("\n") == 1
    assert f"what was learned is in {out}, and --resume {file} goes on with the run.\n" in err
    _, state = checkpoint.load(file)
    assert open_project(out).history.steps == state.history.steps == state.progress.step > 0


def test_that_a_terminal_that_is_closed_does_not_lose_the_run(tmp_path: Path) -> None:
    out = tmp_path / "a.cnn"
    terminal, line = pty.openpty()
    with training("--out", out, stderr=line, start_new_session=True) as process:
        os.close(line)
        os.close(terminal)  # what is told and drawn from now on reaches nobody
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=30)
    assert open_project(out).history.steps > 0
    assert process.returncode == codes.of_signal(signal.SIGHUP)


def test_that_a_signal_that_is_ignored_stays_ignored(tmp_path: Path, data: Path, monkeypatch) -> None:
    """As nohup wants it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        after(monkeypatch, 3, lambda: signal.raise_signal(signal.SIGHUP))
        assert run("train", "--preset", "small", "--data", data, "--threads", 1, "--out", tmp_path / "a.cnn") == 0
    finally:
        signal.signal(signal.SIGHUP, before)
    assert open_project(tmp_path / "a.cnn").history.steps == STEPS


def test_that_two_signals_of_a_system_that_shuts_down_do_not_lose_what_one_would_have_kept(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both() -> None:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
            signal.raise_signal(number)

    after(monkeypatch, 3, both)
    out = tmp_path / "a.cnn"
    assert run("train", "--preset", "small", "--data", data, "--threads", 1, "--out", out) == 143
    assert open_project(out).history.steps == 3


def test_that_the_handlers_are_as_before_after_a_run(data: Path) -> None:
    before = [signal.getsignal(number) for number in interrupts.ENDING]
    assert run("train", "--preset", "small", "--data", data, "--threads", 1) == 0
    assert [signal.getsignal(number) for number in interrupts.ENDING] == before


# processes that help


@pytest.mark.skipif(threads.default_threads() < 2, reason="one core has no helper")
def test_that_a_run_whose_helper_is_killed_keeps_what_it_learned(tmp_path: Path) -> None:
    out, file = tmp_path / "a.cnn", tmp_path / "a.cnn-run"
    with training("--out", out, "--checkpoint", file, "--threads", 2) as process:
        (helper, *_) = helpers_of(process)
        os.kill(helper, signal.SIGKILL)
        _, err = process.communicate(timeout=30)
    assert process.returncode == codes.BAD_INPUT
    first, second = err.splitlines()
    assert first.startswith("cnn-engine: ended after ")
    assert first.endswith(f"what was learned is in {out}, and --resume {file} goes on with the run.")
    assert second == "cnn-engine: A process that helped to train has ended (code -9); train again."
    assert open_project(out).history.steps == checkpoint.load(file)[1].progress.step > 0


@pytest.mark.skipif(threads.default_threads() < 2, reason="one core has no helper")
def test_that_a_helper_that_is_stopped_does_not_keep_a_signal_waiting(tmp_path: Path) -> None:
    out = tmp_path / "a.cnn"
    with training("--out", out, "--threads", 2) as process:
        (helper, *_) = helpers_of(process)
        os.kill(helper, signal.SIGSTOP)
        time.sleep(0.5)  # the step that waits for it has begun
        process.send_signal(signal.SIGTERM)
        start = time.monotonic()
        _, err = process.communicate(timeout=60)
    assert process.returncode == codes.of_signal(signal.SIGTERM) and f"what was learned is in {out}" in err
    assert time.monotonic() - start < interrupts.PATIENCE + 15
    assert open_project(out).history.steps > 0


@pytest.mark.skipif(threads.default_threads() < 2, reason="one core has no helper")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_that_a_signal_to_all_processes_leaves_the_end_to_the_one_that_trains(tmp_path: Path, number: int) -> None:
    out = tmp_path / "a.cnn"
    with training("--out", out, "--threads", 2) as process:
        for each in (*helpers_of(process), process.pid):
            os.kill(each, number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == codes.of_signal(number) and err.startswith("cnn-engine: interrupted after")
    assert open_project(out).history.steps > 0


@pytest.mark.parametrize("cores", [1, 2])
def test_that_more_threads_than_cores_are_as_many_as_cores_and_it_is_said(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, cores: int
) -> None:
    monkeypatch.setattr(options, "default_threads", lambda: cores)
    file = tmp_path / "a.cnn-run"
    given = ("--preset", "small", "--data", data, "--threads", 256, "--checkpoint", file)
    assert run("train", *given) == 0
    word = "core" if cores == 1 else "cores"
    said = f"cnn-engine: 256 threads would take turns on {cores} {word}; using {cores}.\n"
    assert capsys.readouterr().err == said
    assert checkpoint.load(file)[1].threads == cores


def test_that_a_run_of_a_larger_machine_goes_on_with_the_cores_of_this_one(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    file = tmp_path / "a.cnn-run"
    monkeypatch.setattr(options, "default_threads", lambda: 2)
    after(monkeypatch, 3, lambda: signal.raise_signal(signal.SIGINT))
    assert run("train", "--preset", "small", "--data", data, "--checkpoint", file) == codes.INTERRUPTED
    capsys.readouterr()
    monkeypatch.setattr(options, "default_threads", lambda: 1)
    assert run("train", "--resume", file) == 0
    assert capsys.readouterr().err == (
        "cnn-engine: 2 threads would take turns on 1 core; using 1. What follows differs from the run on more threads"
        " by rounding.\n"
    )


# files that cannot be written


def test_that_a_run_goes_on_where_it_cannot_be_saved_and_saves_again_when_there_is_room(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    inner, tried = checkpoint.save, []

    def save(*given: Any) -> None:
        tried.append(given)
        if len(tried) < 3:
            no_room()
        inner(*given)

    monkeypatch.setattr(checkpoint, "save", save)
    monkeypatch.setattr(train, "RETRY", 0.0)
    out, file = tmp_path / "a.cnn", tmp_path / "a.cnn-run"
    given = ("--data", data, "--threads", 1, "--out", out, "--checkpoint", file)
    assert run("train", "--preset", "small", *given) == 0
    assert capsys.readouterr().err == (
        "cnn-engine: The run could not be saved: there: No space left on device; free some space there, or choose"
        f" another place. It goes on, and saving it is tried again.\n"
        f"cnn-engine: The run could be saved again, in {file}.\n"
    )
    assert len(tried) == 4  # after the first epoch, after each of two steps, and after the second epoch
    assert open_project(out).history.steps == checkpoint.load(file)[1].history.steps == STEPS


def test_that_a_run_that_could_never_be_saved_ends_with_its_network_and_a_code_that_says_so(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(checkpoint, "save", no_room)
    out, file = tmp_path / "a.cnn", tmp_path / "a.cnn-run"
    given = ("--data", data, "--threads", 1, "--out", out, "--checkpoint", file)
    assert run("train", "--preset", "small", *given) == codes.BAD_INPUT
    assert capsys.readouterr().err.count("The run could not be saved") == 1
    assert open_project(out).history.steps == STEPS


def test_that_an_interrupted_run_says_how_old_the_run_is_that_it_could_save(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def full_from_now_on() -> None:
        monkeypatch.setattr(checkpoint, "save", no_room)
        signal.raise_signal(signal.SIGINT)

    after(monkeypatch, 11, full_from_now_on)
    file = tmp_path / "a.cnn-run"
    given = ("--data", data, "--threads", 1, "--checkpoint", file)
    assert run("train", "--preset", "small", *given) == codes.INTERRUPTED
    said = capsys.readouterr().err
    assert f"--resume {file} goes on with the run after step 8, since when it could not be saved.\n" in said
    assert checkpoint.load(file)[1].progress.step == 8


def test_that_a_run_whose_folder_was_removed_meanwhile_is_not_said_to_be_there(
    data: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()

    def remove_and_end() -> None:
        shutil.rmtree(folder)
        signal.raise_signal(signal.SIGTERM)

    after(monkeypatch, 10, remove_and_end)
    files = ["--checkpoint", folder / "a.cnn-run", "--out", folder / "a.cnn"]
    assert run("train", "--preset", "small", "--data", data, "--threads", 1, *files) == codes.of_signal(signal.SIGTERM)
    err, kept = capsys.readouterr().err, tmp_path / "a.cnn"
    assert open_project(kept).history.steps == 10
    assert err.splitlines()[-1].endswith(f"; what was learned is in {kept}.") and "--resume" not in err


def test_that_a_network_that_cannot_be_written_is_kept_in_another_folder(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    inner, place = train.save, tmp_path / "full"
    place.mkdir()

    def save(path: Path, *given: Any) -> None:
        if path.parent == place:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        inner(path, *given)

    monkeypatch.setattr(train, "save", save)
    (tmp_path / "a.cnn").write_text("somebody's")
    out, instead = place / "a.cnn", tmp_path / "a-2.cnn"
    assert run("train", "--preset", "small", "--data", data, "--threads", 1, "--out", out) == codes.BAD_INPUT
    printed, said = capsys.readouterr()
    assert said == (
        f"cnn-engine: {out}: No space left on device; free some space there, or choose another place. The network is in"
        f" {instead} instead.\n"
    )
    assert printed.endswith(f"Saved as {instead}.\n")
    assert open_project(instead).history.steps == STEPS
    assert (tmp_path / "a.cnn").read_text() == "somebody's"


# everything else


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), "There is not enough memory; use a smaller network, batch or data set."),
        (OSError("no more processes"), "no more processes."),
        (ChildProcessError("A process has failed."), "A process has failed."),
    ],
)
def test_that_an_error_ends_a_run_in_sentences_and_all_is_kept(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, error: Exception, said: str
) -> None:
    after(monkeypatch, 5, fail_with(error))
    out, file = tmp_path / "a.cnn", tmp_path / "a.cnn-run"
    given = ("--data", data, "--threads", 1, "--out", out, "--checkpoint", file)
    assert run("train", "--preset", "small", *given) == codes.BAD_INPUT
    assert capsys.readouterr().err == (
        f"cnn-engine: ended after 5 of 16 steps; what was learned is in {out}, and --resume {file} goes on with the"
        f" run.\ncnn-engine: {said}\n"
    )
    assert open_project(out).history.steps == checkpoint.load(file)[1].progress.step == 5


def test_that_an_error_of_the_program_keeps_the_network_too(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after(monkeypatch, 5, fail_with(RuntimeError("a fault of ours")))
    with pytest.raises(RuntimeError):
        run("train", "--preset", "small", "--data", data, "--threads", 1, "--out", tmp_path / "a.cnn")
    assert open_project(tmp_path / "a.cnn").history.steps == 5


def test_that_a_reader_that_goes_away_does_not_take_the_network_with_it(tmp_path: Path) -> None:
    out = tmp_path / "a.cnn"
    with training("--out", out) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        err = process.stderr.read()
        process.wait(30)
    assert (process.returncode, err) == (codes.BROKEN_PIPE, "")
    assert open_project(out).history.steps > 0


def test_that_output_that_cannot_be_written_is_told_and_the_run_goes_on(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr(train.TableReport, "show", no_room)
    out = tmp_path / "a.cnn"
    assert run("train", "--preset", "small", "--data", data, "--threads", 1, "--out", out) == 0
    assert "cnn-engine: Epoch 1 could not be printed: there: No space left on device" in capsys.readouterr().err
    assert open_project(out).history.steps == STEPS


def test_that_a_second_ctrl_c_ends_a_run_at_once(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice() -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    after(monkeypatch, 5, twice)
    given = ("--data", data, "--threads", 1, "--out", tmp_path / "a.cnn")
    assert run("train", "--preset", "small", *given) == codes.INTERRUPTED
    assert not (tmp_path / "a.cnn").exists()
