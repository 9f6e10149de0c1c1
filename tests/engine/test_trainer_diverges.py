"""Runs that go astray: told within a few steps, with where; the best weights of the run or of before it come back."""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.data.dataset import Dataset, Split
from engine.divergence import DivergedError, Stability, all_finite, lower_rate
from engine.evaluation import evaluate
from engine.history import EpochResult
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import Diverging, StepResult, Trainer
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.runs import trainer


def diverge(run: Trainer) -> str:
    with pytest.raises(DivergedError) as caught:
        for _ in run.run():
            pass
    return str(caught.value)


def sentence(steps: int, what: str, epoch: int = 0) -> str:
    best = f"those after epoch {epoch}" if epoch else "those from before the run"
    return (
        f"Training diverged after step {steps}: {what}. The best weights were restored, {best}."
        " Lower the learning rate from 0.5 to 0.001."
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
    assert diverge(run) == sentence(0, "layer 4 (Dense) produces values that are not finite")
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
    assert diverge(run) == sentence(0, "the gradient of layer 2 (Dense) is not finite")
    assert same(model.parameters.flat, good) and run._learner.time == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_that_an_update_which_is_not_finite_is_taken_back_in_the_same_step(bad: float) -> None:
    run = trainer(learning_rate=0.5)
    before = tamper(run, 4, lambda parameters: np.copyto(parameters[-5:], bad))  # weights and biases of Dense
    assert diverge(run) == sentence(4, "the update of layer 5 (Dense) is not finite", epoch=1)
    assert same(run.model.parameters.flat, before[3]) and not same(before[4], before[3])
    assert run.history.steps == 4


def test_that_finite_weights_which_blow_up_the_next_loss_are_taken_back_too() -> None:
    run = trainer(learning_rate=0.5)
    before = tamper(run, 1, lambda parameters: np.copyto(parameters, 1e30))
    assert diverge(run) == sentence(2, "layer 5 (Dense) produces values that are not finite")
    assert same(run.model.parameters.flat, before[0])


def test_that_the_very_last_step_cannot_spoil_the_weights_unseen() -> None:
    run = trainer(epochs=1, learning_rate=0.5)
    before = tamper(run, 2, lambda parameters: np.copyto(parameters, 1e30))
    assert diverge(run) == sentence(3, "layer 5 (Dense) produces values that are not finite")
    assert same(run.model.parameters.flat, before[0])
    assert run.history.epochs == []


def test_that_a_run_stopped_right_after_such_a_step_goes_back_and_says_so() -> None:
    run = trainer()
    before = tamper(run, 1, lambda parameters: np.copyto(parameters, 1e30))
    events = run.run()
    next(events)
    assert run.taken_back is None
    next(events)
    events.close()
    assert same(run.model.parameters.flat, before[0]) and run.taken_back == 0


def test_that_statistics_are_put_back_with_the_weights() -> None:
    run = trainer(architecture=tiny.moody_architecture(), threads=2, epochs=3)
    before = tamper(run, 4, lambda parameters: np.copyto(parameters, 1e30))
    events = run.run()
    with pytest.raises(DivergedError, match="those after epoch 1"):
        for event in events:
            if isinstance(event, EpochResult):
                good = run.model.parameters.flat.copy()
    assert same(run.model.parameters.flat, good) and not same(good, before[0])
    assert (run.model.parameters.layers[1]["running_variance"] != 1).all()
    assert np.isfinite(evaluate(run.model, run.dataset.train, 1)[0])


def test_that_statistics_which_overflow_while_the_loss_is_finite_end_the_run() -> None:
    data = tiny.dataset()
    model = Model.build(tiny.moody_architecture(), data.image_shape, np.random.default_rng(0))
    model.parameters.layers[0]["weight"] *= 1e25  # the variance overflows; x / infinity is 0
    good = model.parameters.flat.copy()
    run = Trainer(model, data, TrainingSettings(batch_size=16, learning_rate=0.5), threads=2)
    assert diverge(run) == sentence(0, "the statistics of layer 2 (Batch norm) are not finite")
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


# What comes back.


def test_that_the_epoch_with_the_least_validation_loss_comes_back_and_not_the_last_finite_weights() -> None:
    run = trainer(epochs=4, learning_rate=0.5, optimizer="gradient descent", clip_norm=1.0)
    steps, optimizer = 0, run._learner._optimizer
    step = optimizer.step

    def spoiled(parameters: Array, gradient: Array, rate: float) -> None:
        nonlocal steps
        steps += 1
        step(parameters, gradient, 0.01)
        if steps > 3:
            parameters *= 1e3 if steps < 9 else np.nan

    optimizer.step = spoiled  # type: ignore[method-assign]
    kept: list[Array] = []
    with pytest.raises(DivergedError) as caught:
        for event in run.run():
            if isinstance(event, EpochResult):
                kept.append(run.model.parameters.flat.copy())
    losses = [epoch.validation_loss for epoch in run.history.epochs]
    assert len(kept) == 2 and losses[1] > 1e6 > losses[0]
    assert same(run.model.parameters.flat, kept[0]) and "those after epoch 1" in str(caught.value)


def test_that_weights_of_before_the_run_come_back_where_every_epoch_was_worse() -> None:
    run = trainer(epochs=3, learning_rate=0.5)
    good = run.model.parameters.flat.copy()
    tamper(run, 5, lambda parameters: np.copyto(parameters, np.nan))
    optimizer = run._learner._optimizer
    step, seen = optimizer.step, [0]

    def worse(parameters: Array, gradient: Array, rate: float) -> None:
        seen[0] += 1
        step(parameters, gradient, rate)
        if seen[0] == 1:
            parameters *= -50

    optimizer.step = worse  # type: ignore[method-assign]
    assert "those from before the run" in diverge(run)
    assert len(run.history.epochs) == 1 and same(run.model.parameters.flat, good)


def test_that_without_validation_images_the_best_weights_are_chosen_on_training_images() -> None:
    run = trainer(epochs=3, validation=0.0, learning_rate=0.01)
    tamper(run, 5, lambda parameters: np.copyto(parameters, np.nan))
    assert "those after epoch 1" in diverge(run)


def test_that_a_run_that_goes_on_from_a_file_still_knows_its_best_weights() -> None:
    run = trainer(epochs=3)
    events = run.run()
    while not isinstance(next(events), EpochResult):
        pass
    best = run.model.parameters.flat.copy()
    for _ in range(2):
        next(events)
    state = run.state()
    events.close()
    again = Trainer.resume(trainer().model, tiny.dataset(), state.settings, state)
    tamper(again, 0, lambda parameters: np.copyto(parameters, np.nan))
    assert "those after epoch 1" in diverge(again)
    assert same(again.model.parameters.flat, best)
    older = {k: v for k, v in state.arrays.items() if k not in ("before_run", "best", "best_figures")}
    Trainer.resume(trainer().model, tiny.dataset(), state.settings, replace(state, arrays=older))


# Numbers that stay finite.


def first_alarm(run: Trainer) -> Diverging:
    alarm = next(event for event in run.run() if isinstance(event, Diverging))
    assert np.isfinite(run.model.parameters.flat).all()
    return alarm


def test_that_a_loss_above_a_hundred_times_the_first_is_told_within_a_few_steps_and_taken_back() -> None:
    run = trainer(epochs=100, optimizer="gradient descent", learning_rate=0.5)
    weight, bad = run.model.parameters.layers[4]["weight"], list[Array]()

    def spoil(parameters: Array) -> None:
        if not bad:
            np.multiply(weight, -1e4, out=weight)  # sure of the wrong class
            bad.append(parameters.copy())
        np.copyto(parameters, bad[0])

    tamper(run, 20, spoil)
    alarm = first_alarm(run)
    assert 20 < alarm.step <= 32 and alarm.rate == 0.1
    assert str(alarm).startswith(f"Training diverged after step {alarm.step}: the loss was above ")
    run.take_back()
    assert run.taken_back == 6
    assert evaluate(run.model, run.dataset.train, 1)[0] < 2


def test_that_dead_units_are_told_with_their_layer() -> None:
    run = trainer(epochs=100)

    def kill(parameters: Array) -> None:
        run.model.parameters.layers[0]["bias"][...] = -1e3

    tamper(run, 4, kill)
    alarm = first_alarm(run)
    assert alarm.step <= 4 + 1 + 10
    assert alarm.what == "layer 2 (ReLU) outputs 0 for every image, so that no gradient passes it"


def test_that_an_accuracy_that_falls_to_chance_is_told() -> None:
    run = trainer(tiny.dataset(train=640), epochs=100)

    def shuffle(parameters: Array) -> None:
        run.model.parameters.layers[4]["weight"][...] *= 1e-3
        run.model.parameters.layers[4]["bias"][...] = (0, 1)

    tamper(run, 90, shuffle)
    alarm = first_alarm(run)
    assert 90 < alarm.step <= 90 + 2 * 16 and "no more than by chance" in alarm.what


def test_that_an_alarm_is_given_once_and_the_run_can_go_on() -> None:
    run = trainer(epochs=10)
    tamper(run, 4, lambda parameters: run.model.parameters.layers[0]["bias"].fill(-1e3))
    events = list(run.run())
    assert sum(isinstance(event, Diverging) for event in events) == 1
    assert sum(isinstance(event, StepResult) for event in events) == 30


def test_that_deliberate_faults_which_stop_the_gradient_are_no_alarm() -> None:
    run = trainer(epochs=10)
    run.model.faults = {"x": ("y",)}  # type: ignore[dict-item,misc,assignment]
    run._learner.is_still = lambda gradient: True  # type: ignore[method-assign]
    assert not [event for event in run.run() if isinstance(event, Diverging)]


def alarms(figures: list[tuple[float, float]], classes: int = 10, batch: int = 64) -> list[int]:
    """Return after which (loss, accuracy) of a mini-batch there was an alarm."""
    stability = Stability(np.log(classes), 1 / classes)
    return [i for i, (loss, share) in enumerate(figures) if stability.note(loss, round(share * batch), batch, False)]


def test_that_what_learning_looks_like_is_no_alarm() -> None:
    rng = np.random.default_rng(0)
    assert not alarms([(2.3, rng.binomial(64, 0.1) / 64) for _ in range(3000)])  # long before it learns anything
    assert not alarms([(0.69, rng.binomial(16, 0.5) / 16) for _ in range(3000)], classes=2, batch=16)
    assert not alarms([(0.6, rng.binomial(16, 0.65) / 16) for _ in range(3000)], classes=2, batch=16)
    assert not alarms([(0.001, 1.0)] * 50 + [(0.8, 0.75)] * 500)  # augmentation was switched on
    assert not alarms([(0.02, 1.0)] * 50 + [(400.0, 0.3)] * 2 + [(0.5, 0.9)] * 50)  # one leap, and back
    assert not alarms([(0.02, 1.0)] * 50 + [(30.0, 0.3)] * 5 + [(0.5, 0.9)] * 50)


def test_when_the_alarm_comes() -> None:
    assert alarms([(0.02, 1.0)] * 50 + [(5.0, 0.5)] * 50)[0] == 50 + 9  # above 100 times 0.02, worse than guessing
    assert alarms([(2.3, 0.1)] * 50 + [(500.0, 0.5)] * 50)[0] == 50 + 2  # far worse: three steps are enough
    assert 55 <= alarms([(0.02, 1.0)] * 50 + [(2.3, 0.1)] * 50)[0] <= 60  # nothing of what was learned is left


@pytest.mark.parametrize(
    ("optimizer", "rate", "lower"),
    [("Adam", 1.0, 0.001), ("Adam", 0.001, 0.0001), ("momentum", 10.0, 0.05), ("gradient descent", 0.2, 0.02)],
)
def test_that_the_lower_rate_is_the_usual_one_or_a_tenth(optimizer: str, rate: float, lower: float) -> None:
    assert lower_rate(TrainingSettings(optimizer=optimizer, learning_rate=rate)) == lower
