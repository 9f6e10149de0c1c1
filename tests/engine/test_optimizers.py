"""Steps in closed form, moments that last and can be saved, and which weights decay."""

import tracemalloc
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import optimizers, schema
from engine.errors import BadInputError
from engine.optimizer import Optimizer
from engine.optimizers import Adam, GradientDescent, Momentum, Nesterov
from engine.settings import TrainingSettings
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.runs import steps_of, trainer

DOUBLE = np.dtype(np.float64)
GRADIENTS = st.lists(st.lists(st.floats(-100, 100), min_size=2, max_size=2), min_size=1, max_size=6)
CHOICES = list(product(optimizers.BY_NAME, (0.0, 0.1)))  # (name, weight decay)


def vector(*values: float) -> Array:
    return np.array(values, np.float64)


def made(name: str, size: int, dtype: Any = DOUBLE, decays: Array | None = None, **settings: Any) -> Optimizer:
    return optimizers.create(TrainingSettings(optimizer=name, **settings), size, np.dtype(dtype), decays)


def walk(optimizer: Optimizer, w: Array, gradients: list[Any], rate: float) -> list[float]:
    """Return where the first parameter was after each step."""
    places = []
    for g in gradients:
        optimizer.step(w, np.array(g, w.dtype), rate)
        places.append(float(w[0]))
    return places


def test_that_gradient_descent_goes_down_the_gradient_and_forgets_it() -> None:
    w = vector(1, 2)
    descent = GradientDescent(TrainingSettings(momentum=0.9), 2, DOUBLE)
    assert walk(descent, w, [[10, -10], [0, 0]], rate=0.1) == [0, 0]
    assert w.tolist() == [0, 3]
    assert descent.moments == {}


def test_that_momentum_keeps_its_share_of_the_speed() -> None:
    momentum = Momentum(TrainingSettings(momentum=0.5), 1, DOUBLE)
    assert walk(momentum, vector(0), [[8], [4], [0]], rate=1) == [-8, -8 - (4 + 4), -16 - 4]


def test_that_nesterov_steps_along_the_gradient_and_the_speed_after_it() -> None:
    nesterov = Nesterov(TrainingSettings(momentum=0.5), 1, DOUBLE)
    assert walk(nesterov, vector(0), [[8], [4], [0]], rate=1) == [-(8 + 4), -12 - (4 + 4), -20 - 2]


@pytest.mark.parametrize("name", ["momentum", "Nesterov"])
def test_that_without_momentum_both_are_gradient_descent(name: str) -> None:
    w, same = vector(1, -2), vector(1, -2)
    gradients = [[3, 4], [-1, 0.5], [0, 7]]
    walk(made(name, 2, momentum=0.0), w, gradients, rate=0.25)
    walk(made("gradient descent", 2), same, gradients, rate=0.25)
    assert w.tolist() == same.tolist()


def test_that_rmsprop_divides_by_the_root_of_the_mean_square() -> None:
    places = walk(made("RMSprop", 1, rho=0.75), vector(0), [[2], [0], [-4]], rate=1)
    squares = (0.25 * 4, 0.75 * 0.25 * 4, 0.75**2 * 0.25 * 4 + 0.25 * 16)
    assert places[0] == pytest.approx(-2 / squares[0] ** 0.5)
    assert places[1] == places[0]
    assert places[2] == pytest.approx(places[1] + 4 / squares[2] ** 0.5)


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_that_adams_first_step_is_the_learning_rate_whatever_the_gradients_size(name: str) -> None:
    w = vector(0, 0, 0)
    made(name, 3).step(w, vector(1e-3, -5, 1e6), learning_rate=0.01)
    assert w.tolist() == pytest.approx([-0.01, 0.01, -0.01], rel=2e-5)


def test_that_adams_second_step_is_that_of_the_paper() -> None:
    first, second = walk(made("Adam", 1), vector(0), [[1], [3]], rate=1)
    m, v = 0.9 * 0.1 * 1 + 0.1 * 3, 0.999 * 0.001 * 1 + 0.001 * 9
    expected = (m / (1 - 0.9**2)) / (np.sqrt(v / (1 - 0.999**2)) + 1e-8)
    assert first == pytest.approx(-1)
    assert first - second == pytest.approx(expected, rel=1e-12)


