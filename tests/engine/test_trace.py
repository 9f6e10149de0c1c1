"""A trace of one sample: every number of it computed another way."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.architecture import Architecture, LayerSpec, new_layer
from engine.errors import BadInputError
from engine.layer import Part
from engine.layers.conv import Conv2DConfig
from engine.layers.pool import Pool2DConfig
from engine.model import Model
from engine.ops import reference
from engine.passes import Pass
from engine.trace.convolution import ConvolutionTrace
from engine.trace.correlation import Correlation
from engine.trace.pooling import PoolingTrace
from engine.trace.record import LayerTrace, Trace
from engine.trace.tracer import Tracer
from tests.helpers.windows import SEEDS, Array, Convolution, Reading, convolutions, readings

CLOSE = {"rtol": 1e-10, "atol": 1e-11}  # the same sums of a few thousand float64 products in another order


def traced_convolution(case: Convolution, seed: int, infinite: str = "") -> tuple[ConvolutionTrace, LayerTrace]:
    """Return the trace of a convolution of one image, whose values come from the defining loops.

    With *infinite*, 'weight' or 'x', a few values of that array are.
    """
    x, weight, bias, d = case.arguments(seed)
    x, d, reading = x[:1], d[:1], case.reading
    if infinite:
        array = {"weight": weight, "x": x}[infinite]
        array[np.random.default_rng(seed).random(array.shape) < 0.3] = np.inf
    how = (reading.kernel, reading.stride, reading.padding, reading.dilation, case.groups, bias is not None)
    bias = np.zeros(case.filters) if bias is None else bias
    with np.errstate(invalid="ignore"):  # infinity less infinity
        y = reference.conv2d(x, weight, bias, **case.how)
        grad_input, grad_weight, grad_bias = reference.conv2d_backward(d, x, weight, **case.how)
    spec = LayerSpec("c", Conv2DConfig(case.filters, *how))
    learned, gradients = {"weight": weight, "bias": bias}, {"weight": grad_weight, "bias": grad_bias}
    layer = LayerTrace(spec, learned, x[0], y[0], grad_input[0], d[0], gradients)
    return ConvolutionTrace(layer), layer


@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_forward_makes_each_map_of_a_convolution_cell_by_cell(case: Convolution, seed: int) -> None:
    trace, layer = traced_convolution(case, seed)
    for f in range(case.filters):
        forward = trace.forward(f)
        np.testing.assert_allclose(forward.output, layer.output[f], **CLOSE)
        np.testing.assert_allclose(forward.parts.sum(axis=0) + trace.bias[f], layer.output[f], **CLOSE)
        assert_cells_add_up(forward)


@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_the_full_convolution_with_rotated_kernels_is_the_gradient_of_the_input(
    case: Convolution, seed: int
) -> None:
    trace, layer = traced_convolution(case, seed)
    for channel in range(case.channels):
        full = trace.full(channel)
        assert_cells_add_up(full)
        np.testing.assert_array_equal(trace.appended(channel)[: len(full.output), : len(full.output[0])], full.output)
        np.testing.assert_allclose(trace.cropped(channel), layer.grad_input[channel], **CLOSE)
        assert not trace.cropped(channel)[trace.window.read_counts() == 0].any()
        plain = Correlation(full.source, trace.kernels(channel, rotated=True))
        np.testing.assert_allclose(plain.output, full.output, **CLOSE)
        assert (trace.kernels(channel, rotated=False) == plain.kernel[:, ::-1, ::-1]).all()
        np.testing.assert_allclose(trace.col2im(channel), layer.grad_input[channel], **CLOSE)


@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_the_trimmed_input_under_the_dilated_gradient_is_the_gradient_of_the_weights(
    case: Convolution, seed: int
) -> None:
    trace, layer = traced_convolution(case, seed)
    for f in range(case.filters):
        for channel in range(case.channels // case.groups):
            lane = trace.weight_gradient(f, channel)
            np.testing.assert_allclose(lane.output, layer.gradients["weight"][f, channel], **CLOSE)
            assert_cells_add_up(lane)
    np.testing.assert_allclose(trace.bias_gradient, layer.gradients["bias"], **CLOSE)


@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_an_infinite_weight_is_not_multiplied_with_the_zeros_put_between_and_around(
    case: Convolution, seed: int
) -> None:
    trace, layer = traced_convolution(case, seed, infinite="weight")
    for channel in range(case.channels):
        np.testing.assert_allclose(trace.cropped(channel), layer.grad_input[channel], **CLOSE)
        assert_cells_add_up(trace.full(channel))


@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_an_infinite_input_is_not_multiplied_with_the_zeros_put_between(case: Convolution, seed: int) -> None:
    trace, layer = traced_convolution(case, seed, infinite="x")
    for f, channel in np.ndindex(layer.gradients["weight"].shape[:2]):
        lane = trace.weight_gradient(f, channel)
        np.testing.assert_allclose(lane.output, layer.gradients["weight"][f, channel], **CLOSE)
        assert_cells_add_up(lane)


@settings(max_examples=80)
@given(convolutions(), SEEDS)
def test_that_every_column_is_the_patch_under_its_place(case: Convolution, seed: int) -> None:
    trace, layer = traced_convolution(case, seed)
    by_filter = [trace.forward(f) for f in range(case.filters)]
    for i, j in np.ndindex(*trace.window.output):
        for f, forward in enumerate(by_filter):
            np.testing.assert_array_equal(trace.columns[trace.channels(f), :, :, i, j], forward.terms(i, j).values)
    assert layer.input.shape == trace.padded[:, *_inside(trace)].shape


def _inside(trace: ConvolutionTrace) -> tuple[slice, slice]:
    rows, cols = trace.window.rows, trace.window.cols
    return slice(rows.before, rows.before + rows.size), slice(cols.before, cols.before + cols.size)


def assert_cells_add_up(lane: Correlation) -> None:
    """Each cell is the sum of the products of what the window holds, and the window lies where it says."""
    assert lane.places == lane.output.shape
    for i, j in np.ndindex(*lane.places):
        terms = lane.terms(i, j)
        np.testing.assert_array_equal(terms.values, lane.source[:, *lane.window(i, j)])
        assert terms.total == pytest.approx(lane.output[i, j], rel=1e-10, abs=1e-11, nan_ok=True)
        np.testing.assert_allclose(terms.sums, lane.parts[:, i, j], **CLOSE)


@given(convolutions(), SEEDS, st.data())
def test_that_a_cell_of_the_source_finds_a_window_whose_middle_no_other_has_nearer(
    case: Convolution, seed: int, data: st.DataObject
) -> None:
    lane = traced_convolution(case, seed)[0].forward(0)
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in lane.source.shape[1:])
    places = list(np.ndindex(*lane.places))

    def away(place: tuple[int, ...]) -> float:
        middles = [(w.start + w.stop - 1) / 2 for w in lane.window(*place)]
        return sum(abs(n - middle) for n, middle in zip(cell, middles, strict=True))

    assert away(lane.place_over(*cell)) == pytest.approx(min(map(away, places)))


def test_the_worked_example() -> None:
    source = np.array([[[1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0]]])
    lane = Correlation(source, np.array([[[6, 0], [-7, -1]]]))
    assert lane.output.tolist() == [[-37, -75, -112], [70, 34, 43], [-19, -15, 7]]
    assert lane.terms(0, 0).values.ravel().tolist() == [1, -2, 5, 8]
    assert lane.terms(2, 2).values.ravel().tolist() == [0, -1, -1, 0]


@settings(max_examples=80)
@given(readings(pooling=True), st.sampled_from(["max", "mean", "min"]), SEEDS)
def test_that_a_pooling_trace_names_the_winners_that_the_gradient_goes_to(
    reading: Reading, mode: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, (1, 2, *reading.size)).astype(float)  # few values: many ties
    d = rng.standard_normal((1, 2, *reading.window.output))
    how = (reading.kernel, reading.stride, reading.padding, mode)
    grad = reference.pool2d_backward(d, x, *how)[0]
    spec = LayerSpec("p", Pool2DConfig(mode, reading.kernel, reading.stride, reading.padding))
    trace = PoolingTrace(LayerTrace(spec, {}, x[0], reference.pool2d(x, *how)[0], grad, d[0], {}))
    if mode == "mean":
        assert (trace.wins == reading.window.read_counts()).all() and not trace.ties.any()
        return
    rows, cols = trace.winning_pixels
    sent = np.zeros_like(grad)
    for c, i, j in np.ndindex(*trace.winners.shape):
        sent[c, rows[c, i, j], cols[c, i, j]] += d[0, c, i, j]
        values = [v for v in trace.cells[c, :, i, j] if np.isfinite(v)]
        assert trace.ties[c, i, j] == values.count(max(values) if mode == "max" else min(values))
    np.testing.assert_allclose(sent, grad, **CLOSE)
    assert ((trace.wins == 0) <= (grad == 0)).all() and trace.wins.sum() == trace.winners.size


NETWORK = Architecture(tuple(
    new_layer(name, **how) for name, how in (
        ("conv2d", {"filters": 3, "kernel_size": 3, "stride": 2, "padding": 1}), ("batch_norm", {}), ("tanh", {}),
        ("pool2d", {"mode": "max"}), ("dropout", {"rate": 0.3}), ("flatten", {}), ("dense", {"units": 4}),
        ("softmax", {}),
    )
))  # fmt: skip


def traced(training: bool, loss: str = "cross-entropy", layers: Sequence[LayerSpec] = NETWORK.layers) -> tuple[
    Trace, Model, Array, Array
]:  # fmt: skip
    model = Model.build(Architecture(tuple(layers)), (2, 9, 8), np.random.default_rng(0))
    model.parameters.flat += 0.1 * np.random.default_rng(1).random(model.parameters.flat.shape, np.float32)
    x = np.random.default_rng(2).standard_normal((3, 2, 9, 8)).astype(np.float32)
    labels = np.array([1, 3, 0])
    return Tracer(model, loss).trace(x, labels, 1, training, (5, 7)), model, x, labels


@pytest.mark.parametrize("training", [False, True])
def test_that_a_trace_is_one_sample_of_the_pass_that_training_makes(training: bool) -> None:
    trace, model, x, labels = traced(training)
    double = Model(model.architecture, model.input_shape, np.float64)
    double.parameters.flat[...] = model.parameters.flat
    shard = Pass(double)
    shard.loss_and_gradients(x.astype(float), labels, Part(training, batch=3, key=(5, 7)))
    for layer, gradients in zip(trace.layers, shard.gradients.layers, strict=True):
        for name, gradient in gradients.items():
            np.testing.assert_allclose(layer.gradients[name], gradient, **CLOSE)
    values = double.activations(x.astype(float), training, (5, 7))
    for layer, before, after in zip(trace.layers, values[:-1], values[1:], strict=True):
        np.testing.assert_allclose(layer.input, before[1], **CLOSE)
        np.testing.assert_allclose(layer.output, after[1], **CLOSE)


@pytest.mark.parametrize("loss", ["cross-entropy", "mean squared error", "binary cross-entropy"])
def test_that_each_gradient_of_a_trace_is_the_slope_of_the_loss(loss: str) -> None:
    last = {"cross-entropy": "softmax", "mean squared error": "tanh", "binary cross-entropy": "sigmoid"}[loss]
    trace, _, x, labels = traced(False, loss, [*NETWORK.layers[:-1], new_layer(last)])
    for position, layer in enumerate(trace.layers):
        for side in ("input", "output"):
            rest = trace.layers[position + (side == "output") :]
            values, gradient = getattr(layer, side), getattr(layer, f"grad_{side}")
            assert gradient.shape == values.shape
            cell = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
            moved = [values.copy(), values.copy()]
            for each, by in zip(moved, (-1e-6, 1e-6), strict=True):
                each[cell] += by
            low, high = (_loss_after(each, rest, loss, int(labels[1])) / len(x) for each in moved)
            assert (high - low) / 2e-6 == pytest.approx(gradient[cell], rel=1e-4, abs=1e-9)


def _loss_after(values: Array, rest: Sequence[LayerTrace], loss: str, label: int) -> float:
    """Return the loss of a sample whose *values* go through the *rest* of the layers, by formulas of their own."""
    if rest:
        model = Model(Architecture(tuple(layer.spec for layer in rest)), values.shape, np.float64)
        for views, layer in zip(model.parameters.layers, rest, strict=True):
            for name, view in views.items():
                view[...] = layer.parameters[name]
        values = model.forward(values[None])[0]
    target = np.eye(len(values))[label]
    if loss == "mean squared error":
        return float(np.mean((values - target) ** 2))
    if loss == "cross-entropy":
        return float(-np.log(values[label]))
    return float(-np.mean(target * np.log(values) + (1 - target) * np.log(1 - values)))


def test_that_the_numbers_of_softmax_lead_to_the_loss() -> None:
    trace = traced(False)[0]
    scoring = trace.scoring
    np.testing.assert_allclose(scoring.softmax.probabilities, trace.layers[-1].output, **CLOSE)
    np.testing.assert_allclose(scoring.grad_scores, (scoring.softmax.probabilities - scoring.target) / 3, **CLOSE)
    assert scoring.value == pytest.approx(-np.log(scoring.softmax.probabilities[scoring.label]))
    assert scoring.softmax.shifted.max() == 0 and scoring.softmax.exponentials.max() == 1


def test_that_a_trace_keeps_its_numbers_when_another_is_made_and_leaves_the_model_as_it_was() -> None:
    model = Model.build(NETWORK, (2, 9, 8), np.random.default_rng(0))
    before, tracer = model.parameters.flat.copy(), Tracer(model)
    x = np.random.default_rng(2).standard_normal((2, 2, 9, 8))
    first = tracer.trace(x[:1], np.array([0]), training=True)
    kept = [layer.grad_input.copy() for layer in first.layers], first.layers[0].parameters["weight"].copy()
    model.parameters.flat *= 2
    second = tracer.trace(x[1:], np.array([1]))
    assert all((a.grad_input == b).all() for a, b in zip(first.layers, kept[0], strict=True))
    assert (first.layers[0].parameters["weight"] == kept[1]).all()
    assert (second.layers[0].parameters["weight"] == 2 * kept[1]).all()
    assert (model.parameters.flat == 2 * before).all()
    with pytest.raises(ValueError, match="read-only"):
        first.layers[0].output[...] = 0


@pytest.mark.parametrize(
    ("labels", "chosen", "said"),
    [
        (np.array([0.5]), 0, "labels has"), (np.array([4]), 0, "classes are 0 to 3"),
        (np.array([-1]), 0, "classes are"), (np.array([0, 1]), 0, "one whole number for each of 1 images"),
        (np.array([0]), 1, "chosen=1"),
    ],
)  # fmt: skip
def test_that_bad_input_is_told(labels: Array, chosen: int, said: str) -> None:
    tracer = Tracer(Model.build(NETWORK, (2, 9, 8), np.random.default_rng(0)))
    with pytest.raises(BadInputError, match=said):
        tracer.trace(np.zeros((1, 2, 9, 8)), labels, chosen)
    with pytest.raises(BadInputError, match="reads"):
        tracer.trace(np.zeros((1, 1, 9, 8)), np.array([0]))


def test_the_traces_of_a_mini_batch() -> None:
    images, labels = np.random.default_rng(1).random((3, 1, 6, 6)), np.array([0, 1, 1])
    layers = new_layer("conv2d", filters=2), new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    tracer = Tracer(Model.build(Architecture(layers), (1, 6, 6), np.random.default_rng(0)))
    traces = tracer.traces(images, labels)
    for n, trace in enumerate(traces):
        alone = tracer.trace(images, labels, chosen=n)
        for one, other in zip(trace.layers, alone.layers, strict=True):
            np.testing.assert_array_equal(one.output, other.output)
            np.testing.assert_array_equal(one.grad_input, other.grad_input)
        assert trace.layers[0].gradients["weight"] is traces[0].layers[0].gradients["weight"], "one copy serves all"
        assert trace.layers[0].parameters["weight"] is traces[0].layers[0].parameters["weight"]
    shares = [ConvolutionTrace(trace.layers[0]).weight_gradient(1, 0).output for trace in traces]
    np.testing.assert_allclose(sum(shares), traces[0].layers[0].gradients["weight"][1, 0], **CLOSE)


def test_that_other_weights_can_stand_in_the_place_of_the_models() -> None:
    image, label = np.random.default_rng(1).random((1, 1, 6, 6)), np.array([0])
    layers = new_layer("conv2d", filters=2), new_layer("batch_norm"), new_layer("flatten"), new_layer("dense", units=2)
    model = Model.build(Architecture((*layers, new_layer("softmax"))), (1, 6, 6), np.random.default_rng(0))
    before, other = model.parameters.flat.copy(), model.parameters.flat + np.float32(0.1)
    found, usual = (Tracer(model).trace(image, label, weights=weights) for weights in (other, None))
    np.testing.assert_array_equal(model.parameters.flat, before)
    model.parameters.flat[...] = other
    expected = Tracer(model).trace(image, label)
    np.testing.assert_array_equal(found.layers[-1].output, expected.layers[-1].output)
    assert not np.array_equal(found.layers[-1].output, usual.layers[-1].output)
