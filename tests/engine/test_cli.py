"""The command line: what it prints, what it writes, and how it refuses."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import cli, schema
from engine.commands import codes, options, progress
from engine.commands.progress import CLEAR_LINE
from engine.data import catalogue
from engine.divergence import DivergedError
from engine.evaluation import evaluate
from engine.files import checkpoint
from engine.files.project import open_project
from engine.history import EpochResult
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import Trainer
from tests.helpers import archives, command, tiny
from tests.helpers.command import Captured, refused, run, write


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a small data set of bands, two classes of 8 × 8 images, as a file."""
    return write(tmp_path / "bands.npz", tiny.dataset())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make "small" a preset that trains in no time."""
    command.add_small_preset(monkeypatch)


def train_lines(capsys: Captured, *arguments: Any) -> list[dict[str, Any]]:
    return command.values(capsys, "train", "--preset", "small", *arguments)


@pytest.mark.usefixtures("small")
def test_that_json_has_a_line_for_each_epoch_and_a_final_one(capsys: Captured, data: Path) -> None:
    *epochs, final = train_lines(capsys, "--data", data, "--epochs", 3)
    assert [line["epoch"] for line in epochs] == [1, 2, 3]
    for line in (*epochs, final):
        assert 0 <= line["train_accuracy"] <= 1
        assert 0 <= line["test_accuracy"] <= 1
        assert line["train_loss"] > 0
        assert line["test_loss"] > 0
        assert line["seconds"] > 0
        assert line["images_per_second"] > 0
    assert not any("final" in line for line in epochs)
    assert final["final"] is True
    assert final["test_accuracy"] == epochs[-1]["test_accuracy"]
    assert final["seconds"] == pytest.approx(sum(line["seconds"] for line in epochs))


@pytest.mark.usefixtures("small")
def test_that_what_was_done_to_the_data_is_told_beside_the_figures(capsys: Captured, tmp_path: Path) -> None:
    """On standard error for a person, and as a field for a program; in training and in evaluation."""
    bands = tiny.dataset()
    arrays = {
        "x_train": bands.train.images[:, 0] / 255 / 255, "y_train": bands.train.labels + 1,
        "x_test": bands.test.images[:, 0] / 255 / 255, "y_test": bands.test.labels + 1,
    }  # fmt: skip
    data, out = archives.write(tmp_path / "odd.npz", arrays), tmp_path / "a.cnn"
    told = [
        "Pixels of x_train and x_test go from 0 to 1/255, as if divided by 255 twice: stretched to 0 to 255.",
        "The labels are 1 to 2; the 2 classes are called what they are.",
    ]
    for arguments in (("train", "--preset", "small", "--data", data, "--out", out), ("evaluate", out)):
        assert run(*arguments, "--json") == 0
        printed, said = capsys.readouterr()
        assert json.loads(printed.splitlines()[-1])["remarks"] == told
        assert [line for line in said.splitlines() if "data:" in line] == [f"cnn-engine: data: {text}" for text in told]


@pytest.mark.usefixtures("small")
def test_that_a_run_learns_the_bands(capsys: Captured, data: Path) -> None:
    assert train_lines(capsys, "--data", data, "--epochs", 8)[-1]["test_accuracy"] == 1


@pytest.mark.usefixtures("small")
def test_that_the_same_seed_gives_the_same_figures_and_another_seed_others(capsys: Captured, data: Path) -> None:
    one, two, other = (
        train_lines(capsys, "--data", data, "--seed", seed, "--augment", "--threads", 2)[-1]["train_loss"]
        for seed in (5, 5, 6)
    )
    assert one == two
    assert one != other


@pytest.mark.usefixtures("small")
def test_that_speed_is_that_of_training_alone(capsys: Captured, tmp_path: Path) -> None:
    """Measuring 20,000 test images makes the epoch longer, but not the training of 64 slower."""
    data = write(tmp_path / "bands.npz", tiny.dataset(train=64, test=20_000))
    final = train_lines(capsys, "--data", data)[-1]
    assert 2 * 64 / final["images_per_second"] < final["seconds"] / 2


@pytest.mark.usefixtures("small")
def test_that_options_override_the_preset_and_the_rest_stays_its_own(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.cnn"
    options = "--batch 4 --lr 0.02 --optimizer MOMENTUM --momentum 0.5 --schedule cosine --validation 0.25 --augment"
    assert run("train", "--preset", "small", "--data", data, "--out", out, *options.split()) == 0
    assert open_project(out).settings == TrainingSettings(
        epochs=2, batch_size=4, learning_rate=0.02, optimizer="momentum", momentum=0.5, schedule="cosine",
        validation=0.25, augment=True, seed=0,
    )  # fmt: skip


@pytest.mark.usefixtures("small")
def test_that_a_saved_run_can_be_measured_again_with_the_same_result(
    capsys: Captured, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.cnn"
    final = train_lines(capsys, "--data", data, "--out", out)[-1]
    assert final["file"] == str(out)
    assert run("evaluate", out, "--json") == 0  # on what it was trained on
    measured = json.loads(capsys.readouterr().out)
    assert measured["images"] == 20
    assert measured["test_accuracy"] == final["test_accuracy"]
    assert measured["test_loss"] == pytest.approx(final["test_loss"])
    project = open_project(out)
    assert [epoch.epoch for epoch in project.history.epochs] == [1, 2]
    assert project.history.steps == 16


@pytest.mark.usefixtures("small")
def test_that_the_last_dense_layer_gets_a_unit_for_each_class_and_that_this_is_said(
    capsys: Captured, tmp_path: Path
) -> None:
    data, out = write(tmp_path / "four.npz", tiny.dataset(classes=4)), tmp_path / "out.cnn"
    assert run("train", "--preset", "small", "--data", data, "--out", out) == 0
    assert "4 units, one for each class of four.npz" in capsys.readouterr().err
    assert open_project(out).weights[open_project(out).architecture.layers[4].uid]["bias"].shape == (4,)


@pytest.mark.usefixtures("small")
def test_that_a_person_gets_a_table_with_a_row_for_each_epoch(capsys: Captured, data: Path) -> None:
    assert run("train", "--preset", "small", "--data", data, "--validation", 0.25) == 0
    head, first, second, last = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["epoch", "train", "loss"]
    assert (first.split()[0], second.split()[0]) == ("1", "2")
    assert len({len(line) for line in (head, first, second)}) == 1
    assert len(re.findall(r"\d\d\.\d\d%", second)) + second.count("100.00%") >= 3
    assert last.startswith("2 epochs in")


@pytest.mark.usefixtures("small")
def test_that_progress_is_shown_on_a_terminal_alone(
    capsys: Captured, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("train", "--preset", "small", "--data", data) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "INTERVAL", 0)
    assert run("train", "--preset", "small", "--data", data) == 0
    err = capsys.readouterr().err
    assert re.search(r"100%  epoch 2, loss \d\.\d{4}, [\d,]+ images/s, 0:00 left", err)
    assert err.endswith(CLEAR_LINE)


@pytest.mark.usefixtures("small")
def test_that_divergence_is_one_sentence_and_exit_code_3(
    capsys: Captured, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_away(self: Trainer) -> Iterator[Any]:
        raise DivergedError("Training diverged.")
        yield

    monkeypatch.setattr(Trainer, "run", run_away)
    assert run("train", "--preset", "small", "--data", data, "--json") == codes.DIVERGED == 3
    assert capsys.readouterr() == ("", "cnn-engine: Training diverged.\n")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["train", "--preset", "none"], "There is no preset 'none'"),
        (["train", "--preset", "lenet5", "--data", "{}/missing.npz"], "missing.npz: No such file"),
        (["train", "--preset", "lenet5", "--data", "{}"], "holds 2 .npz files; choose one of them"),
        (["train", "--preset", "lenet5", "--data", "{}/empty.npz"], "empty.npz is empty"),
        (["train", "--preset", "lenet5", "--data", "{}/bands.npz"], "layer 4 (Convolution) cannot work: The window of"),
        (["train", "--preset", "lenet5", "--data", "bundled:crop=24x25:gray"], "unknown option 'gray'"),
        (["train", "--preset", "sigmoid-mse"], "nothing ships; name it, e.g. --data cifar-10-binary.tar.gz:grey:cl"),
        (["train", "--preset", "lenet5", "--batch", "4096", "--validation", "0.5"], "larger than the 2,500 images"),
        (["train", "--preset", "lenet5", "--loss", "binary-cross-entropy"], "Put Sigmoid in the place of Softmax"),
        (["train", "--preset", "lenet5", "--out", "{}/missing/a.cnn"], "no such folder"),
        (["train", "--preset", "lenet5", "--out", "/dev/null"], "not an ordinary file"),
        (["train", "--preset", "lenet5", "--backend", "cuda"], "invalid choice: 'cuda'"),
        (["train", "--preset", "lenet5", "--epoch", "3.5"], "Epochs must be a whole number from 1 to 10000, not '3.5'"),
        (["train", "--lenet5"], "unrecognized arguments: --lenet5; see cnn-engine"),
        (["evaluate", "{}/empty.npz"], "is empty"),
        (["evaluate", "{}/missing.cnn"], "missing.cnn: No such file"),
        (["evaluate"], "required: FILE.cnn"),
        (["fly"], "invalid choice: 'fly'"),
        ([], "required: COMMAND"),
    ],
)
def test_that_bad_input_is_one_sentence_and_exit_code_2(
    capsys: Captured, data: Path, tmp_path: Path, arguments: list[str], part: str
) -> None:
    (tmp_path / "empty.npz").write_bytes(b"")
    assert part in refused(capsys, *(argument.format(tmp_path) for argument in arguments))


@pytest.mark.usefixtures("small")
def test_that_data_of_another_shape_is_refused_by_a_trained_network(
    capsys: Captured, data: Path, tmp_path: Path
) -> None:
    train_lines(capsys, "--data", data, "--epochs", 1, "--out", tmp_path / "out.cnn")
    other = write(tmp_path / "other.npz", tiny.dataset(size=10))
    assert "(1, 10, 10)" in refused(capsys, "evaluate", tmp_path / "out.cnn", "--data", other)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--epochs", "0", "Epochs is 0; it must be a whole number from 1 to 10000;"),
        ("--epochs", "two", "Epochs must be a whole number from 1 to 10000, not 'two';"),
        ("--lr", "nan", "Learning rate must be a number greater than 0"),
        ("--optimizer", "RMS", "Optimizer must be one of gradient-descent, momentum"),
        ("--threads", "0", "Threads is 0"),
    ],
)
def test_that_an_option_outside_its_limits_is_refused_in_the_words_of_the_schema(
    capsys: Captured, option: str, value: str, sentence: str
) -> None:
    assert sentence in refused(capsys, "train", "--preset", "lenet5", option, value)


def test_that_help_names_every_setting_with_its_limits(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as caught:
        run("train", "--help")
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert caught.value.code == 0
    for part in ("--batch", "--lr", "--no-augment", "a whole number from 1 to 4096", "constant|step|cosine|one-cycle"):
        assert part in text


@pytest.mark.parametrize("backend", ["im2col", "reference"])
@pytest.mark.usefixtures("small")
def test_that_another_backend_trains_the_same_but_for_rounding(capsys: Captured, data: Path, backend: str) -> None:
    options = ("--data", data, "--epochs", 1, "--threads", 1)
    fast, other = (train_lines(capsys, *options, "--backend", name)[-1] for name in ("fast", backend))
    for name in ("train_loss", "test_loss", "test_accuracy"):
        assert other[name] == pytest.approx(fast[name], rel=1e-5)


@pytest.mark.usefixtures("small")
def test_that_a_network_is_measured_by_the_loss_that_it_was_trained_by(
    capsys: Captured, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.cnn"
    final = train_lines(capsys, "--data", data, "--loss", "mean-squared-error", "--out", out)[-1]
    (measured,) = command.values(capsys, "evaluate", out)
    assert measured["loss"] == "mean squared error" and measured["data"] == "bands.npz"
    assert measured["test_loss"] == pytest.approx(final["test_loss"], rel=1e-6)
    (text,) = command.lines(capsys, "evaluate", out)
    assert f"mean squared error {final['test_loss']:.4f}" in text


@pytest.mark.usefixtures("small")
def test_that_a_run_cannot_be_saved_into_the_file_of_its_network(capsys: Captured, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "same"
    sentence = refused(capsys, "train", "--preset", "small", "--data", data, "--out", file, "--checkpoint", file)
    assert "the one would replace the other" in sentence
    assert not file.exists()


@pytest.mark.usefixtures("small")
def test_that_the_last_good_weights_of_a_run_that_diverged_are_saved(
    capsys: Captured, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverge(self: Trainer) -> Iterator[None]:
        yield from ()
        raise DivergedError("Training diverged.")

    monkeypatch.setattr(Trainer, "run", diverge)
    assert run("train", "--preset", "small", "--data", data, "--out", tmp_path / "x.cnn") == codes.DIVERGED
    assert open_project(tmp_path / "x.cnn").weights


@pytest.mark.parametrize("rate", [1.0, 10.0])
def test_that_a_run_that_goes_astray_with_finite_numbers_ends_at_once_and_saves_its_best_weights(
    capsys: Captured, tmp_path: Path, rate: float
) -> None:
    file = tmp_path / "x.cnn"
    train = "train", "--preset", "lenet5", "--data", "bundled", "--threads", 1, "--out", file
    assert run(*train, "--lr", rate) == codes.DIVERGED
    err = capsys.readouterr().err
    assert re.search(rf"cnn-engine: Training diverged after step \d+: .+ Lower the learning rate from {rate:g} to", err)
    assert "The best weights were restored, those from before the run." in err
    saved = open_project(file)
    model = Model.build(saved.architecture, saved.input_shape, np.random.default_rng(0))
    for spec, views in zip(saved.architecture.layers, model.parameters.layers, strict=True):
        for name, view in views.items():
            view[...] = saved.weights[spec.uid][name]
    assert saved.figures_of == "run"  # the weights are not those that the history ends with
    assert saved.history.steps < 71 and evaluate(model, catalogue.load("bundled").test)[0] < 10


@pytest.mark.usefixtures("small")
def test_that_a_resumed_run_goes_on_saving_where_it_was_saved(capsys: Captured, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.cnn-run"
    train = "train", "--preset", "small", "--data", data, "--epochs", 2
    assert run(*train, "--checkpoint", file) == 0
    file.write_bytes(half := interrupted(file))
    assert run("train", "--resume", file) == 0
    assert file.read_bytes() != half
    assert len(checkpoint.load(file)[1].history.epochs) == 2


def interrupted(file: Path) -> bytes:
    """Return the run in *file* as it was after its first epoch."""
    project, _ = checkpoint.load(file)
    model = Model.build(project.architecture, project.input_shape, np.random.default_rng(0))
    trainer = Trainer(model, catalogue.load(project.data_source), project.settings, 1)
    events = trainer.run()
    next(event for event in events if isinstance(event, EpochResult))
    checkpoint.save(file, replace(project, history=trainer.history), trainer.state())
    events.close()
    return file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--networks", "nope"), "There is no preset 'nope'"),
        (("--networks", "sigmoid-mse"), "sigmoid-mse is not made for the bundled digits"),
        (("--batches", "0"), "Batches is 0; it must be a whole number from 1 to 4096"),
        (("--rounds", "x"), "Rounds must be a whole number"),
    ],
)  # fmt: skip
def test_that_bench_refuses_what_it_cannot_race_before_it_begins(
    capsys: Captured, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(capsys, "bench", *arguments)


def start(*arguments: str) -> "subprocess.Popen[str]":
    program = [sys.executable, "-m", "engine.cli", *arguments]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_that_an_interrupt_ends_a_run_in_a_sentence() -> None:
    with start("train", "--preset", "lenet5", "--epochs", "10000", "--json") as process:
        assert process.stdout and process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.startswith("cnn-engine: interrupted after ") and err.endswith(".\n") and err.count("\n") == 1


def test_that_a_reader_that_went_away_ends_a_run_quietly() -> None:
    with start("train", "--preset", "lenet5", "--epochs", "10000", "--json") as process:
        assert process.stdout and process.stderr and process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (141, "")


def test_that_help_does_not_wait_for_numpy() -> None:
    code = "import sys, contextlib, engine.cli\nwith contextlib.suppress(SystemExit): engine.cli.main(['--help'])\n"
    check = "sys.exit('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code + check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in cli.COMMANDS:
        assert name in done.stdout


def test_that_a_sign_that_the_terminal_cannot_show_is_no_error() -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    program = [sys.executable, "-m", "engine.cli", "summary", "--preset", "lenet5"]
    done = subprocess.run(program, capture_output=True, env=environ, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"6 ? 28 ? 28" in done.stdout


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_that_every_command_tells_what_it_does_and_has_json(capsys: Captured, name: str) -> None:
    with pytest.raises(SystemExit) as caught:
        run(name, "--help")
    text = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert caught.value.code == 0
    assert cli.COMMANDS[name] in text and "--json" in text


@pytest.mark.parametrize("param", schema.params_of(TrainingSettings), ids=lambda param: param.name)
def test_that_every_setting_of_a_run_has_an_option(param: schema.Param) -> None:
    parser = argparse.ArgumentParser()
    options.add_settings(parser)
    fitting = {param.when[0]: param.when[1][0]} if param.when else {}
    default = replace(TrainingSettings(), **fitting)
    value = getattr(default, param.name)
    flag = options.FLAGS.get(param.name, "--" + param.name.replace("_", "-"))
    given = [flag] if value is True else [f"--no-{flag[2:]}"] if value is False else [flag, str(value)]
    assert options.settings(parser.parse_args(given), default) == default
