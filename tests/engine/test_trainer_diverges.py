"""Numbers that run away: the run ends within the step, says where, and leaves the last good weights and statistics."""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.data.dataset import Dataset, Split
from engine.divergence import DivergedError, all_finite
from engine.evaluation import evaluate
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import StepResult, Trainer
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.runs import trainer


def diverge(run: Trainer) -> str:
    with pytest.raises(DivergedError) as caught:
        for _ in run.run():
            pass
    return str(caught.value)


def sentence(steps: int, what: str, rate: float) -> str:
    return (
        f"Training diverged after step {steps}: {what}. The last good weights were kept."
        f" Use a learning rate smaller than {rate:g}."
    )


def tamper(run: Trainer, after: int, change: Callable[[Array], object]) -> list[Array]:
    """Let *change* spoil the parameters in every update after the first *after*; return all numbers before each."""
    seen, optimizer = list[Array](), run._learner._optimizer
    step = optimizer.step

    def tampered(parameters: Array, gradient: Array, rate: float) -> None:
        seen.append(run.model.parameters.flat.copy())
        step(parameters, gradient, rate)
        if len(seen) > after:
            change(parameters)

    optimizer.step = tampered  # type: ignore[method-assign]
    return seen


def dense(dataset: Dataset, *units: int) -> Model:
    """Return a network of dense layers alone."""
    names = [new_layer(name, **how) for k in units for name, how in (("dense", {"units": k}), ("relu", {}))]
    chain = Architecture((new_layer("flatten"), *names, new_layer("dense", units=2), new_layer("softmax")))
    return Model.build(chain, dataset.image_shape, np.random.default_rng(0))


def same(a: Array, b: Array) -> bool:
    return a.tobytes() == b.tobytes()


def test_that_a_loss_which_is_not_finite_ends_the_run_before_the_update() -> None:
    data = tiny.dataset()
    model = dense(data, 8)
    model.parameters.layers[1]["weight"][...] = 1e20
    model.parameters.layers[3]["weight"][...] = 1e20
    good = model.parameters.flat.copy()
    run = Trainer(model, data, TrainingSettings(batch_size=16, learning_rate=0.5), threads=2)
    assert diverge(run) == sentence(0, "layer 4 (Dense) puts out values that are not finite", 0.5)
    assert same(model.parameters.flat, good) and run.history.steps == 0


@pytest.mark.parametrize("clip_norm", [0.0, 1.0])
def test_that_gradients_which_overflow_while_the_loss_is_finite_end_the_run_before_the_update(clip_norm: float) -> None:
    data = tiny.dataset()
    data = replace(data, train=Split(data.train.images, np.ones(64, np.intp)))
    model = dense(data, 1)
    first, last = model.parameters.layers[1], model.parameters.layers[3]
    first["weight"][...], first["bias"][...] = 0, 1e-38
    last["weight"][...] = [[3.4e38], [-3.4e38]]  # the loss reads 3.4 and -3.4
    good = model.parameters.flat.copy()
    settings = TrainingSettings(batch_size=1, learning_rate=0.5, clip_norm=clip_norm)
    run = Trainer(model, data, settings, threads=1)
    assert np.isfinite(evaluate(model, data.train, 1)[0])
    assert diverge(run) == sentence(0, "the gradient of layer 2 (Dense) is not finite", 0.5)
    assert same(model.parameters.flat, good) and run._learner.time == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_that_an_update_which_is_not_finite_is_taken_back_in_the_same_step(bad: float) -> None:
    run = trainer(learning_rate=0.5)
    before = tamper(run, 4, lambda parameters: np.copyto(parameters[-5:], bad))  # weights and biases of Dense
    assert diverge(run) == sentence(4, "the update of layer 5 (Dense) is not finite", 0.5)
    assert same(run.model.parameters.flat, before[4]) and not same(before[4], before[3])
    assert run.history.steps == 4


def test_that_finite_weights_which_blow_up_the_next_loss_are_taken_back_too() -> None:
    run = trainer(learning_rate=0.5)
    before = tamper(run, 1, lambda parameters: np.copyto(parameters, 1e30))
    assert diverge(run) == sentence(2, "layer 5 (Dense) puts out values that are not finite", 0.5)
    assert same(run.model.parameters.flat, before[1])


def test_that_the_very_last_step_cannot_spoil_the_weights_unseen() -> None:
    run = trainer(epochs=1, learning_rate=0.5)
    before = tamper(run, 2, lambda parameters: np.copyto(parameters, 1e30))
    assert diverge(run) == sentence(3, "layer 5 (Dense) puts out values that are not finite", 0.5)
    assert same(run.model.parameters.flat, before[2])
    assert run.history.epochs == []


def test_that_a_run_stopped_right_after_such_a_step_keeps_the_last_good_weights() -> None:
    run = trainer()
    before = tamper(run, 1, lambda parameters: np.copyto(parameters, 1e30))
    events = run.run()
    next(events), next(events)
    events.close()
    assert same(run.model.parameters.flat, before[1])


def test_that_statistics_are_put_back_with_the_weights() -> None:
    run = trainer(architecture=tiny.moody_architecture(), threads=2)
    before = tamper(run, 3, lambda parameters: np.copyto(parameters, 1e30))
    assert "layer" in diverge(run)
    assert same(run.model.parameters.flat, before[3])
    assert (run.model.parameters.layers[1]["running_variance"] != 1).all()
    assert np.isfinite(evaluate(run.model, run.dataset.train, 1)[0])


def test_that_statistics_which_overflow_while_the_loss_is_finite_end_the_run() -> None:
    data = tiny.dataset()
    model = Model.build(tiny.moody_architecture(), data.image_shape, np.random.default_rng(0))
    model.parameters.layers[0]["weight"] *= 1e25  # the variance overflows; x / infinity is 0
    good = model.parameters.flat.copy()
    run = Trainer(model, data, TrainingSettings(batch_size=16, learning_rate=0.5), threads=2)
    assert diverge(run) == sentence(0, "the statistics of layer 2 (Batch norm) are not finite", 0.5)
    assert same(model.parameters.flat, good)


def test_that_a_learning_rate_of_ten_diverges_with_a_sentence() -> None:
    data = tiny.dataset(train=200)
    model = dense(data, 32, 32, 32, 32)
    model.parameters.flat *= 1e4
    run = Trainer(model, data, TrainingSettings(epochs=5, optimizer="momentum", learning_rate=10.0), threads=1)
    assert "Training diverged after step" in diverge(run)
    assert np.isfinite(evaluate(model, run.dataset.train, 1)[0])


def test_that_a_run_that_diverges_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    run = trainer(threads=3)
    tamper(run, 0, lambda parameters: np.copyto(parameters, np.nan))
    diverge(run)
    assert set(threading.enumerate()) <= before


def test_that_every_step_of_a_good_run_is_yielded_before_the_bad_one() -> None:
    run = trainer(learning_rate=0.5)
    tamper(run, 4, lambda parameters: np.copyto(parameters, np.nan))
    seen = []
    with pytest.raises(DivergedError):
        seen.extend(event.step for event in run.run() if isinstance(event, StepResult))
    assert run.history.steps == 4


@pytest.mark.parametrize(
    ("values", "finite"),
    [([], True), ([1, -2], True), ([1e30, -1e30], True), ([3.4e38], True), ([1, np.nan], False), ([np.inf, 0], False)],
)
def test_that_huge_is_not_taken_for_infinite(values: list[float], finite: bool) -> None:
    with np.errstate(all="ignore"):
        assert all_finite(np.array(values, np.float32)) is finite
