"""Convolution with dilation, groups and padding words, and pooling with words, beside PyTorch's in float64.

Padding is put around PyTorch's input by hand, for it has no 'full', no 'same' with a stride, and less padding for
pooling. Both add up the same products, so that they may differ by their order alone (``tests.helpers.rounding``).
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.architecture import Architecture, new_layer
from engine.model import Model
from engine.passes import Pass
from tests.helpers.rounding import assert_same_sums
from tests.helpers.windows import SEEDS, Array, Convolution, Reading, convolutions, readings

torch: Any = pytest.importorskip("torch", reason="PyTorch is the other implementation to compare with")
functional: Any = torch.nn.functional
torch.set_num_threads(1)

INFINITY = float("inf")


def leaf(array: Array) -> Any:
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def sides(reading: Reading, axis: int) -> tuple[int, int]:
    """Return the padding before and after the pixels of an axis: TensorFlow's rule for 'same'."""
    size, stride = reading.size[axis], reading.stride[axis]
    extent = (reading.kernel[axis] - 1) * reading.dilation[axis] + 1
    if reading.padding == "same":
        last = extent - stride if size % stride == 0 else extent - size % stride
        return max(0, last) // 2, max(0, last) - max(0, last) // 2
    numeric = {"valid": 0, "full": extent - 1}.get(reading.padding) if isinstance(reading.padding, str) else None
    side = reading.padding[axis] if numeric is None else numeric
    return side, side


def padded(x: Any, reading: Reading, value: float = 0.0) -> Any:
    return functional.pad(x, (*sides(reading, 1), *sides(reading, 0)), value=value)


@settings(max_examples=150)
@given(convolutions(), SEEDS)
def test_that_convolution_and_every_gradient_are_pytorchs(case: Convolution, seed: int) -> None:
    arguments = x, weight, bias, d = case.arguments(seed)
    leaves = [leaf(x), leaf(weight), leaf(np.zeros(case.filters) if bias is None else bias)]
    reading = case.reading
    y = functional.conv2d(
        padded(leaves[0], reading), *leaves[1:], stride=reading.stride, dilation=reading.dilation, groups=case.groups
    )
    y.backward(torch.tensor(d))
    theirs = y.detach().numpy(), *(each.grad.numpy() for each in leaves)
    case.assert_same(case.results(ops, *arguments), theirs, arguments)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@given(convolutions(), SEEDS)
def test_that_same_without_a_stride_is_what_pytorch_calls_so(case: Convolution, seed: int) -> None:
    x, weight, _, _ = case.arguments(seed)
    how = {"padding": "same", "dilation": case.reading.dilation, "groups": case.groups}
    theirs = functional.conv2d(torch.tensor(x), torch.tensor(weight), **how)
    np.testing.assert_allclose(ops.conv2d(x, weight, **how), theirs.numpy(), rtol=1e-10, atol=1e-12)


def pooled(x: Any, reading: Reading, mode: str) -> Any:
    if mode == "mean":
        return functional.avg_pool2d(padded(x, reading), reading.kernel, reading.stride)
    sign = 1 if mode == "max" else -1
    return sign * functional.max_pool2d(padded(sign * x, reading, -INFINITY), reading.kernel, reading.stride)


@settings(max_examples=150)
@given(readings(pooling=True), st.sampled_from(["max", "mean", "min"]), SEEDS, st.booleans())
def test_that_pooling_and_its_gradient_are_pytorchs_with_ties_and_without(
    reading: Reading, mode: str, seed: int, ties: bool
) -> None:
    rng = np.random.default_rng(seed)
    shape = (2, 2, *reading.size)
    x = rng.integers(-1, 2, shape).astype(float) if ties else rng.standard_normal(shape)
    d = rng.standard_normal((2, 2, *reading.window.output))
    given_x = leaf(x)
    theirs = pooled(given_x, reading, mode)
    theirs.backward(torch.tensor(d))
    how = (reading.kernel, reading.stride, reading.padding, mode)
    exact = (
        np.abs(x).max() * np.ones_like(d) if mode == "mean" else np.zeros_like(d)
    )  # a winner is a pixel, bit for bit
    assert_same_sums(ops.pool2d(x, *how), theirs.detach().numpy(), exact, reading.taps)
    absolute = np.abs(d).sum() * (reading.window.read_counts() > 0) * np.ones_like(x)
    assert_same_sums(ops.pool2d_backward(d, x, *how), given_x.grad.numpy(), absolute, reading.taps)


GROUPED = Architecture(
    (
        new_layer("conv2d", filters=4, padding="same", groups=2, bias=False),
        new_layer("relu"),
        new_layer("pool2d", size=3, stride=2, padding=1),
        new_layer("conv2d", filters=8, kernel_size=(2, 3), stride=(1, 2), padding=2, dilation=2, groups=4),
        new_layer("tanh"),
        new_layer("pool2d", mode="min", size=2, stride=1),
        new_layer("conv2d", filters=3, kernel_size=2, padding="full"),
        new_layer("flatten"),
        new_layer("dense", units=4),
        new_layer("softmax"),
    )
)


def grouped(x: Any, w1: Any, w2: Any, b2: Any, w3: Any, b3: Any, weight: Any, bias: Any) -> Any:
    """GROUPED, written in PyTorch."""
    y = functional.max_pool2d(torch.relu(functional.conv2d(x, w1, padding=1, groups=2)), 3, 2, padding=1)
    y = torch.tanh(functional.conv2d(y, w2, b2, stride=(1, 2), padding=2, dilation=2, groups=4))
    y = functional.conv2d(-functional.max_pool2d(-y, 2, 1), w3, b3, padding=1)
    return functional.linear(y.flatten(1), weight, bias)


def test_that_a_network_with_groups_and_dilation_has_pytorchs_loss_and_gradients_with_blank_margins() -> None:
    model, rng = Model.build(GROUPED, (2, 9, 8), np.random.default_rng(0), np.float64), np.random.default_rng(1)
    x, labels = np.zeros((3, 2, 9, 8)), np.array([3, 0, 1])
    x[:, :, 3:8, 2:6] = rng.standard_normal((3, 2, 5, 4))
    leaves = [leaf(view) for views in model.parameters.layers for view in views.values()]
    given_x, shard = leaf(x), Pass(model)
    theirs = functional.cross_entropy(grouped(given_x, *leaves), torch.tensor(labels))
    theirs.backward()
    result = shard.loss(x, labels)
    grad_input = shard.backward_from_scores(result.grad_scores)
    assert result.total / len(x) == pytest.approx(theirs.item(), rel=1e-12)
    same = {"rtol": 1e-10, "atol": 1e-13}
    np.testing.assert_allclose(shard.gradients.flat, np.concatenate([w.grad.numpy().ravel() for w in leaves]), **same)
    np.testing.assert_allclose(grad_input, given_x.grad.numpy(), **same)
