"""A model in the hands of a person at a notebook: forward as in training, backward, gradients, summary."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.errors import BadInputError
from engine.model import Model
from engine.passes import Pass
from tests.helpers import tiny
from tests.helpers.layers import Array

SHAPE = (1, 8, 8)
KEY = (7, 3)
MODES = pytest.mark.parametrize("training", [False, True], ids=["evaluating", "training"])


def build(architecture: Architecture | None = None, dtype: type = np.float64) -> Model:
    return Model.build(architecture or tiny.moody_architecture(), SHAPE, np.random.default_rng(0), dtype)


def normal(*shape: int, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal(shape)


def slopes(objective: Callable[[], float], values: Array, cells: Array) -> Array:
    """Return the central differences of *objective* along some *cells* of *values*."""
    found, step = [], 1e-6
    for cell in cells:
        before = values.flat[cell]
        values.flat[cell] = before + step
        right = objective()
        values.flat[cell] = before - step
        found.append((right - objective()) / (2 * step))
        values.flat[cell] = before
    return np.array(found)


@MODES
def test_that_backward_gives_the_slopes_of_the_output_for_the_input_and_each_parameter(training: bool) -> None:
    model, x, direction = build(), normal(5, *SHAPE), normal(5, 2, seed=2)

    def objective() -> float:
        return float(np.vdot(model.forward(x, training, KEY), direction))

    objective()
    pairs = [(x, model.backward(direction))]
    for values, gradients in zip(model.parameters.layers, model.gradients.layers, strict=True):
        pairs += [(values[name], gradient.copy()) for name, gradient in gradients.items()]
    assert len(pairs) == 7
    rng = np.random.default_rng(3)
    for values, gradient in pairs:
        assert gradient.shape == values.shape
        cells = rng.permutation(values.size)[:20]
        np.testing.assert_allclose(gradient.flat[cells], slopes(objective, values, cells), rtol=1e-5, atol=1e-8)


def test_that_the_gradient_of_a_loss_by_hand_is_the_one_that_training_takes() -> None:
    model, x, labels = build(), normal(4, *SHAPE), np.array([0, 1, 1, 0])
    shard = Pass(model)
    shard.loss_and_gradients(x, labels)
    p = model.forward(x)
    model.backward(-np.eye(2)[labels] / p / len(x))
    np.testing.assert_allclose(model.gradients.flat, shard.gradients.flat, rtol=1e-9, atol=1e-12)


def test_that_gradients_are_views_that_each_backward_writes_anew() -> None:
    model, x = build(), normal(3, *SHAPE)
    weight = model.gradients.layers[0]["weight"]
    assert weight.shape == model.parameters.layers[0]["weight"].shape and not weight.any()
    model.forward(x)
    model.backward(normal(3, 2))
    once = weight.copy()
    model.backward(normal(3, 2))
    assert once.any() and (weight == once).all()
    assert np.shares_memory(weight, model.gradients.flat)


def test_that_dropout_leaves_out_by_its_key_and_only_in_training() -> None:
    model = Model.build(Architecture((new_layer("dropout", rate=0.5),)), SHAPE, np.random.default_rng(0))
    x = np.ones((4, *SHAPE), np.float32)
    one, again, other = (model.forward(x, training=True, key=(0, step)) for step in (1, 1, 2))
    assert (one == again).all() and (one != other).any()
    assert set(np.unique(one)) == {0, 2}
    assert (model.forward(x) == x).all()


def test_that_batch_norm_measures_the_images_and_keeps_running_figures_only_in_training() -> None:
    model = build(Architecture((new_layer("batch_norm", momentum=0.5),)))
    x, kept = 3 + 2 * normal(6, *SHAPE), model.parameters.layers[0]
    np.testing.assert_allclose(model.forward(x), x, rtol=1e-5)
    assert kept["running_mean"] == 0
    np.testing.assert_allclose(model.forward(x, training=True), (x - x.mean()) / np.sqrt(x.var() + 1e-5), rtol=1e-9)
    np.testing.assert_allclose(kept["running_mean"], x.mean() / 2)
    np.testing.assert_allclose(kept["running_variance"], (1 + x.var(ddof=1)) / 2)
    kept["running_mean"][...] = 1
    assert model.forward(x).mean() == pytest.approx((x.mean() - 1) / np.sqrt(kept["running_variance"][0] + 1e-5))


def test_that_activations_can_be_those_of_training() -> None:
    model, x = build(), normal(4, *SHAPE)
    output = model.forward(x, training=True, key=KEY)
    assert (model.activations(x, training=True, key=KEY)[-1] == output).all()
    assert (model.activations(x)[-1] != output).any()


def test_that_backward_takes_and_returns_what_is_the_callers_own() -> None:
    model, direction = build(dtype=np.float32), normal(3, 2)
    given = direction.copy()
    model.forward(normal(3, *SHAPE))
    grad_input = model.backward(direction)
    kept = grad_input.copy()
    model.backward(-direction)
    assert (direction == given).all() and (grad_input == kept).all()
    assert grad_input.dtype == np.float32 and grad_input.flags.writeable and grad_input.flags.c_contiguous


def test_that_backward_of_maps_reads_the_fields_order() -> None:
    model, direction = build(Architecture((new_layer("relu"),))), normal(2, *SHAPE, seed=2)
    x = normal(2, *SHAPE)
    model.forward(x)
    assert (model.backward(direction) == direction * (x > 0)).all()


def test_that_backward_tells_what_it_lacks() -> None:
    model = build()
    with pytest.raises(BadInputError, match=r"no forward pass to go back through; call forward\(x\) first\."):
        model.backward(np.ones((3, 2)))
    model.forward(normal(3, *SHAPE))
    for wrong in ((2, 2), (3, 3), (2, 3), (3,)):
        with pytest.raises(BadInputError, match=r"grad_output has shape .*, but the last output has \(3, 2\); give"):
            model.backward(np.ones(wrong))
    with pytest.raises(BadInputError, match="grad_output"):
        model.backward(None)  # type: ignore[arg-type]


def test_that_a_summary_prints_shapes_arithmetic_work_and_memory() -> None:
    model = build(dtype=np.float32)
    text = str(model.summary())
    for part in ("Batch norm", "3 × 6 × 6", "3 × (1 × 3 × 3) + 3 = 30", "Total", "Memory of the parameters: 392 bytes"):
        assert part in text
    assert model.summary().parameter_bytes == model.parameters.flat.nbytes == 392
    assert build().summary().parameter_bytes == build().parameters.flat.nbytes == 784
