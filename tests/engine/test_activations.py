"""Leaky ReLU, scaled tanh, GELU and the identity by hand, and what every activation does with extremes."""

from math import erf, pi, sqrt, tanh

import numpy as np
import pytest

from engine.layer import LayerConfig
from engine.layers.activation import (
    IdentityConfig,
    LeakyReLUConfig,
    ReLUConfig,
    ScaledTanhConfig,
    SigmoidConfig,
    TanhConfig,
)
from engine.layers.gelu import GELUConfig
from engine.passes import Pass
from tests.helpers.layers import forward_and_backward, one_layer

ALL: list[LayerConfig] = [
    ReLUConfig(), LeakyReLUConfig(), TanhConfig(), ScaledTanhConfig(), SigmoidConfig(), IdentityConfig(), GELUConfig(),
]  # fmt: skip
EACH = pytest.mark.parametrize("config", ALL, ids=lambda config: type(config).__name__)


def value_and_derivative(config: LayerConfig, *x: float, dtype: type = np.float64) -> tuple[list[float], list[float]]:
    """Return f and f' at each *x*."""
    y, grad, _ = forward_and_backward(one_layer(config, (len(x),), dtype), np.array([x], dtype), np.ones((1, len(x))))
    return y[0].tolist(), grad[0].tolist()


def test_that_leaky_relu_shrinks_negative_values_and_its_derivative_at_zero_is_the_slope() -> None:
    y, grad = value_and_derivative(LeakyReLUConfig(0.125), -2.0, -0.0, 0.0, 3.0)
    assert y == [-0.25, 0, 0, 3]
    assert grad == [0.125, 0.125, 0.125, 1]


@pytest.mark.parametrize(("slope", "same"), [(0.0, ReLUConfig()), (1.0, IdentityConfig())])
def test_that_leaky_relu_reaches_from_relu_to_the_identity(slope: float, same: LayerConfig) -> None:
    values = (-3.0, -1e-300, 0.0, 1e-300, 7.0)
    assert value_and_derivative(LeakyReLUConfig(slope), *values) == value_and_derivative(same, *values)


def test_that_the_scaled_tanh_and_its_derivative_keep_both_factors() -> None:
    y, grad = value_and_derivative(ScaledTanhConfig(), 0.0, 1.0, -1.0, 40.0)
    assert y == pytest.approx([0, 1, -1, 1.7159], abs=1e-4)  # the factors are chosen so that 1 and -1 stay
    at_one = 1.7159 * 2 / 3 * (1 - tanh(2 / 3) ** 2)
    assert grad == pytest.approx([1.7159 * 2 / 3, at_one, at_one, 0], abs=1e-15)


def test_that_gelu_is_its_published_formula() -> None:
    points = (-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0)
    expected = [0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) for x in points]
    assert value_and_derivative(GELUConfig(), *points)[0] == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_that_gelu_stays_close_to_x_times_the_normal_distribution() -> None:
    points = np.linspace(-12, 12, 4801).tolist()
    exact = np.array([x * (1 + erf(x / sqrt(2))) / 2 for x in points])
    assert np.abs(value_and_derivative(GELUConfig(), *points)[0] - exact).max() < 0.0005


def test_that_gelu_has_two_inputs_with_the_same_output_and_other_derivatives() -> None:
    y, grad = value_and_derivative(GELUConfig(), -0.3, -1.385)
    assert y[0] == pytest.approx(y[1], abs=1e-3)
    assert grad[0] > 0.2 and grad[1] < -0.1


def test_that_gelu_is_done_bending_where_its_powers_would_overflow() -> None:
    large = (-3e38, -1e13, -10.0, 10.0, 1e13, 3e38)
    y, grad = value_and_derivative(GELUConfig(), *large, dtype=np.float32)
    assert y == pytest.approx([0, 0, 0, 10, 1e13, 3e38], rel=1e-6)
    assert grad == [0, 0, 0, 1, 1, 1]


@EACH
def test_that_an_activation_is_finite_and_rises_from_end_to_end(config: LayerConfig) -> None:
    y, grad = value_and_derivative(config, -1e30, 0, 1e30, dtype=np.float32)
    assert np.isfinite([y, grad]).all()
    assert y[0] <= y[1] <= y[2]


@EACH
def test_that_what_is_no_number_stays_none_so_that_a_diverged_run_is_seen(config: LayerConfig) -> None:
    assert np.isnan(value_and_derivative(config, np.nan)[0]).all()


@EACH
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_that_a_second_pass_needs_no_new_memory(config: LayerConfig, shape: tuple[int, ...]) -> None:
    shard, x = Pass(one_layer(config, shape)), np.random.default_rng(0).standard_normal((3, *shape))
    places = {(shard.activations(x)[-1].ctypes.data, shard.backward(x).ctypes.data) for _ in range(3)}
    assert len(places) == 1