@given(GRADIENTS, st.sampled_from([(0.9, 0.999), (0.7, 0.9), (0.0, 0.0)]))
def test_that_adam_follows_algorithm_1_of_its_paper(gradients: list[list[float]], betas: tuple[float, float]) -> None:
    w = vector(0.5, -0.5)
    adam = Adam(TrainingSettings(beta1=betas[0], beta2=betas[1]), 2, DOUBLE)
    expected, m, v = w.copy(), np.zeros(2), np.zeros(2)
    for t, g in enumerate(map(np.array, gradients), 1):
        adam.step(w, g, learning_rate=0.1)
        m, v = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g**2
        expected -= 0.1 * (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + 1e-8)
    np.testing.assert_allclose(w, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in optimizers.BY_NAME if name not in ("gradient descent", "RMSprop")])
def test_that_moments_outlast_a_step_so_that_a_zero_gradient_still_moves(name: str) -> None:
    first, second = walk(made(name, 1), vector(0), [[1], [0]], rate=0.1)
    assert second < first


@pytest.mark.parametrize(("name", "decay"), CHOICES)
def test_that_a_step_changes_the_parameters_in_place_and_leaves_the_gradient(name: str, decay: float) -> None:
    w = np.zeros(3, np.float32)
    view, gradient = w[1:], np.array([1, 2, 3], np.float32)
    made(name, 3, np.float32, weight_decay=decay).step(w, gradient, learning_rate=0.1)
    assert (view != 0).all()
    assert gradient.tolist() == [1, 2, 3]
    assert w.dtype == np.float32


@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_every_optimizer_finds_the_bottom_of_a_bowl(name: str) -> None:
    w, optimizer = vector(3, -2), made(name, 2)
    for step in range(400):
        optimizer.step(w, 2 * w * vector(1, 10), learning_rate=0.05 * (1 - step / 400))
    assert np.abs(w).max() < 1e-3


@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_a_zero_gradient_from_the_start_moves_nothing(name: str) -> None:
    w = vector(1, 2)
    made(name, 2).step(w, vector(0, 0), learning_rate=0.1)
    assert w.tolist() == [1, 2]


@pytest.mark.parametrize(("name", "decay"), CHOICES)
def test_that_a_learning_rate_of_zero_moves_nothing_and_the_run_goes_on(name: str, decay: float) -> None:
    w = vector(1, 2)
    optimizer = made(name, 2, weight_decay=decay)
    optimizer.step(w, vector(3, 4), learning_rate=0.0)
    assert w.tolist() == [1, 2]
    optimizer.step(w, vector(3, 4), learning_rate=0.1)
    assert (w < [1, 2]).all()


@pytest.mark.parametrize(("name", "decay"), CHOICES)
def test_that_no_step_allocates_what_grows_with_the_parameters(name: str, decay: float) -> None:
    size = 100_000
    w, g = np.ones(size, np.float32), np.ones(size, np.float32)
    optimizer = made(name, size, np.float32, weight_decay=decay)
    optimizer.step(w, g, learning_rate=0.1)
    tracemalloc.start()
    try:
        optimizer.step(w, g, learning_rate=0.1)
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_weight_decay_acts_where_it_is_told_to_and_nowhere_else(name: str) -> None:
    decays = np.array([True, False, True])
    w, plain = vector(4, 4, -4), vector(4, 4, -4)
    for weight_decay, parameters in ((0.5, w), (0.0, plain)):
        optimizer = made(name, 3, decays=decays, weight_decay=weight_decay)
        walk(optimizer, parameters, [[0, 0, 0], [1, 1, -1]], rate=0.01)
    assert w[1] == plain[1]
    assert np.abs(w[[0, 2]]).max() < abs(plain[0])
    assert w[0] == -w[2]


def test_that_weight_decay_joins_the_gradient_but_for_adamw_which_shrinks_the_weights() -> None:
    w = vector(2, -8)
    made("gradient descent", 2, weight_decay=0.5).step(w, vector(1, 0), learning_rate=0.25)
    assert w.tolist() == [2 - 0.25 * (1 + 0.5 * 2), -8 + 0.25 * 0.5 * 8]
    for name, share in (("Adam", None), ("AdamW", 1 - 0.25 * 0.5)):
        w = vector(2, -8)
        made(name, 2, weight_decay=0.5).step(w, vector(0, 0), learning_rate=0.25)
        assert w.tolist() == pytest.approx([2 * share, -8 * share] if share else [2 - 0.25, -8 + 0.25])


def test_that_weights_decay_and_biases_and_scales_do_not() -> None:
    arrays = [np.zeros((2, 1, 1, 2)), np.zeros(2), np.zeros((1, 3)), np.zeros(1)]
    assert optimizers.decaying(arrays).tolist() == [True] * 4 + [False] * 2 + [True] * 3 + [False]
    assert optimizers.decaying([]).tolist() == []


