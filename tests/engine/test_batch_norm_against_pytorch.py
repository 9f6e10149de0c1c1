"""Batch normalisation beside PyTorch's, in float64, where PyTorch is installed: several steps, then evaluation.

Both compute the same sums in another order, to about 1e-15 of the largest term; then each gradient is divided by a
deviation, at least sqrt(1e-5), and two terms of it nearly cancel where a channel has few values.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layer import Part
from engine.layers.batch_norm import BatchNormConfig
from engine.model import Model
from tests.helpers.layers import Array, forward_and_backward, one_layer

torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)

MAPS = st.tuples(*[st.integers(1, 5)] * 3)
VALUES = st.tuples(st.integers(1, 9))


def theirs_of(model: Model, config: BatchNormConfig, shape: tuple[int, ...]) -> Any:
    """Return PyTorch's layer with the parameters and statistics of *model*."""
    kind = torch.nn.BatchNorm2d if len(shape) == 3 else torch.nn.BatchNorm1d
    layer = kind(shape[0], eps=config.epsilon, momentum=config.momentum, dtype=torch.float64)
    views = model.parameters.layers[0]
    with torch.no_grad():
        for name, tensor in (("scale", layer.weight), ("shift", layer.bias), ("running_mean", layer.running_mean),
                             ("running_variance", layer.running_var)):  # fmt: skip
            tensor.copy_(torch.tensor(views[name]))
    return layer


def passed(layer: Any, x: Array, d: Array) -> tuple[Array, Array, Array]:
    """Return (output, grad_input, gradient of scale and shift) by PyTorch."""
    layer.zero_grad()
    given_x = torch.tensor(x, requires_grad=True)
    y = layer(given_x)
    y.backward(torch.tensor(d))
    return y.detach().numpy(), given_x.grad.numpy(), torch.cat([layer.weight.grad, layer.bias.grad]).numpy()


def same(ours: Array, theirs: Array) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-10)


@settings(max_examples=60)
@given(
    MAPS | VALUES,
    st.lists(st.integers(2, 6), min_size=1, max_size=4),
    st.sampled_from([0.1, 0.01, 1.0]),
    st.sampled_from([1e-5, 1e-3, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_that_steps_and_evaluation_are_pytorchs(
    shape: tuple[int, ...], steps: list[int], momentum: float, epsilon: float, seed: int
) -> None:
    rng, config = np.random.default_rng(seed), BatchNormConfig(momentum, epsilon)
    model = one_layer(config, shape)
    theirs = theirs_of(model, config, shape)
    for training, n in [*((True, n) for n in steps), (False, 3), (True, 4), (False, 1)]:
        theirs.train(training)
        x, d = 3 * rng.standard_normal((n, *shape)) + 1, rng.standard_normal((n, *shape))
        ours = forward_and_backward(model, x, d, Part(training, batch=n))
        for a, b in zip(ours, passed(theirs, x, d), strict=True):
            same(a, b)
        same(model.parameters.layers[0]["running_mean"], theirs.running_mean.numpy())
        same(model.parameters.layers[0]["running_variance"], theirs.running_var.numpy())


def test_that_ties_and_blank_maps_are_pytorchs() -> None:
    x = np.zeros((4, 2, 5, 5))
    x[:, 1, 1:4, 1:4] = np.random.default_rng(0).integers(-1, 2, (4, 3, 3))
    d = np.random.default_rng(1).standard_normal(x.shape)
    config = BatchNormConfig()
    model = one_layer(config, x.shape[1:])
    theirs = theirs_of(model, config, x.shape[1:])
    for a, b in zip(forward_and_backward(model, x, d, Part(True, batch=4)), passed(theirs, x, d), strict=True):
        same(a, b)
