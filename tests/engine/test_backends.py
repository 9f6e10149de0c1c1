"""Whole networks on every backend: the same outputs, loss and gradients; whose memory is in which order."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.architecture import Architecture, LayerSpec, new_layer
from engine.errors import BadInputError
from engine.layer import Shape
from engine.layers.conv import Conv2DConfig
from engine.layers.plain import NAMES
from engine.layers.pool import Pool2DConfig
from engine.model import Model
from engine.passes import Pass
from tests.helpers.windows import SEEDS, Array, readings

OTHERS = pytest.mark.parametrize("backend", [name for name in NAMES if name != "fast"])
Layers = list[Any]  # a name, or (name, settings)


def chain(*layers: Any) -> Architecture:
    return Architecture(
        tuple(new_layer(each) if isinstance(each, str) else new_layer(each[0], **each[1]) for each in layers)
    )


PLAIN = chain(("conv2d", {"filters": 3}), "relu", "pool2d", "flatten", ("dense", {"units": 4}), "softmax")
SEVERAL = chain(
    ("conv2d", {"filters": 4, "padding": "same", "groups": 2, "bias": False}),
    "relu",
    ("pool2d", {"size": 3, "stride": 2, "padding": 1}),
    ("conv2d", {"filters": 8, "kernel_size": (2, 3), "stride": (1, 2), "padding": (1, 2), "dilation": 2, "groups": 4}),
    "tanh",
    ("pool2d", {"mode": "min", "size": 2, "stride": 1, "padding": "same"}),
    ("conv2d", {"filters": 3, "kernel_size": 2, "padding": "full"}),
    "sigmoid",
    ("pool2d", {"mode": "mean", "size": (2, 3), "stride": 3, "padding": "valid"}),
    "flatten",
    ("dense", {"units": 4}),
    "softmax",
)  # fmt: skip
NETWORKS = pytest.mark.parametrize("architecture", [PLAIN, SEVERAL], ids=["plain", "several"])


def built(architecture: Architecture, backend: str, dtype: Any = np.float64, shape: Shape = (2, 9, 8)) -> Model:
    return Model.build(architecture, shape, np.random.default_rng(0), dtype, backend)


def samples(n: int = 3, shape: Shape = (2, 9, 8)) -> tuple[Array, Array]:
    """Return images with a blank margin, so that whole windows tie after ReLU."""
    rng = np.random.default_rng(1)
    x = np.zeros((n, *shape), np.float32)
    x[:, :, 3:8, 2:6] = rng.standard_normal((n, shape[0], 5, 4))
    return x, rng.integers(0, 4, n)


def everything(model: Model, x: Array, labels: Array) -> tuple[Array, ...]:
    """Return every activation, the loss, every parameter's gradient and the input's."""
    shard = Pass(model)
    result = shard.loss(x, labels)
    grad_input = shard.backward_from_scores(result.grad_scores).copy()
    gradients = shard.gradients.flat.copy(), grad_input
    return *(a.copy() for a in model.activations(x)), np.array(result.total), *gradients


@OTHERS
@NETWORKS
def test_that_every_value_and_gradient_is_that_of_the_fast_path(architecture: Architecture, backend: str) -> None:
    x, labels = samples()
    fast, other = (everything(built(architecture, name), x, labels) for name in ("fast", backend))
    for ours, theirs in zip(other, fast, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13)


@OTHERS
@NETWORKS
def test_that_the_parameters_drawn_are_the_same(architecture: Architecture, backend: str) -> None:
    assert (built(architecture, backend).parameters.flat == built(architecture, "fast").parameters.flat).all()


@pytest.mark.parametrize("backend", NAMES)
@NETWORKS
def test_that_float32_stays_float32_and_near_to_float64(architecture: Architecture, backend: str) -> None:
    x, labels = samples()
    single, double = (built(architecture, backend, dtype) for dtype in (np.float32, np.float64))
    double.parameters.flat[...] = single.parameters.flat
    *ours, total, gradients, grad_input = everything(single, x, labels)
    *exact, exact_total, exact_gradients, exact_grad_input = everything(double, x, labels)
    assert {value.dtype for value in (*ours, gradients, grad_input)} == {np.dtype(np.float32)}
    for a, b in zip((*ours, total), (*exact, exact_total), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(gradients, exact_gradients, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(grad_input, exact_grad_input, rtol=1e-4, atol=1e-6)


@settings(max_examples=40)
@OTHERS
@given(st.data(), st.sampled_from(["max", "mean", "min"]), SEEDS)
def test_that_layers_with_any_window_agree_in_a_chain(backend: str, data: st.DataObject, mode: str, seed: int) -> None:
    conv, pool = data.draw(readings()), data.draw(readings(pooling=True))
    depth = data.draw(st.integers(1, 2))
    first = Conv2DConfig(2 * depth, conv.kernel, conv.stride, conv.padding, conv.dilation, groups=depth)
    grown = Conv2DConfig(2, (1, 1), padding=(3, 3))  # so that the pooling fits
    layers = (first, grown, Pool2DConfig(mode, pool.kernel, pool.stride, pool.padding))
    architecture = Architecture(tuple(LayerSpec(str(i), config) for i, config in enumerate(layers)))
    shape, rng = (depth, *conv.size), np.random.default_rng(seed)
    x = rng.standard_normal((2, *shape))
    models = [built(architecture, name, shape=shape) for name in ("fast", backend)]
    d = rng.standard_normal((2, *models[0].output_shape))
    passes = [Pass(model) for model in models]
    for ours, theirs in zip(*(each.activations(x) for each in passes), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(*(each.backward(d) for each in passes), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(*(each.gradients.flat for each in passes), rtol=1e-11, atol=1e-12)


@OTHERS
@NETWORKS
def test_that_images_lie_one_after_the_other_from_the_first_convolution_to_flatten(
    architecture: Architecture, backend: str
) -> None:
    model, (x, _) = built(architecture, backend), samples()
    values = model.activations(x)
    assert all(a.strides[0] == a[0].nbytes for a in values[1:] if a.ndim == 4)
    for spec, (before, after) in zip(architecture.layers, pairwise(values), strict=True):
        assert spec.type.category != "Activation" or before.strides == after.strides


@NETWORKS
def test_that_maps_of_the_fast_path_have_the_batch_innermost(architecture: Architecture) -> None:
    model, (x, _) = built(architecture, "fast"), samples()
    for a in (a for a in model.activations(x) if a.ndim == 4):
        assert a.transpose(2, 1, 3, 0).flags.c_contiguous


@OTHERS
def test_that_a_pass_used_before_gives_what_a_fresh_one_gives(backend: str) -> None:
    model, used = built(SEVERAL, backend), None
    for n in (3, 1, 2, 3):
        x, labels = samples(n)
        used = used or Pass(model)
        fresh = Pass(model)
        assert used.loss_and_gradients(x, labels).total == fresh.loss_and_gradients(x, labels).total
        assert (used.gradients.flat == fresh.gradients.flat).all()


@OTHERS
@NETWORKS
def test_that_no_pass_writes_to_what_it_reads(architecture: Architecture, backend: str) -> None:
    model, (x, labels) = built(architecture, backend), samples()
    before = x.copy(), labels.copy(), model.parameters.flat.copy()
    everything(model, x, labels)
    for now, then in zip((x, labels, model.parameters.flat), before, strict=True):
        assert (now == then).all()


# What cannot be.


@pytest.mark.parametrize("architecture", [PLAIN, chain("flatten", "dense"), chain("pool2d")])
@pytest.mark.parametrize("backend", ["cudnn", "", "FAST"])
def test_that_an_unknown_backend_is_refused_with_those_there_are(architecture: Architecture, backend: str) -> None:
    with pytest.raises(BadInputError) as caught:
        built(architecture, backend)
    assert str(caught.value) == f"backend={backend!r} is not known; use one of fast, reference, im2col."


@pytest.mark.parametrize("config", [Conv2DConfig(), Pool2DConfig()])
def test_that_a_layer_by_itself_refuses_it_too(config: Any) -> None:
    with pytest.raises(BadInputError, match="backend='gpu' is not known; use one of fast, reference, im2col"):
        config.build((1, 5, 5), "gpu")


@pytest.mark.parametrize("backend", NAMES)
def test_that_images_that_the_network_cannot_read_are_refused(backend: str) -> None:
    model, (x, _) = built(PLAIN, backend), samples()
    for bad, message in (
        (x[:0], r"x has shape \(0, 2, 9, 8\); this network reads \(N, 2, 9, 8\), N >= 1\."),
        (x[0], r"x has shape \(2, 9, 8\); this network reads \(N, 2, 9, 8\)"),
        (x[:, :1], r"x has shape \(3, 1, 9, 8\); this network reads"),
        (x.astype(str), "x holds values of type <U32; give an array of real numbers"),
        (x + 1j, "x holds values of type complex64; give an array of real numbers"),
    ):
        with pytest.raises(BadInputError, match=message):
            model.forward(bad)


def test_that_images_may_be_lists_or_whole_numbers() -> None:
    model, x = built(PLAIN, "fast"), np.arange(144).reshape(1, 2, 9, 8)
    assert (model.forward(x.tolist()) == model.forward(x.astype(float))).all()
    assert (model.forward(x.astype(np.uint8)) == model.forward(x.astype(float))).all()
