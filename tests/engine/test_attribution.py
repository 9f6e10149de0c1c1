"""Why a class: sums that equal the logit, slopes, maps and drops, each computed another way."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import registry
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.errors import BadInputError
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.flatten import FlattenConfig
from engine.model import Model
from engine.pieces import finished
from engine.trace import replay
from engine.trace.attribution import enlarged, grad_cam, input_gradient
from engine.trace.contributions import Contributions, contributions
from engine.trace.occlusion import MOST_IMAGES, Occlusion, Patch, occlusion
from engine.trace.record import Trace
from engine.trace.tracer import Tracer
from tests.helpers.layers import SHAPES, TYPES, Array, configs, draw, fitting_shapes

CLASSES = 3
ENDS = ("softmax", "sigmoid", "tanh", None)


def traced(layers: list[LayerConfig], shape: tuple[int, ...], seed: int, blank: float = 0.3) -> tuple[Trace, Model]:
    """Return the trace of an image, a share of whose pixels is 0, through layers whose every number is drawn."""
    rng = np.random.default_rng(seed)
    specs = tuple(LayerSpec(f"l{n}", config) for n, config in enumerate(layers))
    model = Model.build(Architecture(specs), shape, rng, np.float64)
    model.parameters.flat += 0.2 * rng.random(model.parameters.flat.shape)
    x = rng.standard_normal((1, *shape)) * (rng.random((1, *shape)) >= blank)
    return Tracer(model).trace(x, np.array([0])), model


def classifier(*layers: LayerConfig, end: str | None = "softmax") -> list[LayerConfig]:
    last = [new_layer(end).config] if end else []
    return [*layers, FlattenConfig(), DenseConfig(CLASSES), *last]


def logits_of(model: Model, x: Array, end: str | None) -> Array:
    """Return the logits (N, K) of images by a plain forward."""
    return model.activations(x)[-2 if end in ("softmax", "sigmoid") else -1]


def assert_adds_up(found: Contributions, logit: float) -> None:
    parts = (found.positive, found.negative, *found.biases)
    assert found.logit == pytest.approx(logit, rel=1e-12)
    assert sum(parts) == pytest.approx(logit, abs=1e-10 * (1 + sum(map(abs, parts))))
    assert found.positive + found.negative == pytest.approx(found.pixels.sum(), abs=1e-10 * (1 + found.positive))


@TYPES
@settings(max_examples=25)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_that_the_contributions_of_every_layer_type_add_up_to_the_logit(
    kind: registry.LayerType, data: st.DataObject, seed: int
) -> None:
    config, shape = draw(data, kind)
    before = [] if len(shape) == 3 else [FlattenConfig()]
    trace, model = traced(classifier(*before, config), shape if len(shape) == 3 else (1, 1, *shape), seed)
    logits = logits_of(model, trace.layers[0].input[None], "softmax")[0]
    for chosen in range(CLASSES):
        assert_adds_up(contributions(trace, chosen), logits[chosen])


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[LayerConfig], tuple[int, ...]]:
    """Draw up to five layers that fit one after the other, and the shape of their image."""
    start = shape = draw(st.sampled_from([s for s in SHAPES if len(s) == 3]))
    layers: list[LayerConfig] = []
    for kind in draw(st.lists(st.sampled_from(registry.all_types()), max_size=5)):
        config = draw(configs(kind.config))
        if fitting_shapes(config, [shape]) and kind.name != "softmax":
            layers.append(config)
            shape = config.output_shape(shape)
    return layers, start


@settings(max_examples=100)
@given(chains(), st.sampled_from(ENDS), st.integers(0, 2**32 - 1))
def test_that_the_contributions_of_drawn_networks_add_up_to_the_logit(
    chain: tuple[list[LayerConfig], tuple[int, ...]], end: str | None, seed: int
) -> None:
    layers, shape = chain
    trace, model = traced(classifier(*layers, end=end), shape, seed)
    logits = logits_of(model, trace.layers[0].input[None], end)[0]
    found = contributions(trace, 1)
    assert_adds_up(found, logits[1])
    assert len(found.biases) == len(trace.layers) - (end in ("softmax", "sigmoid"))
    assert not found.pixels[trace.layers[0].input == 0].any()


def test_a_network_by_hand() -> None:
    """Logit = 2 relu(3 - 2 · 2 + 5) + relu(-3) + 7 = 15: only the first unit lets anything through."""
    trace, model = traced([FlattenConfig(), DenseConfig(2), new_layer("relu").config, DenseConfig(1)], (1, 1, 2), 0)
    for layer, name, values in (
        (1, "weight", [[1, -2], [-1, 0]]), (1, "bias", [5, 0]), (3, "weight", [[2, 1]]), (3, "bias", [7]),
    ):  # fmt: skip
        model.parameters.layers[layer][name][...] = values
    trace = Tracer(model, "mean squared error").trace(np.array([[[[3.0, 2.0]]]]), np.array([0]))
    found = contributions(trace, 0)
    assert found.pixels.ravel().tolist() == [6, -8]
    assert found.biases == (0, 10, 0, 7)
    assert (found.logit, found.positive, found.negative, found.bias) == (15, 6, -8, 17)


def test_that_a_curved_activation_is_the_line_from_its_value_at_zero() -> None:
    trace, model = traced([FlattenConfig(), new_layer("sigmoid").config, DenseConfig(1)], (1, 1, 2), 0)
    model.parameters.layers[2]["weight"][...] = [[4, 1]]
    model.parameters.layers[2]["bias"][...] = 0
    trace = Tracer(model, "mean squared error").trace(np.array([[[[2.0, 0.0]]]]), np.array([0]))
    found = contributions(trace, 0)
    assert found.pixels.ravel() == pytest.approx([4 * (1 / (1 + np.exp(-2)) - 0.5), 0])
    assert found.biases == pytest.approx((0, 4 * 0.5 + 1 * 0.5, 0))


@settings(max_examples=30)
@given(chains(), st.sampled_from(ENDS), st.integers(0, 2**32 - 1))
def test_that_the_input_gradient_is_the_slope_of_the_logit(
    chain: tuple[list[LayerConfig], tuple[int, ...]], end: str | None, seed: int
) -> None:
    layers, shape = chain
    trace, model = traced(classifier(*layers, end=end), shape, seed, blank=0)
    gradient, x = input_gradient(trace, 2), trace.layers[0].input
    for cell in [np.unravel_index(np.abs(gradient).argmax(), x.shape), (0, 0, 0)]:
        moved = np.stack([x] * 4)
        moved[(range(4), *cell)] += np.array([-2e-6, -1e-6, 1e-6, 2e-6])
        logits = logits_of(model, moved, end)[:, 2]
        left, right = (logits[1] - logits[0]) / 1e-6, (logits[3] - logits[2]) / 1e-6
        if left == pytest.approx(right, rel=1e-3, abs=1e-6):  # else a kink lies within the step
            assert gradient[cell] == pytest.approx((logits[2] - logits[1]) / 2e-6, rel=1e-3, abs=1e-6)


SMOOTH = [
    new_layer("conv2d", filters=4, padding=1).config,
    new_layer("tanh").config,
    new_layer("pool2d", mode="mean").config,
]


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("end", ["softmax", None])
def test_that_grad_cam_weighs_maps_by_the_mean_slope_of_the_logit(position: int, end: str | None) -> None:
    trace, _ = traced(classifier(*SMOOTH, end=end), (2, 6, 7), 3)
    maps, rest = trace.layers[position].output, trace.layers[position + 1 :]
    tail = Model(Architecture(tuple(layer.spec for layer in rest)), maps.shape, np.float64)
    for views, layer in zip(tail.parameters.layers, rest, strict=True):
        for name, view in views.items():
            view[...] = layer.parameters[name]
    expected = np.zeros(maps.shape[1:])
    for f in range(len(maps)):
        slopes = []
        for i, j in np.ndindex(*maps.shape[1:]):
            moved = np.stack([maps, maps])
            moved[:, f, i, j] += -1e-6, 1e-6
            low, high = logits_of(tail, moved, end)[:, 1]
            slopes.append((high - low) / 2e-6)
        expected += np.mean(slopes) * maps[f]
    np.testing.assert_allclose(grad_cam(trace, 1, position), np.maximum(expected, 0), rtol=1e-6, atol=1e-8)


def whole(work: Any) -> tuple[list[float], Occlusion]:
    """Run a generator to its end; return what it yields and what it returns."""
    told: list[float] = []
    found = finished(work, told.append)
    return told, found


@pytest.mark.parametrize("end", ["softmax", "sigmoid", None])
@pytest.mark.parametrize(
    "patch", [Patch((3, 3), (1, 1), 0.5), Patch((4, 2), (3, 2), 0.0), Patch((9, 9), (9, 9), 1.0), Patch((1, 1), (1, 1))]
)
def test_that_occlusion_is_the_loss_of_each_covered_image(patch: Patch, end: str | None) -> None:
    trace, model = traced(classifier(*SMOOTH, end=end), (2, 9, 8), 5)
    image = trace.layers[0].input
    told, found = whole(occlusion(trace, 1, patch))
    assert told[-1] == 1 and told == sorted(told)
    total = max(0, (found.window.rows.output - 1) * patch.stride[0] + patch.size[0] - 9)
    for i, j in np.ndindex(*found.window.output):
        covered, top = image.copy(), i * patch.stride[0] - total // 2
        left = j * patch.stride[1] - found.window.cols.before
        covered[:, max(0, top) : top + patch.size[0], max(0, left) : left + patch.size[1]] = patch.grey
        both = np.stack([image, covered])
        for values, drop in ((logits_of(model, both, end), found.logit), (model.forward(both), found.output)):
            assert drop[i, j] == pytest.approx(values[0, 1] - values[1, 1], abs=1e-12)


@pytest.mark.parametrize("patch", [Patch((3, 3), (1, 1)), Patch((4, 2), (3, 2)), Patch((9, 9), (9, 9))])
def test_that_a_spread_occlusion_lies_where_the_patch_lay(patch: Patch) -> None:
    window = patch.window((9, 8))
    for number, axis in enumerate((window.rows, window.cols)):
        places = np.indices(window.output)[number]
        spread = Occlusion(places, places, window).spread(places)
        middles = spread * axis.stride - axis.before + (axis.kernel - 1) / 2
        assert (np.abs(middles - np.indices((9, 8))[number]) <= axis.stride / 2).all()


def test_that_occlusion_comes_in_pieces() -> None:
    trace, _ = traced(classifier(), (1, 9, 16), 0)
    told, _ = whole(occlusion(trace, 0, Patch((1, 1), (1, 1))))
    assert told == [MOST_IMAGES / 144, 2 * MOST_IMAGES / 144, 1]


def test_that_enlarging_keeps_a_level_map_and_puts_values_in_the_middle_of_their_cells() -> None:
    assert enlarged(np.full((3, 2), 5.0), (7, 9)) == pytest.approx(np.full((7, 9), 5.0))
    assert enlarged(np.array([[0.0, 9.0]]), (1, 6))[0] == pytest.approx([0, 0, 3, 6, 9, 9])


def test_that_bad_input_is_told() -> None:
    trace, _ = traced(classifier(*SMOOTH), (1, 9, 8), 0)
    for ask in (lambda: contributions(trace, 3), lambda: input_gradient(trace, -1), lambda: grad_cam(trace, 3, 0)):
        with pytest.raises(BadInputError, match="is no class; the classes are 0 to 2"):
            ask()
    for position in (-1, 3, 9):
        with pytest.raises(BadInputError, match="puts out maps"):
            grad_cam(trace, 0, position)
    with pytest.raises(BadInputError, match="does not fit a patch"):
        next(occlusion(trace, 0, Patch((2, 2), (3, 1))))


@pytest.mark.parametrize(
    "config", [Conv2DConfig(4, (3, 2), (2, 1), "same"), Conv2DConfig(6, dilation=(1, 2), groups=2, bias=False)]
)
def test_that_large_convolutions_give_the_same_numbers_another_way(
    config: Conv2DConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = classifier(config, new_layer("relu").config, new_layer("pool2d").config)
    fast, _ = traced(layers, (2, 9, 8), 1)
    fast_gradient, fast_parts = input_gradient(fast, 1), contributions(fast, 1)
    monkeypatch.setattr(replay, "MOST_WEIGHTS", 1)
    other, model = traced(layers, (2, 9, 8), 1)
    assert Tracer(model)._double.backend == replay.IM2COL
    for ours, others in zip(fast.layers, other.layers, strict=True):
        np.testing.assert_allclose(others.output, ours.output, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(others.grad_input, ours.grad_input, rtol=1e-12, atol=1e-13)
        for name, gradient in ours.gradients.items():
            np.testing.assert_allclose(others.gradients[name], gradient, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(input_gradient(other, 1), fast_gradient, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(contributions(other, 1).pixels, fast_parts.pixels, rtol=1e-12, atol=1e-13)
