"""What a network costs: figures compared with arrays that are really there and products that are really added up."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops, presets, registry
from engine.architecture import Architecture, new_layer
from engine.layer import LayerConfig, Shape
from engine.layers.batch_norm import BatchNormConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.model import Model
from engine.summary import summarise
from tests.helpers import layers
from tests.helpers.layers import TYPES
from tests.helpers.windows import Convolution, convolutions

examples = settings(max_examples=60)


def config_of(convolution: Convolution) -> Conv2DConfig:
    reading = convolution.reading
    return Conv2DConfig(
        filters=convolution.filters, kernel_size=reading.kernel, stride=reading.stride, padding=reading.padding,
        dilation=reading.dilation, groups=convolution.groups, bias=convolution.biased,
    )  # fmt: skip


@examples
@given(convolutions())
def test_that_the_multiply_adds_of_a_convolution_are_the_ones_that_a_convolution_of_ones_adds_up(
    convolution: Convolution,
) -> None:
    """Padding counts: here it is ones as well, put there by hand."""
    reading = convolution.reading
    rows, cols = reading.window.rows, reading.window.cols
    x = np.ones((1, convolution.channels, rows.padded, cols.padded))
    weight = np.ones((convolution.filters, convolution.channels // convolution.groups, *reading.kernel))
    y = ops.conv2d(x, weight, stride=reading.stride, dilation=reading.dilation, groups=convolution.groups)
    assert config_of(convolution).multiply_adds((convolution.channels, *reading.size)) == y.sum()


@given(st.integers(1, 50), st.integers(1, 50))
def test_that_the_multiply_adds_of_dense_are_the_ones_that_a_product_of_ones_adds_up(units: int, features: int) -> None:
    assert DenseConfig(units=units).multiply_adds((features,)) == (np.ones((units, features)) @ np.ones(features)).sum()


def test_that_batch_normalisation_multiplies_and_shifts_each_value_once() -> None:
    assert BatchNormConfig().multiply_adds((3, 4, 5)) == 60
    assert BatchNormConfig().multiply_adds((7,)) == 7


@examples
@TYPES
@given(data=st.data())
def test_that_the_arithmetic_comes_out_at_the_number_of_learned_values(
    kind: registry.LayerType, data: st.DataObject
) -> None:
    config, shape = layers.draw(data, kind)
    count = sum(int(np.prod(s)) for s in config.parameter_shapes(shape).values())
    text = config.parameter_arithmetic(shape)
    assert bool(text) == bool(count)
    if text:
        terms, result = text.split(" = ")
        assert eval(terms.replace("×", "*")) == int(result.replace(",", "")) == count


@pytest.mark.parametrize(
    ("config", "shape", "text"),
    [
        (Conv2DConfig(filters=6, kernel_size=(5, 5)), (1, 28, 28), "6 × (1 × 5 × 5) + 6 = 156"),
        (Conv2DConfig(filters=16, kernel_size=(5, 3), bias=False), (6, 9, 9), "16 × (6 × 5 × 3) = 1,440"),
        (Conv2DConfig(filters=4, groups=4), (4, 9, 9), "4 × (1 × 3 × 3) + 4 = 40"),
        (DenseConfig(units=120), (400,), "120 × 400 + 120 = 48,120"),
        (BatchNormConfig(), (6, 9, 9), "2 × 6 = 12"),
    ],
)
def test_that_the_arithmetic_is_spelled_out(config: LayerConfig, shape: Shape, text: str) -> None:
    assert config.parameter_arithmetic(shape) == text


@pytest.mark.parametrize("name", presets.BUILDERS)
def test_that_memory_is_that_of_the_arrays_that_a_model_has(name: str) -> None:
    preset = presets.load(name)
    model = Model.build(preset.architecture, preset.input_shape, np.random.default_rng(0))
    values = model.activations(np.zeros((1, *preset.input_shape), np.float32))
    assert preset.summary.activation_bytes == sum(array.nbytes for array in values)
    assert preset.summary.parameter_bytes == model.parameters.flat.nbytes


def test_that_running_statistics_take_memory_but_are_not_learned() -> None:
    summary = summarise(Architecture((new_layer("batch_norm"),)), (3, 5, 5))
    assert (summary.parameters, summary.parameter_bytes) == (6, 4 * 12)


def test_that_a_chain_that_cannot_work_is_summed_up_as_far_as_it_does() -> None:
    chain = Architecture((new_layer("conv2d", filters=2), new_layer("dense", units=3), new_layer("relu")))
    summary = summarise(chain, (1, 5, 5))
    assert [layer.output for layer in summary.layers] == [(2, 3, 3), None, None]
    assert "Insert Flatten before it" in summary.layers[1].problem and not summary.layers[2].problem
    assert (summary.parameters, summary.multiply_adds) == (20, 2 * 9 * 9)
    assert summarise(Architecture(), (1, 5, 5)).activation_bytes == 100
