"""What no layer type may depend on: how a mini-batch is cut, what is beside a sample, the order of memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import registry
from engine.architecture import Architecture, new_layer
from engine.layer import Part, Workspace
from engine.layers.plain import NAMES
from engine.model import Model
from tests.helpers.layers import TYPES, draw, fitting_shapes, forward_and_backward, in_parts, one_layer

FEW = settings(max_examples=25)


@TYPES
@FEW
@given(st.data(), st.integers(3, 40), st.integers(0, 2**32 - 1))
def test_that_it_does_not_matter_how_a_mini_batch_is_cut(
    kind: registry.LayerType, data: st.DataObject, n: int, seed: int
) -> None:
    config, shape = draw(data, kind)
    cuts = sorted(data.draw(st.sets(st.integers(1, n - 1), min_size=1, max_size=2)))
    rng = np.random.default_rng(seed)
    x, d = rng.standard_normal((n, *shape)), rng.standard_normal((n, *config.output_shape(shape)))
    whole, cut = one_layer(config, shape), one_layer(config, shape)
    expected, results = in_parts(whole, x, d, key=(seed, 5)), in_parts(cut, x, d, cuts, key=(seed, 5))
    # The same sums in another order; batch normalisation divides by a deviation of at least sqrt(epsilon), 1e-5.
    for ours, theirs in zip((*results, cut.parameters.flat), (*expected, whole.parameters.flat), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@TYPES
@FEW
@given(st.data(), st.integers(0, 2**32 - 1))
def test_that_evaluation_draws_nothing_measures_nothing_and_looks_at_each_sample_alone(
    kind: registry.LayerType, data: st.DataObject, seed: int
) -> None:
    config, shape = draw(data, kind)
    model, x = one_layer(config, shape), np.random.default_rng(seed).standard_normal((3, *shape))
    before, d = model.parameters.flat.copy(), np.ones((3, *config.output_shape(shape)))
    y, grad_input, _ = forward_and_backward(model, x, d, Part(batch=3, key=(0, 1)))
    again = forward_and_backward(model, x, d, Part(first=7, batch=20, key=(seed, 2)))
    assert (again[0] == y).all() and (again[1] == grad_input).all()
    assert (model.parameters.flat == before).all()
    np.testing.assert_allclose(forward_and_backward(model, x[1:2], d[1:2])[0], y[1:2], rtol=1e-12, atol=1e-12)


@TYPES
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("backend", NAMES)
def test_that_it_does_not_matter_in_which_memory_order_the_layer_before_leaves_its_maps(
    kind: registry.LayerType, training: bool, backend: str
) -> None:
    between = [] if fitting_shapes(kind.config(), [(2, 6, 5)]) else [new_layer("flatten")]
    chain = Architecture((new_layer("conv2d", filters=2, padding=1), *between, new_layer(kind.name)))
    models = [Model.build(chain, (1, 6, 5), np.random.default_rng(0), np.float64, name) for name in ("fast", backend)]
    rng = np.random.default_rng(1)
    x, d = rng.standard_normal((4, 1, 6, 5)), rng.standard_normal((4, *models[0].output_shape))
    expected, ours = (forward_and_backward(model, x, d, Part(training, batch=4)) for model in models)
    for a, b in zip(ours, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@given(st.permutations(range(4)), st.tuples(*[st.integers(1, 4)] * 4))
def test_that_a_buffer_like_an_array_lies_in_memory_as_it_does(order: list[int], shape: tuple[int, ...]) -> None:
    array = np.empty(shape, np.float32).transpose(order)
    work = Workspace(np.float32)
    buffer = work.like("y", array)
    assert buffer.shape == array.shape
    longer = [axis for axis in range(4) if array.shape[axis] > 1]  # the stride of any other means nothing
    assert [buffer.strides[axis] for axis in longer] == [array.strides[axis] for axis in longer]
    assert np.shares_memory(buffer, work.like("y", array))
