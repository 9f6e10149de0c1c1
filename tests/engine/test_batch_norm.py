"""Batch normalisation by hand and at its extremes."""

from dataclasses import replace

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.layer import Part
from engine.layers.batch_norm import BatchNormConfig
from engine.model import Model
from tests.helpers.layers import Array, forward_and_backward


def plain(shape: tuple[int, ...], dtype: type = np.float64, **settings: float) -> Model:
    """Return a model of one batch normalisation as it begins."""
    chain = Architecture((new_layer("batch_norm", **settings),))
    return Model.build(chain, shape, np.random.default_rng(0), dtype)


def in_training(model: Model, x: Array, d: Array | None = None) -> tuple[Array, Array, Array]:
    """Return (output, grad_input, gradient) of a mini-batch in training."""
    return forward_and_backward(model, x, np.ones(x.shape) if d is None else d, Part(True, batch=len(x)))


def statistics(model: Model, layer: int = 0) -> tuple[Array, Array]:
    """Return copies of (running mean, running variance)."""
    views = model.parameters.layers[layer]
    return views["running_mean"].copy(), views["running_variance"].copy()


# By hand.


def test_that_a_mini_batch_gets_mean_zero_and_variance_one_then_scale_and_shift() -> None:
    model = plain((1,), epsilon=0.1)
    model.parameters.layers[0]["scale"][...], model.parameters.layers[0]["shift"][...] = 3, 10
    y, _, _ = in_training(model, np.array([[1.0], [2], [3], [4]]))
    assert y[:, 0].tolist() == pytest.approx([10 + 3 * z / 1.35**0.5 for z in (-1.5, -0.5, 0.5, 1.5)], rel=1e-14)


def test_that_the_running_statistics_take_their_share_of_the_mean_and_of_the_unbiased_variance() -> None:
    model = plain((1,), momentum=0.25)
    in_training(model, np.array([[1.0], [2], [3], [4]]))
    assert [float(each[0]) for each in statistics(model)] == pytest.approx([0.25 * 2.5, 0.75 + 0.25 * 5 / 3])
    in_training(model, np.array([[1.0], [2], [3], [4]]))
    assert [float(each[0]) for each in statistics(model)] == pytest.approx([0.4375 * 2.5, 0.5625 + 0.4375 * 5 / 3])


def test_that_evaluation_uses_the_running_statistics_and_its_gradient_is_a_plain_factor() -> None:
    model = plain((2,), epsilon=0.5)
    for name, values in (("running_mean", [1, 2]), ("running_variance", [1.75, 3.5]), ("scale", [3, 4])):
        model.parameters.layers[0][name][...] = values
    y, grad_input, gradient = forward_and_backward(model, np.array([[4.0, 4], [1, 0]]), np.array([[1.0, 2], [3, 4]]))
    np.testing.assert_allclose(y, [[6, 4], [0, -4]], rtol=1e-14)
    np.testing.assert_allclose(grad_input, [[2, 4], [6, 8]], rtol=1e-14)
    np.testing.assert_allclose(gradient, [2, 2 - 4, 4, 6], rtol=1e-14)  # scale: sum of dy z, then shift: sum of dy


def test_that_each_channel_of_maps_is_normalised_over_samples_rows_and_columns() -> None:
    x = np.random.default_rng(0).standard_normal((4, 3, 5, 6)) * [[[2]], [[30]], [[0.4]]] + [[[7]], [[-9]], [[0]]]
    y, grad_input, _ = in_training(plain((3, 5, 6)), x, np.random.default_rng(1).standard_normal(x.shape))
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-14)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-4)  # epsilon's share of the smallest: 6e-5
    np.testing.assert_allclose(grad_input.sum(axis=(0, 2, 3)), 0, atol=1e-13)  # a shift of x changes nothing


# Extremes.


@pytest.mark.parametrize("shape", [(4,), (4, 1, 1)])
def test_that_one_value_a_channel_puts_out_the_shift_and_teaches_the_statistics_nothing(shape: tuple) -> None:
    model = plain(shape)
    model.parameters.layers[0]["shift"][...] = [1, 2, 3, 4]
    before = statistics(model)
    y, grad_input, gradient = in_training(model, np.full((1, *shape), 8.0), np.full((1, *shape), 5.0))
    assert y.ravel().tolist() == [1, 2, 3, 4]
    assert (grad_input == 0).all()
    assert gradient.tolist() == [0] * 4 + [5] * 4
    np.testing.assert_array_equal(statistics(model), before)


def test_that_a_constant_channel_puts_out_the_shift() -> None:
    model = plain((2, 3, 3), np.float32)
    x = np.stack([np.full((3, 3), 1e6), np.arange(9.0).reshape(3, 3)])[None].repeat(2, axis=0)
    y, grad_input, _ = in_training(model, x, np.random.default_rng(0).standard_normal(x.shape))
    assert np.abs(y[:, 0]).max() == 0
    assert np.isfinite(grad_input).all()


def test_that_a_mean_far_from_zero_costs_float32_few_digits() -> None:
    z = np.random.default_rng(0).standard_normal((32, 2, 12, 12))
    model = plain((2, 12, 12), np.float32, epsilon=1e-10, momentum=1.0)
    y, _, _ = in_training(model, (1000 + 0.1 * z).astype(np.float32))
    # float32 resolves 6e-5 near 1000, and a sum of 4,608 such numbers about 5e-7 of itself: 0.005 of a deviation.
    # The difference between the mean square and the squared mean would not even have the right sign.
    mean, deviation = z.mean(axis=(0, 2, 3), keepdims=True), z.std(axis=(0, 2, 3), keepdims=True)
    np.testing.assert_allclose(y, (z - mean) / deviation, atol=0.01)
    np.testing.assert_allclose(statistics(model)[1], 0.01 * z.var(axis=(0, 2, 3), ddof=1), rtol=1e-3)


@pytest.mark.parametrize(
    ("settings", "summary"),
    [({}, ""), ({"momentum": 0.01}, "momentum 0.01"), ({"epsilon": 0.001}, "epsilon 0.001")],
)
def test_that_the_card_shows_what_is_unusual(settings: dict[str, float], summary: str) -> None:
    assert replace(BatchNormConfig(), **settings).summary() == summary
