"""The shorter way through a chain, which training takes, beside the way layer by layer: the same loss and gradients."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.architecture import Architecture, LayerSpec, new_layer
from engine.errors import ShapeError
from engine.layer import LayerConfig, Part, Shape
from engine.layers.activation import IdentityConfig, LeakyReLUConfig, ReLUConfig, SigmoidConfig, TanhConfig
from engine.layers.batch_norm import BatchNormConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.dropout import DropoutConfig
from engine.layers.flatten import FlattenConfig
from engine.layers.gelu import GELUConfig
from engine.layers.plain import NAMES
from engine.layers.pool import Pool2DConfig
from engine.model import Model
from engine.passes import Pass
from tests.helpers.windows import SEEDS, Array

ON_VALUES: list[LayerConfig] = [
    ReLUConfig(), ReLUConfig(), ReLUConfig(), LeakyReLUConfig(0.0), LeakyReLUConfig(0.3), TanhConfig(), SigmoidConfig(),
    IdentityConfig(), GELUConfig(), BatchNormConfig(), DropoutConfig(0.3),
]  # fmt: skip
ON_MAPS: list[LayerConfig] = [
    Conv2DConfig(2, (3, 3), padding="same"),
    Conv2DConfig(3, (2, 3), (2, 1), (1, 1)),
    Conv2DConfig(2, (1, 1), bias=False),
    Conv2DConfig(2, (2, 2), padding="full", dilation=(2, 1)),
    Pool2DConfig("max"),
    Pool2DConfig("max", (3, 2), (1, 1)),
    Pool2DConfig("max", (1, 1), (1, 1)),
    Pool2DConfig("min"),
    Pool2DConfig("min", (2, 3), (2, 1), (1, 1)),
    Pool2DConfig("mean"),
    Pool2DConfig("mean", (2, 3), (1, 2), (1, 0)),
]
CLASSES = 3


def chain(configs: list[LayerConfig], shape: Shape) -> Architecture:
    """Return those of *configs* that take what reaches them, and an ending with a value for each class."""
    fitting: list[LayerConfig] = []
    for config in [*configs, FlattenConfig(), DenseConfig(4), *configs[:1], DenseConfig(CLASSES)]:
        try:
            shape = config.output_shape(shape)
        except ShapeError:
            continue
        fitting.append(config)
    return Architecture(tuple(LayerSpec(str(place), config) for place, config in enumerate(fitting)))


def both_ways(model: Model, x: Array, labels: Array, part: Part) -> tuple[list[Array], list[Array]]:
    """Return (loss, parameters' gradient, input's gradient) by the shorter way and layer by layer."""
    short, long = Pass(model, "mean squared error"), Pass(model, "mean squared error")
    result = short.loss(x, labels, part)
    grad_input = short.backward_from_scores(result.grad_scores).copy()
    ours = [np.array(result.total), short.gradients.flat.copy(), grad_input]
    outputs = long.activations(x, part)[-1].T
    wrong = outputs - np.eye(CLASSES)[labels]
    grad_input = long.backward(2 * wrong / wrong.size).copy()
    return ours, [np.square(wrong).sum() / CLASSES, long.gradients.flat.copy(), grad_input]


@pytest.mark.parametrize("backend", [name for name in NAMES if name != "reference"])
@settings(max_examples=100)
@given(st.lists(st.sampled_from(ON_VALUES) | st.sampled_from(ON_MAPS), min_size=1, max_size=7), st.booleans(), SEEDS)
def test_that_the_shorter_way_gives_the_loss_and_every_gradient(
    backend: str, configs: list[LayerConfig], training: bool, seed: int
) -> None:
    shape, rng = (2, 7, 6), np.random.default_rng(seed)
    model = Model.build(chain(configs, shape), shape, rng, np.float64, backend)
    model.parameters.flat += 0.1 * rng.random(model.parameters.flat.shape)  # zero biases are a special case
    x, labels = rng.standard_normal((4, *shape)), rng.integers(0, CLASSES, 4)
    for ours, theirs in zip(*both_ways(model, x, labels, Part(training, batch=4, key=(seed, 1))), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "scaled_tanh", "sigmoid", "identity", "gelu"])
@pytest.mark.parametrize("mode", ["max", "min", "mean"])
def test_that_blank_images_tie_alike_both_ways(activation: str, mode: str) -> None:
    layers = [new_layer("conv2d", filters=2, padding=1), new_layer(activation), new_layer("pool2d", mode=mode)]
    configs = [spec.config for spec in layers]
    model = Model.build(chain(configs, (1, 8, 8)), (1, 8, 8), np.random.default_rng(0), np.float64)
    model.parameters.flat += 0.01
    x = np.zeros((3, 1, 8, 8))
    x[:, :, 3:5, 2:5] = np.random.default_rng(1).standard_normal((3, 1, 2, 3))
    for ours, theirs in zip(*both_ways(model, x, np.array([0, 1, 2]), Part(True, batch=3)), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_that_the_shorter_way_leaves_the_images_and_the_parameters_as_they_were_and_repeats() -> None:
    layers = [new_layer("conv2d", filters=2), new_layer("relu"), new_layer("pool2d"), new_layer("relu")]
    model = Model.build(chain([spec.config for spec in layers], (1, 8, 8)), (1, 8, 8), np.random.default_rng(0))
    x, labels = np.random.default_rng(1).standard_normal((5, 1, 8, 8)).astype(np.float32), np.array([0, 1, 2, 0, 1])
    kept, shard = (x.copy(), model.parameters.flat.copy()), Pass(model, "mean squared error")
    first = shard.loss_and_gradients(x, labels).total, shard.gradients.flat.copy()
    shard.loss_and_gradients(-x[:2], labels[:2])
    assert shard.loss_and_gradients(x, labels).total == first[0]
    assert (shard.gradients.flat == first[1]).all()
    assert (x == kept[0]).all() and (model.parameters.flat == kept[1]).all()
