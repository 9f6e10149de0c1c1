"""Slips of a person at the command line: each is told in a sentence that says what to do, and nothing is swallowed."""

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import presets, schema
from engine.commands import codes, train
from engine.commands.interrupts import at_once
from engine.files import atomic
from engine.files.failures import told
from engine.files.project import open_project
from engine.settings import TrainingSettings
from engine.trainer import StepResult, Trainer
from tests.helpers import command, tiny
from tests.helpers.command import Captured, lines, refused, run, write


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small data set of bands as a file, and make "small" a preset that trains on it: 2 epochs of 8 steps."""
    command.add_small_preset(monkeypatch)
    return write(tmp_path / "bands.npz", tiny.dataset())


# Ctrl+C


def interrupt_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Let a Ctrl+C arrive after so many steps."""
    inner = Trainer.run

    def run_on(self: Trainer) -> Iterator[Any]:
        for event in inner(self):
            if isinstance(event, StepResult) and event.step == steps:
                signal.raise_signal(signal.SIGINT)
            yield event

    monkeypatch.setattr(Trainer, "run", run_on)


def interrupted(capsys: Captured, monkeypatch: pytest.MonkeyPatch, steps: int, *arguments: Any) -> str:
    """Train, press Ctrl+C after so many steps, and return what is said."""
    with monkeypatch.context() as patch:
        interrupt_after(patch, steps)
        assert run("train", "--preset", "small", "--threads", 1, *arguments) == codes.INTERRUPTED
    return capsys.readouterr().err


