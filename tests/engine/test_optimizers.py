"""Steps in closed form, and moments that last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import optimizers
from engine.errors import BadInputError
from engine.optimizers import SGD, Adam
from tests.helpers.layers import Array

DOUBLE = np.dtype(np.float64)
GRADIENTS = st.lists(st.lists(st.floats(-100, 100), min_size=2, max_size=2), min_size=1, max_size=6)


def vector(*values: float) -> Array:
    return np.array(values, np.float64)


def test_that_sgd_without_momentum_goes_down_the_gradient() -> None:
    w = vector(1, 2)
    SGD(2, DOUBLE, momentum=0).step(w, vector(10, -10), learning_rate=0.1)
    assert w.tolist() == [0, 3]


def test_that_momentum_keeps_its_share_of_the_speed() -> None:
    w, sgd = vector(0), SGD(1, DOUBLE, momentum=0.5)
    places = []
    for g in (8, 4, 0):
        sgd.step(w, vector(g), learning_rate=1)
        places.append(w[0])
    assert places == [-8, -8 - (4 + 4), -16 - 4]


def test_that_adams_first_step_is_the_learning_rate_whatever_the_gradients_size() -> None:
    w = vector(0, 0, 0)
    Adam(3, DOUBLE).step(w, vector(1e-3, -5, 1e6), learning_rate=0.01)
    assert w.tolist() == pytest.approx([-0.01, 0.01, -0.01], rel=2e-5)


def test_that_adams_second_step_is_that_of_the_paper() -> None:
    w, adam = vector(0), Adam(1, DOUBLE)
    adam.step(w, vector(1), learning_rate=1)
    first = w[0]
    adam.step(w, vector(3), learning_rate=1)
    m, v = 0.9 * 0.1 * 1 + 0.1 * 3, 0.999 * 0.001 * 1 + 0.001 * 9
    expected = (m / (1 - 0.9**2)) / (np.sqrt(v / (1 - 0.999**2)) + 1e-8)
    assert first == pytest.approx(-1)
    assert first - w[0] == pytest.approx(expected, rel=1e-12)


@given(GRADIENTS, st.sampled_from([(0.9, 0.999), (0.7, 0.9)]))
def test_that_adam_follows_algorithm_1_of_its_paper(gradients: list[list[float]], betas: tuple[float, float]) -> None:
    w, adam = vector(0.5, -0.5), Adam(2, DOUBLE, betas)
    expected, m, v = w.copy(), np.zeros(2), np.zeros(2)
    for t, g in enumerate(map(np.array, gradients), 1):
        adam.step(w, g, learning_rate=0.1)
        m, v = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g**2
        expected -= 0.1 * (m / (1 - betas[0] ** t)) / (np.sqrt(v / (1 - betas[1] ** t)) + 1e-8)
    np.testing.assert_allclose(w, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", optimizers.NAMES)
def test_that_moments_outlast_a_step_so_that_a_zero_gradient_still_moves(name: str) -> None:
    w, optimizer = vector(0), optimizers.create(name, 1, DOUBLE, momentum=0.9)
    optimizer.step(w, vector(1), learning_rate=0.1)
    before = w[0]
    optimizer.step(w, vector(0), learning_rate=0.1)
    assert w[0] < before


@pytest.mark.parametrize("name", optimizers.NAMES)
def test_that_a_step_changes_the_parameters_in_place_and_leaves_the_gradient(name: str) -> None:
    w = np.zeros(3, np.float32)
    view, gradient = w[1:], np.array([1, 2, 3], np.float32)
    optimizers.create(name, 3, w.dtype, momentum=0.9).step(w, gradient, learning_rate=0.1)
    assert (view != 0).all()
    assert gradient.tolist() == [1, 2, 3]
    assert w.dtype == np.float32


@pytest.mark.parametrize("name", optimizers.NAMES)
def test_that_every_optimizer_finds_the_bottom_of_a_bowl(name: str) -> None:
    w, optimizer = vector(3, -2), optimizers.create(name, 2, DOUBLE, momentum=0.9)
    for step in range(400):
        optimizer.step(w, 2 * w * vector(1, 10), learning_rate=0.05 * (1 - step / 400))
    assert np.abs(w).max() < 1e-3


@pytest.mark.parametrize("name", optimizers.NAMES)
def test_that_a_zero_gradient_from_the_start_moves_nothing(name: str) -> None:
    w = vector(1, 2)
    optimizers.create(name, 2, DOUBLE, momentum=0.9).step(w, vector(0, 0), learning_rate=0.1)
    assert w.tolist() == [1, 2]


def test_that_momentum_reaches_sgd() -> None:
    optimizer = optimizers.create("SGD", 1, DOUBLE, momentum=0.25)
    assert isinstance(optimizer, SGD) and optimizer.momentum == 0.25


def test_that_an_unknown_optimizer_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadInputError, match="no optimizer 'Adagrad'; known are Adam, SGD"):
        optimizers.create("Adagrad", 1, DOUBLE, momentum=0.9)
