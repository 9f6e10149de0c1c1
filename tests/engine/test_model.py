"""A built network: its forward pass, its gradients, and what belongs to whom."""

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.errors import BadInputError
from engine.gradcheck import check_model
from engine.model import Model
from engine.ops import reference
from engine.passes import Pass
from tests.helpers.layers import Array

SHAPE = (2, 9, 8)
NETWORKS = {
    "conv relu max": ("conv2d", "relu", "pool2d", "flatten", "dense", "softmax"),
    "conv tanh conv sigmoid": ("conv2d", "tanh", "conv2d", "sigmoid", "flatten", "dense", "softmax"),
    "pool first": ("pool2d", "conv2d", "relu", "flatten", "dense", "relu", "dense", "softmax"),
    "dense alone": ("flatten", "dense", "softmax"),
    "softmax inside": ("flatten", "dense", "softmax", "dense", "softmax"),
}


def chain(*names: str) -> Architecture:
    small = {"conv2d": {"filters": 3}, "dense": {"units": 4}}
    return Architecture(tuple(new_layer(name, **small.get(name, {})) for name in names))


def build(*names: str, dtype: type = np.float64, seed: int = 0) -> Model:
    return Model.build(chain(*names), SHAPE, np.random.default_rng(seed), dtype)


def images(n: int = 3, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal((n, *SHAPE))


def test_that_forward_is_the_loops_one_after_the_other() -> None:
    strided = new_layer("conv2d", filters=3, kernel_size=[3, 2], stride=[2, 1], padding=[1, 0])
    pooling = new_layer("pool2d", mode="mean", size=[2, 3], stride=[1, 2], padding=[1, 1])
    chain = Architecture((strided, new_layer("relu"), pooling, new_layer("flatten"), new_layer("dense", units=4)))
    model, x = Model.build(chain, SHAPE, np.random.default_rng(0), np.float64), images()
    model.parameters.flat += 0.1
    conv, dense = model.parameters.layers[0], model.parameters.layers[4]
    y = np.maximum(reference.conv2d(x, conv["weight"], conv["bias"], (2, 1), (1, 0)), 0)
    y = reference.pool2d(y, (2, 3), (1, 2), (1, 1), "mean").reshape(3, -1)
    np.testing.assert_allclose(model.forward(x), y @ dense["weight"].T + dense["bias"], rtol=1e-12)


@pytest.mark.parametrize("names", NETWORKS.values(), ids=NETWORKS.keys())
def test_that_every_gradient_of_a_network_is_the_slope_of_its_loss(names: tuple[str, ...]) -> None:
    report = check_model(build(*names), images(), np.array([0, 3, 1]), np.random.default_rng(2), samples=25)
    assert report.passed, str(report)


def test_that_backward_from_the_probabilities_agrees_with_training() -> None:
    model, x, labels = build("conv2d", "relu", "flatten", "dense", "softmax"), images(), np.array([0, 3, 1])
    shard = Pass(model)
    result = shard.loss_and_gradients(x, labels)
    trained, grad_scores = shard.gradients.flat.copy(), result.grad_scores.copy()
    p = shard.activations(x)[-1]
    grad_input = shard.backward(-np.eye(4)[labels] / p.T / 3).copy()
    np.testing.assert_allclose(shard.gradients.flat, trained, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(shard.backward_from_scores(grad_scores), grad_input, rtol=1e-9, atol=1e-12)


def test_that_gradients_are_those_of_the_last_pass_and_never_add_up() -> None:
    model, labels = build("conv2d", "flatten", "dense", "softmax"), np.array([0, 3, 1])
    shard, fresh = Pass(model), Pass(model)
    for seed in (1, 2, 3):
        shard.loss_and_gradients(images(seed=seed), labels)
    fresh.loss_and_gradients(images(seed=3), labels)
    assert (shard.gradients.flat == fresh.gradients.flat).all()


def test_that_a_layer_that_cannot_work_is_named_with_its_place_and_remedy() -> None:
    with pytest.raises(BadInputError, match=r"Layer 2 \(Dense\) cannot work\. Dense needs a vector.*Flatten"):
        build("conv2d", "dense")


def test_that_an_empty_chain_passes_its_input_through() -> None:
    model, x = build(), images()
    assert (model.forward(x) == x).all()
    assert (model.output_shape, model.parameters.flat.size) == (SHAPE, 0)


@pytest.mark.parametrize("shape", [(3, 2, 9, 9), (3, 1, 9, 8), (3, 2, 10, 9), (2, 9, 8), (3, 144)])
def test_that_input_of_another_shape_is_refused_and_never_cropped(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInputError, match=r"this network reads \(N, 2, 9, 8\)"):
        build("conv2d", "relu").forward(np.zeros(shape))


def test_that_activations_are_the_input_and_each_layers_output_in_the_fields_order() -> None:
    model, x = build("conv2d", "relu", "pool2d", "flatten", "dense", "softmax"), images()
    shapes = [a.shape for a in model.activations(x)]
    assert shapes == [(3, 2, 9, 8), (3, 3, 7, 6), (3, 3, 7, 6), (3, 3, 3, 3), (3, 27), (3, 4), (3, 4)]
    given, correlated, kept, *_, last = model.activations(x)
    assert (given == x).all()
    assert correlated.min() < 0 and (kept == np.maximum(correlated, 0)).all()
    assert (last == model.forward(x)).all()


def test_that_activations_are_read_only() -> None:
    for values in build("conv2d", "flatten", "dense").activations(images()):
        with pytest.raises(ValueError, match="read-only"):
            values[...] = 0


def test_that_the_result_of_forward_stays_when_the_model_goes_on() -> None:
    model = build("conv2d", "relu")
    first = model.forward(images(seed=1))
    kept = first.copy()
    model.forward(images(seed=2))
    assert (first == kept).all() and first.flags.writeable


def test_that_batches_of_different_sizes_can_alternate() -> None:
    model = build("conv2d", "relu", "pool2d", "flatten", "dense", "softmax")
    x = images(5)
    together = model.forward(x)
    for part in (slice(0, 1), slice(1, 4), slice(0, 1), slice(4, 5)):
        np.testing.assert_allclose(model.forward(x[part]), together[part], rtol=1e-13)


def test_that_two_passes_of_a_model_do_not_disturb_each_other() -> None:
    model, labels = build("conv2d", "relu", "flatten", "dense", "softmax"), np.array([0, 3, 1])
    one, other = Pass(model), Pass(model)
    expected = one.loss(images(), labels).grad_scores.copy()
    result = one.loss(images(), labels)
    other.loss_and_gradients(images(seed=9), labels)
    assert (result.grad_scores == expected).all()
    assert not np.shares_memory(one.gradients.flat, other.gradients.flat)


def test_that_the_same_seed_builds_the_same_model_and_another_seed_another() -> None:
    names = NETWORKS["conv relu max"]
    first, again, other = (build(*names, seed=seed).parameters.flat for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


def test_that_a_model_computes_in_its_own_type() -> None:
    model = build("conv2d", "tanh", "flatten", "dense", "softmax", dtype=np.float32)
    assert {a.dtype for a in model.activations(images())} == {np.dtype(np.float32)}
    np.testing.assert_allclose(
        model.forward(images()), build("conv2d", "tanh", "flatten", "dense", "softmax").forward(images()), rtol=1e-5
    )


def test_that_new_gradients_have_the_form_of_the_parameters() -> None:
    model = build("conv2d", "flatten", "dense")
    gradients = model.new_gradients()
    assert gradients.flat.shape == model.parameters.flat.shape and not gradients.flat.any()
    assert [list(views) for views in gradients.layers] == [["weight", "bias"], [], ["weight", "bias"]]
    assert not np.shares_memory(gradients.flat, model.parameters.flat)