def test_that_an_interrupt_tells_what_was_reached_that_it_is_lost_and_how_to_keep_it(
    capsys: Captured, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert interrupted(capsys, monkeypatch, 5, "--data", data) == (
        "cnn-engine: interrupted after 5 of 16 steps; nothing was saved: --checkpoint FILE.cnn-run lets a run go on"
        " later, and --out FILE.cnn keeps the network.\n"
    )
    later = interrupted(capsys, monkeypatch, 9, "--data", data, "--json")
    assert re.search(r"after 9 of 16 steps, test accuracy \d+\.\d\d% after epoch 1; nothing was saved", later)


def test_that_an_interrupt_tells_where_the_run_and_the_network_are(
    capsys: Captured, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved, out = tmp_path / "a.cnn-run", tmp_path / "a.cnn"
    said = interrupted(capsys, monkeypatch, 1, "--data", data, "--checkpoint", saved, "--out", out)
    assert said == (
        f"cnn-engine: interrupted after 1 of 16 steps; what was learned is in {out}, and --resume {saved} goes on with"
        " the run.\n"
    )
    assert open_project(out).history.steps == 1
    assert "nothing" not in interrupted(capsys, monkeypatch, 1, "--data", data, "--out", out)


def test_that_an_interrupt_while_the_network_is_saved_does_not_lose_it(
    capsys: Captured, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, out = train.save, tmp_path / "a.cnn"

    def save(*arguments: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        inner(*arguments)

    monkeypatch.setattr(train, "save", save)
    assert run("train", "--preset", "small", "--data", data, "--out", out) == codes.INTERRUPTED
    assert open_project(out).history.steps == 16
    assert "after 16 of 16 steps, test accuracy" in capsys.readouterr().err


LOSES_AN_INTERRUPT = """
import signal, sys
from engine import cli

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                pass  # as an import or a callback that loses it

sys.meta_path.insert(0, Finder())
sys.exit(cli.main(["presets"]))
"""


def test_that_no_interrupt_is_lost_while_modules_are_imported() -> None:
    done = subprocess.run([sys.executable, "-c", LOSES_AN_INTERRUPT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (codes.INTERRUPTED, "", "")


def test_that_ctrl_c_is_as_before_once_the_program_has_started() -> None:
    with at_once():
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# what is missing, or has nothing to do with it


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("summary", "cnn-engine: No network is named; give --preset NAME or a project, FILE.cnn."),
        ("check", "cnn-engine: No network is named; give --preset NAME or a project, FILE.cnn."),
        ("train", "cnn-engine: No network is named; give --preset NAME, or --resume FILE.cnn-run to go on with a run."),
    ],
)
def test_that_a_command_without_a_network_says_how_to_name_one(capsys: Captured, arguments: str, sentence: str) -> None:
    assert refused(capsys, arguments) == sentence + "\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--momentum 0.8", "--momentum belongs to --optimizer momentum or Nesterov, and this run has Adam;"),
        ("--optimizer rmsprop --beta1 0.5", "--beta1 belongs to --optimizer Adam or AdamW, and this run has RMSprop;"),
        (
            "--optimizer gradient-descent --rho 0.5",
            "belongs to --optimizer RMSprop, and this run has gradient-descent;",
        ),
        ("--schedule one-cycle --warm-up 0.1", "--warm-up belongs to --schedule constant or step or cosine, and this"),
        ("--schedule cosine --drop 0.5", "--drop belongs to --schedule step, and this run has cosine;"),
    ],
)
def test_that_an_option_of_another_optimizer_or_schedule_is_refused(
    capsys: Captured, data: Path, options: str, sentence: str
) -> None:
    said = refused(capsys, "train", "--preset", "small", "--data", data, *options.split())
    assert sentence in said and said.endswith("; leave it out, or change the other.\n")


def test_that_a_presets_own_values_for_another_optimizer_are_no_slip(data: Path, tmp_path: Path) -> None:
    """They are kept as they are, since nobody gave them."""
    with pytest.MonkeyPatch.context() as patch:
        command.add_small_preset(patch, momentum=0.5, optimizer="momentum", warm_up=0.1)
        options = ("--epochs", 1, "--optimizer", "adam", "--schedule", "one-cycle")
        assert run("train", "--preset", "small", "--data", data, *options, "--out", tmp_path / "a.cnn") == 0
    assert open_project(tmp_path / "a.cnn").settings.momentum == 0.5


@pytest.fixture
def trained(data: Path, tmp_path: Path, capsys: Captured) -> Path:
    out = tmp_path / "trained.cnn"
    assert run("train", "--preset", "small", "--data", data, "--epochs", 1, "--threads", 1, "--out", out) == 0
    capsys.readouterr()
    return out


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (
            {"classes": 4},
            "The network tells 2 classes apart, but other.npz has 4; choose data with the classes that it",
        ),
        (
            {"size": 10},
            "reads images of (1, 8, 8), but other.npz has (1, 10, 10) (channels, height, width); choose data",
        ),
    ],
)
def test_that_a_trained_network_is_measured_on_data_like_its_own_and_not_told_to_be_built_anew(
    capsys: Captured, trained: Path, tmp_path: Path, made: dict[str, int], sentence: str
) -> None:
    said = refused(capsys, "evaluate", trained, "--data", write(tmp_path / "other.npz", tiny.dataset(**made)))
    assert sentence in said
    assert not re.search("Dense|build|units|train on", said)


# numbers


def test_that_one_epoch_is_one_epoch(capsys: Captured, data: Path, trained: Path) -> None:
    last = lines(capsys, "train", "--preset", "small", "--data", data, "--epochs", 1)[-1]
    assert last.startswith("1 epoch in ")
    assert lines(capsys, "summary", trained)[0].startswith("trained.cnn: 1 epoch, test accuracy ")


def test_that_what_is_off_is_said_to_be_off(capsys: Captured) -> None:
    text = re.sub(r"\s+", " ", " ".join(lines(capsys, "presets", "lenet5")))
    assert "weight decay off; clip norm off;" in text and "warm-up off;" in text and "validation off;" in text
    assert "seed 0" in text
    assert "weight decay 0.001;" in re.sub(r"\s+", " ", " ".join(lines(capsys, "presets", "convnetjs-mnist")))


