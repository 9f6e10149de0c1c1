"""Batch normalisation in networks: in shards, in runs of training, evaluated after them, saved and opened."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.data import catalogue
from engine.data.dataset import Batch, Split
from engine.files.project import Project, open_project, save
from engine.files.weights import trained_model, weights_of
from engine.gradcheck import check_model
from engine.model import Model
from engine.parallel import Shards
from engine.settings import TrainingSettings
from engine.task import Task
from engine.trainer import Trainer
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.runs import epochs_of, steps_of, trainer

CHAIN = tiny.architecture().insert(1, new_layer("batch_norm")).insert(5, new_layer("batch_norm"))
SHAPE = (1, 8, 8)


def statistics(model: Model, layer: int) -> tuple[Array, Array]:
    """Return copies of (running mean, running variance)."""
    views = model.parameters.layers[layer]
    return views["running_mean"].copy(), views["running_variance"].copy()


# In shards.


def batch(n: int = 42) -> Batch:
    images = np.random.default_rng(1).integers(0, 256, (n, *SHAPE), np.uint8)
    return Batch(Split(images, np.arange(n) % 2))


def trained(threads: int, dtype: type = np.float64, steps: int = 3) -> tuple[list[float], Array, Array]:
    """Return (losses, gradient of the last step, parameters) of a few steps, down the gradient."""
    model = Model.build(CHAIN, SHAPE, np.random.default_rng(0), dtype)
    losses = []
    with closing(Shards(model, threads)) as shards:
        for _ in range(steps):
            losses.append(shards.train(batch())[0])
            model.parameters.learned -= dtype(0.1) * shards.gradient
        return losses, shards.gradient.copy(), model.parameters.flat.copy()


@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 1e-13), (np.float32, 1e-5)])
def test_that_shards_normalise_by_the_whole_mini_batch(threads: int, dtype: type, bound: float) -> None:
    losses, gradient, parameters = trained(1, dtype)
    other_losses, other_gradient, other_parameters = trained(threads, dtype)
    assert other_losses == pytest.approx(losses, rel=bound)
    # Rounding, some ten times the epsilon of the type at each step, grows through three steps and two deviations.
    assert np.abs(other_gradient - gradient).max() <= bound * np.abs(gradient).max()
    assert np.abs(other_parameters - parameters).max() <= bound * np.abs(parameters).max()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_that_the_same_number_of_threads_repeats_bit_for_bit(threads: int) -> None:
    for ours, again in zip(trained(threads, np.float32), trained(threads, np.float32), strict=True):
        np.testing.assert_array_equal(ours, again)


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_that_no_shard_waits_for_one_that_has_failed(bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model.build(CHAIN, SHAPE, np.random.default_rng(0))
    with closing(Shards(model, 3)) as shards:
        for _ in range(3):
            with monkeypatch.context() as patch, pytest.raises((RuntimeError, ChildProcessError)):
                spoil(bad, patch)
                shards.train(batch())
        assert np.isfinite(shards.train(batch())[0])


def spoil(bad: int, patch: pytest.MonkeyPatch) -> None:
    """Let the part *bad* fail: here before it asks for its first sum, elsewhere as what it is sent cannot be used."""
    whole = Task.to_bytes

    def told(task: Task) -> bytes:
        return whole(task)[:-1] if task.part.first == 14 * bad else whole(task)

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is gone")

    if bad:
        patch.setattr(Task, "to_bytes", told)
    else:
        patch.setattr(Task, "run", fail)


def test_that_the_gradient_of_a_whole_network_is_right_with_dropout_behind_it() -> None:
    chain = CHAIN.insert(6, new_layer("gelu")).insert(7, new_layer("dropout", rate=0.25))
    model = Model.build(chain, SHAPE, np.random.default_rng(0))
    x, labels = np.random.default_rng(1).random((6, *SHAPE)), np.arange(6) % 2
    report = check_model(model, x, labels, np.random.default_rng(2), samples=30)
    assert report.passed, report


# In runs.


def test_that_a_run_survives_a_last_mini_batch_of_one_image() -> None:
    run = trainer(tiny.dataset(train=33), architecture=CHAIN, validation=0.0, batch_size=16, epochs=3)
    events = list(run.run())
    assert len(steps_of(events)) == 9
    assert np.isfinite([step.loss for step in steps_of(events)]).all()
    assert epochs_of(events)[-1].test_accuracy > 0.9


def trained_run(**settings: float) -> Trainer:
    run = trainer(architecture=CHAIN, epochs=3, threads=2, **settings)
    list(run.run())
    return run


def test_that_evaluation_after_training_looks_at_each_image_alone() -> None:
    model = trained_run().model
    x = np.random.default_rng(0).random((6, *SHAPE), np.float32)
    together = model.forward(x)
    np.testing.assert_allclose([model.forward(x[i : i + 1])[0] for i in range(6)], together, rtol=1e-5)
    for layer in (1, 5):
        mean, variance = statistics(model, layer)
        assert (mean != 0).all() and (variance != 1).all()
        model.parameters.layers[layer]["running_mean"][...] += 1
    assert np.abs(model.forward(x) - together).max() > 0.01


def test_that_neither_optimizer_nor_weight_decay_touches_the_running_statistics() -> None:
    one_step = {"architecture": CHAIN, "epochs": 1, "batch_size": 48, "optimizer": "AdamW"}
    gentle, rough = trainer(**one_step, learning_rate=1e-9), trainer(**one_step, learning_rate=1.0, weight_decay=1.0)
    for run in (gentle, rough):
        list(run.run())
    assert np.abs(rough.model.parameters.learned - gentle.model.parameters.learned).max() > 0.5
    for layer in (1, 5):
        np.testing.assert_array_equal(statistics(rough.model, layer), statistics(gentle.model, layer))


def test_that_a_project_file_keeps_the_running_statistics(tmp_path: Path) -> None:
    run = trained_run()
    project = Project(CHAIN, run.settings, SHAPE, ("0", "1"), "", weights_of(run.model), run.history)
    save(tmp_path / "some.cnn", project)
    opened = open_project(tmp_path / "some.cnn")
    model = trained_model(opened.architecture, opened.input_shape, opened.weights)
    x = np.random.default_rng(0).random((6, *SHAPE), np.float32)
    np.testing.assert_array_equal(model.parameters.flat, run.model.parameters.flat)
    np.testing.assert_array_equal(model.forward(x), run.model.forward(x))


def test_that_lenet5_with_batch_norm_reads_digits_after_an_epoch() -> None:
    digits = catalogue.load("bundled")
    layers = [
        new_layer("conv2d", filters=6, kernel_size=5, padding=2, bias=False), new_layer("batch_norm"),
        new_layer("leaky_relu"), new_layer("pool2d"),
        new_layer("conv2d", filters=16, kernel_size=5, bias=False), new_layer("batch_norm"),
        new_layer("leaky_relu"), new_layer("pool2d"), new_layer("flatten"),
        new_layer("dense", units=84), new_layer("batch_norm"), new_layer("gelu"), new_layer("dropout", rate=0.1),
        new_layer("dense", units=10), new_layer("softmax"),
    ]  # fmt: skip
    model = Model.build(Architecture(tuple(layers)), digits.image_shape, np.random.default_rng(0))
    one_epoch = TrainingSettings(epochs=1, batch_size=32, learning_rate=0.01, schedule="one-cycle", validation=0.0)
    run = Trainer(model, digits, one_epoch)
    (result,) = epochs_of(list(run.run()))
    assert result.test_accuracy > 0.95
