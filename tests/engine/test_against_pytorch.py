"""Every operation, gradient and update beside PyTorch's, in float64, where PyTorch is installed.

Both compute the same sums in another order, so that they agree to about 1e-15 of the largest term; the
tolerances below leave room for a few thousand terms.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops, presets
from engine.layer import LayerConfig, Workspace
from engine.layers.activation import (
    IdentityConfig,
    LeakyReLUConfig,
    ReLUConfig,
    ScaledTanhConfig,
    SigmoidConfig,
    TanhConfig,
)
from engine.layers.dense import DenseConfig
from engine.layers.gelu import GELUConfig
from engine.layers.pool_global import GlobalAveragePoolConfig
from engine.layers.softmax import SoftmaxConfig
from engine.losses import softmax_cross_entropy
from engine.model import Model
from engine.passes import Pass
from tests.helpers.layers import Array, Sliding, forward_and_backward, one_layer, slidings

torch: Any = pytest.importorskip("torch")
functional: Any = torch.nn.functional
torch.set_num_threads(1)

SEEDS = st.integers(0, 2**32 - 1)
INFINITY = float("inf")


def leaf(array: Array) -> Any:
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def same(ours: Array, theirs: Any) -> None:
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-11)


@settings(max_examples=150)
@given(slidings(), st.tuples(*[st.integers(1, 3)] * 3), SEEDS)
def test_that_convolution_and_its_gradients_are_pytorchs(
    sliding: Sliding, counts: tuple[int, int, int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    n, channels, filters = counts
    x, weight = (
        rng.standard_normal((n, channels, *sliding.size)),
        rng.standard_normal((filters, channels, *sliding.kernel)),
    )
    bias = rng.standard_normal(filters)
    leaves = [leaf(array) for array in (x, weight, bias)]
    theirs = functional.conv2d(*leaves, stride=sliding.stride, padding=sliding.padding)
    y = ops.conv2d(x, weight, bias, sliding.stride, sliding.padding)
    same(y, theirs)
    d = rng.standard_normal(y.shape)
    theirs.backward(torch.tensor(d))
    for ours, each in zip(ops.conv2d_backward(d, x, weight, sliding.stride, sliding.padding), leaves, strict=True):
        same(ours, each.grad)


def pooled(x: Any, sliding: Sliding, mode: str) -> Any:
    """Pool with PyTorch, which allows less padding than we do, so that it is put around the input first."""
    rows, cols = sliding.padding
    around = (cols, cols, rows, rows)
    if mode == "mean":
        return functional.avg_pool2d(functional.pad(x, around), sliding.kernel, sliding.stride)
    sign = 1 if mode == "max" else -1
    padded = functional.pad(sign * x, around, value=-INFINITY)
    return sign * functional.max_pool2d(padded, sliding.kernel, sliding.stride)


@settings(max_examples=200)
@given(slidings(padded_windows=False), st.sampled_from(["max", "mean", "min"]), SEEDS, st.booleans())
def test_that_pooling_and_its_gradient_are_pytorchs_with_ties_and_without(
    sliding: Sliding, mode: str, seed: int, ties: bool
) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 2, *sliding.size)
    x = rng.integers(-1, 2, shape).astype(float) if ties else rng.standard_normal(shape)
    given_x = leaf(x)
    theirs = pooled(given_x, sliding, mode)
    y = ops.pool2d(x, sliding.kernel, sliding.stride, sliding.padding, mode)
    same(y, theirs)
    d = rng.standard_normal(y.shape)
    theirs.backward(torch.tensor(d))
    same(ops.pool2d_backward(d, x, sliding.kernel, sliding.stride, sliding.padding, mode), given_x.grad)


@pytest.mark.parametrize(
    ("config", "function"),
    [
        (ReLUConfig(), torch.relu),
        (LeakyReLUConfig(), functional.leaky_relu),
        (LeakyReLUConfig(0.3), lambda x: functional.leaky_relu(x, 0.3)),
        (TanhConfig(), torch.tanh),
        (ScaledTanhConfig(), lambda x: 1.7159 * torch.tanh(2 / 3 * x)),
        (GELUConfig(), lambda x: functional.gelu(x, approximate="tanh")),
        (IdentityConfig(), torch.nn.Identity()),
        (SigmoidConfig(), torch.sigmoid),
        (SoftmaxConfig(), lambda x: torch.softmax(x, dim=1)),
    ],
    ids=["relu", "leaky relu", "leaky relu 0.3", "tanh", "scaled tanh", "gelu", "identity", "sigmoid", "softmax"],
)
def test_that_activations_and_their_gradients_are_pytorchs(config: LayerConfig, function: Any) -> None:
    rng = np.random.default_rng(0)
    x, d = 3 * rng.standard_normal((5, 7)), rng.standard_normal((5, 7))
    x[0] = 0, -0.0, 1e-300, -1e-300, 30, -30, 0
    given_x = leaf(x)
    theirs = function(given_x)
    theirs.backward(torch.tensor(d))
    y, grad, _ = forward_and_backward(one_layer(config, (7,)), x, d)
    same(y, theirs)
    same(grad, given_x.grad)


@given(st.tuples(*[st.integers(1, 6)] * 4), SEEDS)
def test_that_global_average_pooling_and_its_gradient_are_pytorchs(shape: tuple[int, int, int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, d = rng.standard_normal(shape), rng.standard_normal(shape[:2])
    given_x = leaf(x)
    theirs = functional.adaptive_avg_pool2d(given_x, 1).flatten(1)
    theirs.backward(torch.tensor(d))
    y, grad_input, _ = forward_and_backward(one_layer(GlobalAveragePoolConfig(), shape[1:]), x, d)
    same(y, theirs)
    same(grad_input, given_x.grad)


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9), SEEDS)
def test_that_dense_and_its_gradients_are_pytorchs(n: int, features: int, units: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    model = one_layer(DenseConfig(units), (features,), seed=seed % 1000)
    x, d = rng.standard_normal((n, features)), rng.standard_normal((n, units))
    leaves = [leaf(x), *map(leaf, model.parameters.layers[0].values())]
    theirs = functional.linear(*leaves)
    theirs.backward(torch.tensor(d))
    y, grad_input, gradient = forward_and_backward(model, x, d)
    same(y, theirs)
    same(grad_input, leaves[0].grad)
    same(gradient, torch.cat([each.grad.flatten() for each in leaves[1:]]))


@given(st.integers(2, 12), st.integers(1, 6), st.floats(0.01, 300), SEEDS)
def test_that_softmax_cross_entropy_and_its_gradient_are_pytorchs(
    classes: int, n: int, spread: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = spread * rng.standard_normal((n, classes)), rng.integers(0, classes, n)
    given_scores = leaf(scores)
    theirs = functional.cross_entropy(given_scores, torch.tensor(labels))
    theirs.backward()
    result = softmax_cross_entropy(scores.T, labels, n, Workspace(np.float64))
    assert result.total / n == pytest.approx(theirs.item(), rel=1e-12, abs=1e-14)
    same(result.grad_scores.T, given_scores.grad)


def lenet5(x: Any, parameters: list[Any]) -> Any:
    """LeNet-5 with ReLU and max pooling, written in PyTorch."""
    w1, b1, w2, b2, *dense = parameters
    y = functional.max_pool2d(torch.relu(functional.conv2d(x, w1, b1, padding=2)), 2)
    y = functional.max_pool2d(torch.relu(functional.conv2d(y, w2, b2)), 2).flatten(1)
    for i, (weight, bias) in enumerate(zip(dense[::2], dense[1::2], strict=True)):
        y = functional.linear(torch.relu(y) if i else y, weight, bias)
    return y


def digits(n: int) -> tuple[Array, Array]:
    """Return images with blank margins, as digits have: whole windows of ties after ReLU."""
    rng = np.random.default_rng(1)
    x = np.zeros((n, 1, 28, 28))
    x[:, :, 6:22, 8:20] = rng.random((n, 1, 16, 12)) * (rng.random((n, 1, 16, 12)) > 0.5)
    return x, rng.integers(0, 10, n)


def test_that_lenet5s_loss_and_every_gradient_are_pytorchs_with_blank_margins() -> None:
    chain = presets.load("lenet5").architecture
    model, (x, labels) = Model.build(chain, (1, 28, 28), np.random.default_rng(0), np.float64), digits(6)
    leaves = [leaf(view) for views in model.parameters.layers for view in views.values()]
    given_x, shard = leaf(x), Pass(model)
    theirs = functional.cross_entropy(lenet5(given_x, leaves), torch.tensor(labels))
    theirs.backward()
    result = shard.loss(x, labels)
    assert result.total / len(x) == pytest.approx(theirs.item(), rel=1e-12)
    same(shard.backward_from_scores(result.grad_scores), given_x.grad)
    same(shard.gradients.flat, torch.cat([each.grad.flatten() for each in leaves]))
