"""What each output depends on, as its layer says, against what changes when one input channel does."""

import numpy as np
import pytest

from engine import registry
from engine.architecture import Architecture, LayerSpec
from engine.errors import ShapeError
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.model import Model

CONFIGS = [
    *(kind.config() for kind in registry.all_types()),
    Conv2DConfig(6, (2, 2), groups=2),
    Conv2DConfig(4, (1, 1), groups=4),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{type(config).__name__} {config.summary()}")
@pytest.mark.parametrize("shape", [(4, 5, 6), (12,)], ids=str)
def test_that_a_layer_names_what_each_of_its_outputs_depends_on(config: LayerConfig, shape: tuple[int, ...]) -> None:
    try:
        config.output_shape(shape)
    except ShapeError:
        pytest.skip("the layer does not fit this input")
    rng = np.random.default_rng(0)
    model = Model.build(Architecture((LayerSpec("one", config),)), shape, rng, np.float64)
    x = rng.random((1, *shape))
    before = model.forward(x)[0]
    changed = np.zeros((len(before), shape[0]), bool)
    for channel in range(shape[0]):
        other = x.copy()
        other[:, channel] += 1
        moved = model.forward(other)[0] != before
        changed[:, channel] = moved.reshape(len(before), -1).any(axis=1)
    named = np.zeros_like(changed)
    for output in range(len(before)):
        named[output, list(config.sources(shape, output))] = True
    np.testing.assert_array_equal(changed, named)
