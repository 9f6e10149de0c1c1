"""Each layer's values and gradients by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.architecture import LayerSpec, new_layer
from engine.layer import Layer, LayerConfig, Workspace
from engine.layers.activation import ReLUConfig, SigmoidConfig, TanhConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.flatten import FlattenConfig
from engine.layers.pool import Pool2DConfig
from engine.layers.softmax import SoftmaxConfig
from engine.ops import reference
from engine.passes import Pass
from tests.helpers.layers import Array, Sliding, forward_and_backward, one_layer, slidings


def column(*values: float, dtype: type = np.float64) -> Array:
    """Return one sample of plain values, (features, 1)."""
    return np.array(values, dtype)[:, None]


def output(config: LayerConfig, x: Array) -> Array:
    layer: Layer = config.build((len(x),))
    return layer.forward(x, Workspace(x.dtype))


# Activations.


def test_that_relu_keeps_positive_values_and_its_derivative_at_zero_is_zero() -> None:
    y, grad, _ = forward_and_backward(
        one_layer(ReLUConfig(), (4,)), np.array([[-2.0, -0.0, 0.0, 3.0]]), np.ones((1, 4))
    )
    assert y.tolist() == [[0, 0, 0, 3]]
    assert grad.tolist() == [[0, 0, 0, 1]]


def test_that_tanh_and_its_derivative_are_those_of_the_textbook() -> None:
    y, grad, _ = forward_and_backward(one_layer(TanhConfig(), (2,)), np.array([[0.0, 1.0]]), np.array([[2.0, 1.0]]))
    assert y[0].tolist() == pytest.approx([0, math.tanh(1)])
    assert grad[0].tolist() == pytest.approx([2, 1 - math.tanh(1) ** 2])


def test_that_the_sigmoid_and_its_derivative_are_those_of_the_textbook() -> None:
    y, grad, _ = forward_and_backward(one_layer(SigmoidConfig(), (2,)), np.array([[0.0, 1.0]]), np.array([[4.0, 1.0]]))
    one = 1 / (1 + math.exp(-1))
    assert y[0].tolist() == pytest.approx([0.5, one])
    assert grad[0].tolist() == pytest.approx([1, one * (1 - one)])


@pytest.mark.parametrize("config", [ReLUConfig(), TanhConfig(), SigmoidConfig(), SoftmaxConfig()])
def test_that_huge_values_stay_finite(config: LayerConfig) -> None:
    y = output(config, column(-1e30, 0, 1e30, dtype=np.float32))
    assert np.isfinite(y).all()
    assert y[0] <= y[1] <= y[2]


def test_that_the_sigmoid_saturates_at_zero_and_one() -> None:
    assert output(SigmoidConfig(), column(-1000, 1000))[:, 0].tolist() == [0, 1]


# Dense, Flatten.


def test_that_dense_multiplies_and_adds_its_bias() -> None:
    model = one_layer(DenseConfig(units=2), (3,))
    model.parameters.layers[0]["weight"][...] = [[1, 2, 3], [4, 5, 6]]
    model.parameters.layers[0]["bias"][...] = [0.5, -0.5]
    shard = Pass(model)
    x = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]])
    assert shard.activations(x)[-1].T.tolist() == [[-1.5, -2.5], [4.5, 12.5]]
    assert shard.backward(np.array([[1.0, 0.0], [10.0, 1.0]])).tolist() == [[1, 2, 3], [14, 25, 36]]
    assert shard.gradients.layers[0]["weight"].tolist() == [[21, 10, -1], [2, 1, 0]]
    assert shard.gradients.layers[0]["bias"].tolist() == [11, 1]


def test_that_flatten_reads_channel_by_channel_and_row_by_row_and_backward_puts_all_back() -> None:
    x = np.arange(24.0).reshape(2, 2, 3, 2)
    y, grad, _ = forward_and_backward(one_layer(FlattenConfig(), (2, 3, 2)), x, np.arange(24.0).reshape(2, 12))
    assert y.tolist() == x.reshape(2, 12).tolist()
    assert (grad == x).all()


def test_that_flatten_leaves_plain_values_as_they_are() -> None:
    y, grad, _ = forward_and_backward(one_layer(FlattenConfig(), (3,)), np.ones((2, 3)), np.full((2, 3), 5.0))
    assert (y == 1).all() and (grad == 5).all()


# Softmax.


def test_that_softmax_gives_the_probabilities_of_the_textbook() -> None:
    p = output(SoftmaxConfig(), column(1, 2, 3))
    assert p[:, 0].tolist() == pytest.approx([0.09003057317038046, 0.24472847105479764, 0.6652409557748219])


def test_that_softmax_does_not_change_when_all_scores_grow_alike() -> None:
    assert (output(SoftmaxConfig(), column(1, 2, 3)) == output(SoftmaxConfig(), column(1001, 1002, 1003))).all()


def test_that_the_gradient_of_softmax_is_p_times_the_difference_to_the_mean_gradient() -> None:
    x, d = np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 0.0, -2.0]])
    p, grad, _ = forward_and_backward(one_layer(SoftmaxConfig(), (3,)), x, d)
    assert grad[0].tolist() == pytest.approx((p[0] * (d[0] - p[0] @ d[0])).tolist())
    assert grad.sum() == pytest.approx(0, abs=1e-15)


# Convolution and pooling against the loops.


@given(slidings(), st.integers(0, 2**32 - 1))
def test_that_the_convolution_layer_equals_the_loops(sliding: Sliding, seed: int) -> None:
    rng = np.random.default_rng(seed)
    config = Conv2DConfig(2, sliding.kernel, sliding.stride, sliding.padding)
    model = one_layer(config, (2, *sliding.size))
    weight, bias = model.parameters.layers[0].values()
    x = rng.standard_normal((2, 2, *sliding.size))
    expected = reference.conv2d(x, weight, bias, sliding.stride, sliding.padding)
    d = rng.standard_normal(expected.shape)
    y, grad_input, gradient = forward_and_backward(model, x, d)
    slow = reference.conv2d_backward(d, x, weight, sliding.stride, sliding.padding)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(grad_input, slow[0], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gradient, np.concatenate([slow[1].ravel(), slow[2]]), rtol=1e-12, atol=1e-12)


@given(slidings(padded_windows=False), st.sampled_from(["max", "mean", "min"]), st.integers(0, 2**32 - 1))
def test_that_the_pooling_layer_equals_the_loops(sliding: Sliding, mode: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    config = Pool2DConfig(mode, sliding.kernel, sliding.stride, sliding.padding)
    x = rng.integers(-2, 3, (2, 2, *sliding.size)).astype(float)
    arguments = (sliding.kernel, sliding.stride, sliding.padding, mode)
    expected = reference.pool2d(x, *arguments)
    d = rng.standard_normal(expected.shape)
    y, grad_input, _ = forward_and_backward(one_layer(config, (2, *sliding.size)), x, d)
    np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(grad_input, reference.pool2d_backward(d, x, *arguments), rtol=1e-12, atol=1e-14)


def test_that_the_first_layer_of_a_model_still_gets_its_parameter_gradients_without_an_input_gradient() -> None:
    for config, shape in ((Conv2DConfig(2), (1, 5, 4)), (DenseConfig(3), (4,))):
        model = one_layer(config, shape)
        _, _, expected = forward_and_backward(model, np.ones((2, *shape)), np.ones((2, *model.output_shape)))
        shard = Pass(model)
        y = shard.activations(np.ones((2, *shape)))[-1]
        work = Workspace(np.float64, shard.gradients.layers[0])
        model.layers[0].forward(np.ones((5, 1, 4, 2) if len(shape) == 3 else (4, 2)), work)
        model.layers[0].backward(np.ones_like(y), work, input_needed=False)
        assert (shard.gradients.flat == expected).all()


# What the card shows.


@pytest.mark.parametrize(
    ("spec", "summary"),
    [
        (new_layer("conv2d", filters=6, kernel_size=[5, 3]), "6 @ 5×3"),
        (new_layer("conv2d", stride=2, padding=[1, 2]), "8 @ 3×3, stride 2, pad 1×2"),
        (new_layer("pool2d"), "max 2×2"),
        (new_layer("pool2d", mode="mean", size=3, stride=2, padding=1), "mean 3×3, stride 2, pad 1"),
        (new_layer("dense", units=84), "84 units"),
        (new_layer("relu"), ""),
    ],
)
def test_that_the_summary_says_what_differs_from_the_plain_layer(spec: LayerSpec, summary: str) -> None:
    assert spec.config.summary() == summary
