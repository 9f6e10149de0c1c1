"""The file of a run: what goes in comes out, from the command line too, and nothing hostile ends but in a sentence."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import cli, presets
from engine.errors import BadInputError
from engine.files import checkpoint
from engine.files.project import Project, open_project
from engine.files.weights import weights_of
from engine.model import Model
from engine.trainer import StepResult, Trainer
from tests.helpers import archives, tiny
from tests.helpers.runs import trainer

LENET = presets.load("lenet5")
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def project_of(run: Trainer, source: str = "bundled") -> Project:
    model = run.model
    return Project(
        model.architecture, run.settings, model.input_shape, run.dataset.class_names, source, weights_of(model),
        run.history,
    )  # fmt: skip


def stopped(steps: int = 2, **how: Any) -> Trainer:
    run = trainer(architecture=tiny.moody_architecture(), augment=True, **how)
    events = run.run()
    for _ in range(steps):
        next(events)
    events.close()
    return run


def saved(folder: Path, run: Trainer | None = None, source: str = "bundled") -> Path:
    run, path = run or stopped(), folder / "some.cnn-run"
    checkpoint.save(path, project_of(run, source), run.state())
    return path


@pytest.mark.parametrize("steps", [0, 2, 3, 4, 6, 12])
def test_that_a_state_comes_back_from_its_file_bit_for_bit(tmp_path: Path, steps: int) -> None:
    run = stopped(steps, optimizer="RMSprop", threads=2)
    project, state = checkpoint.load(saved(tmp_path, run))
    expected = run.state()
    assert (project.settings, project.architecture) == (state.settings, state.architecture)
    for name in ("architecture", "settings", "data", "threads"):
        assert getattr(state, name) == getattr(expected, name)
    assert astuple(state.progress) == astuple(expected.progress)
    assert state.arrays.keys() == expected.arrays.keys()
    for name, array in {**expected.arrays, **expected.history.to_arrays()}.items():
        again = {**state.arrays, **state.history.to_arrays()}[name]
        np.testing.assert_array_equal(again, array, strict=True)


def test_that_a_run_file_opens_as_a_project(tmp_path: Path) -> None:
    run = stopped(6)
    project = open_project(saved(tmp_path, run))
    assert [epoch.step for epoch in project.history.epochs] == [3]
    uid = run.model.architecture.layers[1].uid
    assert (project.weights[uid]["running_mean"] == run.model.parameters.layers[1]["running_mean"]).all()


def test_that_equal_states_are_equal_bytes(tmp_path: Path) -> None:
    run = stopped()
    assert saved(tmp_path, run).read_bytes() == saved(tmp_path, run).read_bytes()


# Bad files.


def refusal(path: Path) -> str:
    with pytest.raises(BadInputError) as caught:
        checkpoint.load(path)
    text = str(caught.value)
    assert text.startswith("some.cnn-run") and text.endswith(".") and "\n" not in text
    return text


def with_entries(folder: Path, **changes: Any) -> Path:
    """Return a saved run with entries changed, ``__`` standing for ``/``; None takes one away."""
    path = saved(folder)
    entries: dict[str, Any] = archives.unpacked(path.read_bytes())
    entries.update({name.replace("__", "/"): value for name, value in changes.items()})
    path.write_bytes(archives.packed({name: value for name, value in entries.items() if value is not None}))
    return path


def with_values(folder: Path, **changes: Any) -> Path:
    values = json.loads(archives.unpacked(saved(folder).read_bytes())["run.json"])
    return with_entries(folder, **{"run.json": json.dumps({**values, **changes}).encode()})


def test_that_a_project_without_a_run_is_refused(tmp_path: Path) -> None:
    text = refusal(with_entries(tmp_path, **{"run.json": None}))
    assert text == "some.cnn-run has no run in it to go on with; choose a file that --checkpoint wrote."


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "other"}, {"version": 2}, {"version": "1"}, {"step": "2"}, {"step": 2.0}, {"step": True},
        {"loss": None}, {"loss": 1}, {"threads": 0}, {"threads": 10**9}, {"data": 5},
    ],
)  # fmt: skip
def test_that_values_of_another_kind_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert "run.json is damaged, or a newer version of this program wrote it" in refusal(
        with_values(tmp_path, **changes)
    )


@pytest.mark.parametrize("content", [b"", b"[]", b"3", b"{", b"[" * 9999, b'{"format": "cnn-gui run"}', b"\xff"])
def test_that_a_text_which_is_no_run_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "run.json" in refusal(with_entries(tmp_path, **{"run.json": content}))


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([True]), np.array([1j])])
def test_that_arrays_which_are_no_numbers_are_refused(tmp_path: Path, array: Any) -> None:
    assert "run/mean.npy holds no numbers" in refusal(with_entries(tmp_path, run__mean=None, **{"run/mean.npy": array}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return saved(tmp_path_factory.mktemp("whole")).read_bytes()


@same_folder
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7), cut=st.booleans())
def test_that_a_damaged_file_ends_in_a_sentence_or_in_a_run(
    tmp_path: Path, whole: bytes, place: int, bit: int, cut: bool
) -> None:
    path = tmp_path / "some.cnn-run"
    path.write_bytes(whole[: place % len(whole)] if cut else archives.flipped(whole, place, bit))
    try:
        project, state = checkpoint.load(path)
        model = Model.build(project.architecture, project.input_shape, np.random.default_rng(0))
        Trainer.resume(model, tiny.dataset(), state.settings, state)
    except BadInputError as error:
        assert "\n" not in str(error)


WRITER = """
import sys
from pathlib import Path
from tests.engine.test_checkpoint import saved, stopped
runs = [stopped(2), stopped(4)]
print("ready", flush=True)
while True:
    for run in runs:
        saved(Path(sys.argv[1]), run)
        print("saved", flush=True)