def after_one_step(**settings: Any) -> tuple[Array, Array]:
    """Return the parameters before and after the only step of a run."""
    data = tiny.dataset(train=16)
    run = trainer(data, validation=0.0, epochs=1, batch_size=16, learning_rate=0.5, **settings)
    before = run.model.parameters.flat.copy()
    assert len(steps_of(list(run.run()))) == 1
    return before, run.model.parameters.flat


def test_that_a_trainers_weights_decay_and_its_biases_do_not() -> None:
    _, plain = after_one_step(optimizer="gradient descent")
    before, decayed = after_one_step(optimizer="gradient descent", weight_decay=0.25)
    views = trainer().model.new_gradients().layers
    weights = optimizers.decaying(array for layer in views for array in layer.values())
    assert weights.any() and not weights.all()
    np.testing.assert_array_equal(decayed[~weights], plain[~weights])
    np.testing.assert_allclose(decayed[weights], (plain - 0.5 * 0.25 * before)[weights], rtol=1e-5, atol=1e-6)


def test_that_a_trainer_clips_the_gradient_of_all_weights_together() -> None:
    before, after = after_one_step(optimizer="gradient descent", clip_norm=0.01)
    assert np.linalg.norm(after - before) == pytest.approx(0.5 * 0.01, rel=1e-3)


@given(st.sampled_from(CHOICES), st.integers(0, 5), st.sampled_from(["f4", "f8"]), st.integers(0, 2**32 - 1))
def test_that_a_restored_optimizer_goes_on_bit_for_bit(
    choice: tuple[str, float], before: int, dtype: str, seed: int
) -> None:
    name, decay = choice
    gradients = list(np.random.default_rng(seed).standard_normal((before + 3, 7)).astype(dtype))
    w, first = np.ones(7, dtype), made(name, 7, dtype, weight_decay=decay)
    walk(first, w, gradients[:before], rate=0.01)
    saved, again, second = first.state(), w.copy(), made(name, 7, dtype, weight_decay=decay)
    walk(first, w, gradients[before:], rate=0.01)
    second.restore(saved)
    walk(second, again, gradients[before:], rate=0.01)
    assert again.tobytes() == w.tobytes()
    assert int(saved["time"]) == before


def test_that_a_saved_state_is_a_copy() -> None:
    optimizer = made("Adam", 1)
    state = optimizer.state()
    optimizer.step(vector(0), vector(1), learning_rate=0.1)
    assert state["mean"].tolist() == [0]
    optimizer.restore(state)
    optimizer.step(vector(0), vector(1), learning_rate=0.1)
    assert state["mean"].tolist() == [0]


@pytest.mark.parametrize(
    "change",
    [
        {"mean": None}, {"more": np.zeros(2)}, {"mean": np.zeros(3)}, {"square": np.zeros(2, "U1")},
        {"square": np.zeros(2, np.float32)}, {"time": None}, {"time": np.zeros(1, int)},
        {"time": np.array(-1)}, {"time": np.array(1.5)}, {"time": np.array(np.nan)},
    ],
)  # fmt: skip
def test_that_a_state_that_does_not_fit_is_refused_and_changes_nothing(change: dict[str, Any]) -> None:
    optimizer = made("Adam", 2)
    state = {name: values for name, values in {**optimizer.state(), **change}.items() if values is not None}
    with pytest.raises(BadInputError, match="not that of Adam for 2 parameters; start a new run"):
        optimizer.restore(state)
    assert optimizer.time == 0


def test_that_another_optimizers_state_is_refused() -> None:
    with pytest.raises(BadInputError, match="not that of RMSprop"):
        made("RMSprop", 2).restore(made("momentum", 2).state())


def test_that_every_choice_of_the_settings_is_an_optimizer_and_settings_reach_it() -> None:
    declared = next(p for p in schema.params_of(TrainingSettings) if p.name == "optimizer")
    assert declared.choices == tuple(optimizers.BY_NAME)
    settings = TrainingSettings(optimizer="Nesterov", momentum=0.25)
    optimizer = optimizers.create(settings, 1, DOUBLE)
    assert type(optimizer) is Nesterov and optimizer.settings is settings


def test_that_an_unknown_optimizer_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadInputError, match="no optimizer 'Adagrad'; known are gradient descent, momentum, Nesterov"):
        made("Adagrad", 1)