def test_that_what_its_help_calls_off_at_zero_is_declared_so() -> None:
    for param in schema.params_of(TrainingSettings):
        assert param.off_at_zero == ("0 is off" in param.doc)


# files


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOENT, "a.cnn: No such file or directory; check its name and its folder."),
        (errno.EACCES, "a.cnn: Permission denied; choose another place, or ask for permission to use this one."),
        (errno.EISDIR, "a.cnn: Is a directory; name a file."),
        (errno.ENOSPC, "a.cnn: No space left on device; free some space there, or choose another place."),
        (errno.EIO, "a.cnn: Input/output error; choose another file or folder."),
    ],
)
def test_that_an_error_of_a_file_names_it_and_what_to_do(code: int, sentence: str) -> None:
    assert told(OSError(code, os.strerror(code), "a.cnn")) == sentence
    assert told(OSError(code, os.strerror(code)), Path("a.cnn")) == sentence


def test_that_an_error_of_no_file_is_told_as_it_is() -> None:
    assert told(ChildProcessError("A process has ended; train again.")) == "A process has ended; train again."
    assert told(OSError(errno.ENOSPC, "No space left on device")).startswith("No space left on device; free some")


def test_that_the_remedy_reaches_the_terminal(capsys: Captured, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    for arguments in (("evaluate", missing), ("predict", missing), ("train", "--preset", "lenet5", "--data", missing)):
        assert refused(capsys, *arguments).endswith(
            "missing: No such file or directory; check its name and its folder.\n"
        )
    assert refused(capsys, "summary", tmp_path).endswith(": Is a directory; name a file.\n")
    out = refused(capsys, "train", "--preset", "lenet5", "--out", missing / "a.cnn")
    assert out.endswith("missing: There is no such folder; check its name and its folder.\n")


def test_that_a_full_disk_is_told_with_the_name_of_the_file(
    capsys: Captured, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", full)
    out = tmp_path / "a.cnn"
    assert run("train", "--preset", "small", "--data", data, "--out", out) == codes.BAD_INPUT
    said = capsys.readouterr().err
    assert said == f"cnn-engine: {out}: No space left on device; free some space there, or choose another place.\n"


# words


@pytest.mark.parametrize("word", ["gradient descent", "gradient-descent", "Gradient_Descent", "GradientDescent"])
def test_that_a_choice_can_be_written_as_a_person_writes_it(data: Path, tmp_path: Path, word: str) -> None:
    out = tmp_path / "a.cnn"
    options = ("--epochs", 1, "--schedule", "One Cycle", "--backend", "FAST", "--loss", "mean_squared-error")
    assert run("train", "--preset", "Small", "--data", data, "--optimizer", word, *options, "--out", out) == 0
    settings = open_project(out).settings
    assert (settings.optimizer, settings.schedule) == ("gradient descent", "one-cycle")
    assert settings.loss == "mean squared error"


def test_that_a_preset_is_found_however_it_is_written(capsys: Captured) -> None:
    assert lines(capsys, "presets", "LeNet-5")[0] == "LeNet-5 (ReLU, max pooling)  (--preset lenet5)"
    assert lines(capsys, "summary", "--preset", "Conv_Pool_Softmax")


def test_that_each_choice_in_the_help_can_be_typed_as_it_stands(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        run("train", "--help")
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    for param in schema.params_of(TrainingSettings):
        if param.kind == "choice":
            (shown,) = set(re.findall(rf"--{param.name} (\w[\w-]*\|[\w|-]+)", text))
            assert len(shown.split("|")) == len(param.choices)
    assert ", ".join(presets.BUILDERS) in text  # none is broken at a hyphen
    said = refused(capsys, "train", "--preset", "lenet5", "--optimizer", "sgd")
    assert "Optimizer must be one of gradient-descent, momentum, Nesterov, RMSprop, Adam, AdamW, not 'sgd'" in said