"""


def test_that_a_killed_writer_leaves_a_whole_run(tmp_path: Path) -> None:
    path = saved(tmp_path)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout and writer.stdout.readline() and writer.stdout.readline()
        time.sleep(0.003)  # in the middle of one of them
        writer.send_signal(signal.SIGKILL)
    _, state = checkpoint.load(path)
    assert state.progress.step in (2, 3)


# The command line.


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    preset = replace(
        LENET,
        architecture=tiny.moody_architecture(),
        settings=replace(trainer().settings, augment=True, epochs=3, schedule="cosine"),
    )
    monkeypatch.setitem(presets.BUILDERS, "small", lambda: preset)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    bands = tiny.dataset()
    images = {"x_train": bands.train.images, "x_test": bands.test.images}
    return archives.write(
        tmp_path / "bands.npz", {**images, "y_train": bands.train.labels, "y_test": bands.test.labels}
    )


def run_cli(*arguments: Any) -> int:
    return cli.main([str(argument) for argument in arguments])


def interrupted_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Let a Ctrl+C arrive within the training step after *steps*."""
    inner = Trainer.run

    def run(self: Trainer) -> Iterator[Any]:
        for event in inner(self):
            if isinstance(event, StepResult) and event.step == steps:
                signal.raise_signal(signal.SIGINT)
            yield event

    monkeypatch.setattr(Trainer, "run", run)


def learned(path: Path) -> list[Any]:
    """Return what a run came to, without times, comparable to the last bit."""
    project = open_project(path)
    history = {k: v for k, v in project.history.to_arrays().items() if "second" not in k and k != "layer_uid"}
    weights = [array for arrays in project.weights.values() for array in arrays.values()]
    return [array.tobytes() for array in (*weights, *(history[name] for name in sorted(history)))]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("steps", "lines"), [(1, 4), (3, 4), (5, 3)])  # a line an epoch that is left, and the last
def test_that_an_interrupted_run_goes_on_in_a_new_process(
    tmp_path: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    steps: int,
    lines: int,
) -> None:
    whole, part, end = (tmp_path / name for name in ("whole.cnn", "part.cnn-run", "end.cnn"))
    train = ("train", "--preset", "small", "--data", data, "--threads", 1)
    assert run_cli(*train, "--out", whole) == 0
    with monkeypatch.context() as patch:
        interrupted_after(patch, steps)
        assert run_cli(*train, "--checkpoint", part) == cli.INTERRUPTED
    assert f"--resume {part} goes on with the run" in capsys.readouterr().err
    command = [sys.executable, "-m", "engine.cli", "train", "--resume", part, "--out", end, "--json"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == lines
    assert learned(end) == learned(whole)


@pytest.mark.usefixtures("small")
def test_that_a_checkpoint_is_written_after_every_epoch(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    save = checkpoint.save

    def recorded(path: Path, *what: Any) -> None:
        save(path, *what)
        steps.append(checkpoint.load(path)[1].progress.step)

    monkeypatch.setattr(checkpoint, "save", recorded)
    assert run_cli("train", "--preset", "small", "--data", data, "--checkpoint", tmp_path / "a.cnn-run") == 0
    assert steps == [3, 6, 9]


@pytest.mark.usefixtures("small")
def test_that_a_run_that_is_over_can_be_resumed_and_saved(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part, out = tmp_path / "a.cnn-run", tmp_path / "a.cnn"
    assert run_cli("train", "--preset", "small", "--data", data, "--checkpoint", part) == 0
    capsys.readouterr()
    assert run_cli("train", "--resume", part, "--out", out, "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["final"] and json.loads(line)["epoch"] == 3
    assert learned(out) == learned(part)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--batch", "8"], "Batch size is 8, but the saved run has 16"),
        (["--data", "{}/other.npz"], "does not hold the images and labels of the saved run"),
        (["--data", "{}/large.npz"], "(1, 10, 10)"),
    ],
)
def test_that_what_does_not_match_is_one_sentence_and_exit_code_2(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], part: str
) -> None:
    for name, other in (("other", tiny.dataset(seed=5)), ("large", tiny.dataset(size=10))):
        arrays = {"x_train": other.train.images, "x_test": other.test.images}
        archives.write(tmp_path / f"{name}.npz", {**arrays, "y_train": other.train.labels, "y_test": other.test.labels})
    path = saved(tmp_path, stopped(), str(data))
    assert run_cli("train", "--resume", path, *(a.format(tmp_path) for a in arguments)) == 2
    out, err = capsys.readouterr()
    assert part in err and err.count("\n") == 1 and out == ""


def test_that_a_preset_and_a_run_to_resume_exclude_one_another(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_cli("train", "--preset", "lenet5", "--resume", "some.cnn-run")
    assert re.search("--resume: not allowed with argument --preset", capsys.readouterr().err)
    assert run_cli("train") == 2
    assert "give --preset NAME, or --resume FILE.cnn-run" in capsys.readouterr().err
