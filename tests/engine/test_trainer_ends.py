"""How a training run ends: closed, or diverged; and what it leaves behind."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.data.dataset import Dataset
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import DivergedError, Evaluating, Trainer, evaluate
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.runs import trainer


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def wide(dataset: Dataset) -> Model:
    """Return a network deep enough to run away quickly."""
    names = ["flatten", *["dense", "relu"] * 4]
    ending = new_layer("dense", units=len(dataset.class_names)), new_layer("softmax")
    chain = Architecture((*map(new_layer, names), *ending))
    return Model.build(chain, dataset.image_shape, np.random.default_rng(0))


def test_that_closing_the_run_stops_it_and_leaves_no_thread() -> None:
    run = trainer(threads=3)
    events = run.run()
    next(events)
    events.close()
    assert run.history.steps == 1
    assert not [t for t in threading.enumerate() if t.name.startswith("shard")]


def test_that_closing_during_an_evaluation_leaves_no_thread_and_no_epoch() -> None:
    run = trainer(threads=2)
    events = run.run()
    while not isinstance(next(events), Evaluating):
        pass
    events.close()
    assert run.history.epochs == []


def diverge(run: Trainer) -> str:
    with pytest.raises(DivergedError) as caught:
        for _ in run.run():
            pass
    return str(caught.value)


def spoil(run: Trainer, after: int) -> list[Array]:
    """Let every update after the first *after* ones write NaN; return the weights before each update."""
    seen, step = list[Array](), run._optimizer.step

    def spoiled(w: Array, gradient: Array, rate: float) -> None:
        seen.append(w.copy())
        if len(seen) > after:
            gradient = np.full_like(gradient, np.nan)
        step(w, gradient, rate)

    run._optimizer.step = spoiled  # type: ignore[method-assign]
    return seen


def test_that_a_run_that_diverges_says_where_and_keeps_the_last_good_weights() -> None:
    run = trainer(learning_rate=0.5)
    before = spoil(run, after=4)
    assert diverge(run) == (
        "Training diverged after step 5: layer 1 (Convolution) puts out values that are not finite."
        " The last good weights were kept. Use a learning rate smaller than 0.5."
    )
    assert (run.model.parameters.flat == before[4]).all() and (before[4] != before[0]).any()
    assert run.history.steps == 5


def test_that_a_learning_rate_of_ten_diverges_with_a_sentence() -> None:
    data = tiny.dataset(train=200)
    model = wide(data)
    model.parameters.flat *= 1e4
    run = Trainer(model, data, TrainingSettings(epochs=5, optimizer="SGD", learning_rate=10.0), threads=1)
    assert "Training diverged after step" in diverge(run)
    assert np.isfinite(evaluate(model, run.dataset.train, 1)[0])


def test_that_the_very_last_step_cannot_spoil_the_weights_unseen() -> None:
    data = tiny.dataset(train=16)
    model = wide(data)
    settings = TrainingSettings(epochs=1, batch_size=16, optimizer="SGD", learning_rate=10.0, validation=0.0)
    run = Trainer(model, data, settings, threads=1)
    good = model.parameters.flat.copy()
    spoil(run, after=0)
    assert diverge(run).startswith("Training diverged after step 1: layer 2 (Dense)")
    assert (model.parameters.flat == good).all()
    assert run.history.epochs == []


def test_that_a_run_stopped_right_after_a_spoiled_step_keeps_the_last_good_weights() -> None:
    run = trainer()
    before = spoil(run, after=1)
    events = run.run()
    next(events), next(events)
    events.close()
    assert (run.model.parameters.flat == before[1]).all()


def test_that_a_stopped_run_keeps_the_weights_of_its_last_step() -> None:
    run = trainer()
    events = run.run()
    next(events)
    weights = run.model.parameters.flat.copy()
    events.close()
    assert (run.model.parameters.flat == weights).all()


def test_that_a_run_that_diverges_leaves_no_thread() -> None:
    data = tiny.dataset(train=64)
    run = Trainer(wide(data), data, TrainingSettings(learning_rate=1.0), threads=3)
    spoil(run, after=0)
    diverge(run)
    assert not [t for t in threading.enumerate() if t.name.startswith("shard")]
