"""The traces of the layers other than convolution: every number of them computed another way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.architecture import Architecture, LayerSpec, new_layer
from engine.layer import LayerConfig, Shape
from engine.layers.pool import Pool2DConfig
from engine.model import Model
from engine.ops import reference
from engine.trace.activation import FLAT, ActivationTrace
from engine.trace.batch_norm import BatchNormTrace
from engine.trace.dense import DenseTrace
from engine.trace.dropout import DropoutTrace
from engine.trace.flatten import Flattening, behind
from engine.trace.global_average import GlobalAverageTrace
from engine.trace.pooling import PoolingTrace
from engine.trace.record import LayerTrace, Trace
from engine.trace.tracer import Tracer
from tests.helpers.windows import SEEDS, Reading, readings

CLOSE = {"rtol": 1e-10, "atol": 1e-12}
ACTIVATIONS = ["relu", "leaky_relu", "tanh", "scaled_tanh", "sigmoid", "gelu", "identity"]
LOSSES = {"cross-entropy": "softmax", "binary cross-entropy": "sigmoid", "mean squared error": "tanh"}


def traced(*names: str, loss: str = "cross-entropy", training: bool = False, **how: object) -> Trace:
    """Return the trace of a network of these layers; *how* configures the first."""
    layers = (new_layer(names[0], **how), *(new_layer(name) for name in names[1:]))
    model = Model.build(Architecture(layers), (2, 6, 5), np.random.default_rng(0))
    model.parameters.flat += 0.1 * np.random.default_rng(1).random(model.parameters.flat.shape, np.float32)
    x = np.random.default_rng(2).standard_normal((1, 2, 6, 5))
    return Tracer(model, loss).trace(x, np.array([1]), training=training, key=(5, 7))


@settings(max_examples=80)
@given(readings(pooling=True), st.sampled_from(["max", "mean", "min"]), SEEDS)
def test_that_the_senders_of_each_pixel_add_up_to_its_gradient(reading: Reading, mode: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, (1, 2, *reading.size)).astype(float)
    d = rng.standard_normal((1, 2, *reading.window.output))
    how = (reading.kernel, reading.stride, reading.padding, mode)
    grad = reference.pool2d_backward(d, x, *how)[0]
    spec = LayerSpec("p", Pool2DConfig(mode, reading.kernel, reading.stride, reading.padding))
    trace = PoolingTrace(LayerTrace(spec, {}, x[0], reference.pool2d(x, *how)[0], grad, d[0], {}))
    for (c, row, col), gradient in np.ndenumerate(grad):
        senders = trace.senders(c, row, col)
        assert sum(trace.sent[c, i, j] for i, j in senders) == pytest.approx(gradient, abs=1e-12)
        assert all((row, col) in trace.takers(c, i, j) for i, j in senders)
    for i, j in np.ndindex(*reading.window.output):
        assert sum((i, j) in trace.senders(0, *p) for p in np.ndindex(*reading.size)) == len(trace.takers(0, i, j))


@settings(max_examples=80)
@given(readings(pooling=True), SEEDS)
def test_that_a_pooling_window_reads_what_its_part_holds(reading: Reading, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((2, *reading.size))
    spec = LayerSpec("p", Pool2DConfig("max", reading.kernel, reading.stride, reading.padding))
    nothing = np.zeros((2, *reading.window.output))
    trace = PoolingTrace(LayerTrace(spec, {}, x, nothing, x, nothing, {}))
    for i, j in np.ndindex(*reading.window.output):
        held, cells = trace.padded[0][trace.part(i, j)].ravel(), trace.cells[0, :, i, j]
        assert held.tolist() == np.where(np.isfinite(cells), cells, 0).tolist()
        assert [x[0][p] for p in trace.pixels(i, j)] == cells[np.isfinite(cells)].tolist()
        rows, cols = trace.part(i, j)
        middle = (rows.start + rows.stop - 1) / 2, (cols.start + cols.stop - 1) / 2
        if all(float(m).is_integer() for m in middle):
            assert trace.place_over(int(middle[0]), int(middle[1])) == (i, j)


def test_that_a_dense_output_is_the_sum_of_its_contributions_and_the_bias() -> None:
    layer = traced("flatten", "dense", "softmax").layers[1]
    trace = DenseTrace(layer)
    for unit in range(len(trace.bias)):
        sizes = np.abs(trace.contributions(unit))[trace.largest_first(unit)]
        assert (np.diff(sizes) <= 0).all() and sizes.size == 60
        total = sum(w * x for w, x in zip(trace.weight[unit], layer.input, strict=True)) + trace.bias[unit]
        assert total == pytest.approx(layer.output[unit])


def test_that_equal_contributions_keep_their_order() -> None:
    parameters = {"weight": np.ones((1, 4)), "bias": np.zeros(1)}
    values = np.array([1.0, -2.0, 2.0, 1.0])
    layer = LayerTrace(new_layer("dense", units=1), parameters, values, np.zeros(1), values, np.zeros(1), {})
    assert DenseTrace(layer).largest_first(0).tolist() == [1, 2, 0, 3]


def test_that_flatten_puts_the_values_where_the_flattening_says() -> None:
    layer = traced("flatten", "dense", "softmax").layers[0]
    places = Flattening(layer.input.shape)
    for place, value in np.ndenumerate(layer.input):
        position = places.position(*place)
        assert layer.output[position] == value and places.place(position) == place


def test_that_a_dense_layer_knows_the_maps_behind_it_through_what_keeps_places() -> None:
    layers = flow("flatten", "relu", "dropout", "dense", "dense", "softmax")
    assert behind(layers[:3]) == Flattening((2, 6, 5))
    assert behind(layers[:4]) is None and behind([]) is None
    assert behind(flow("global_average_pool", "dense", "softmax")[:1]) is None
    assert behind(flow("flatten", "flatten", "dense", "softmax")[:2]) == Flattening((2, 6, 5))


def flow(*names: str) -> list[tuple[LayerConfig, Shape]]:
    """Return layers with the shapes of their inputs."""
    return [(layer.spec.config, layer.input.shape) for layer in traced(*names).layers]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_that_the_curve_of_an_activation_is_its_own_and_its_slope_is_the_slope(name: str) -> None:
    layer = traced(name, "flatten", "dense", "softmax").layers[0]
    trace = ActivationTrace(layer)
    values = trace.values
    assert values.y.tolist() == layer.output.ravel().tolist()
    np.testing.assert_allclose(values.slope * layer.grad_output.ravel(), layer.grad_input.ravel(), **CLOSE)
    x = np.linspace(-3, 3, 50)  # 0, where some have a corner, is not among them
    low, curve, high = (trace.curve(x + by) for by in (-1e-6, 0, 1e-6))
    np.testing.assert_allclose((high.y - low.y) / 2e-6, curve.slope, atol=1e-8)


def test_that_values_on_the_flat_part_are_counted() -> None:
    values = np.array([-1.0, 0.0, 2.0, 30.0])
    flat = {}
    for name in ("relu", "sigmoid", "identity", "leaky_relu"):
        layer = LayerTrace(new_layer(name), {}, values, values, values, values, {})
        flat[name] = ActivationTrace(layer).flat
    assert FLAT == 0.01 and flat == {"relu": 2, "sigmoid": 1, "identity": 0, "leaky_relu": 0}


@pytest.mark.parametrize("names", [("batch_norm", "flatten"), ("flatten", "batch_norm")])
def test_that_a_batch_norm_is_its_normalised_values_scaled_and_shifted(names: tuple[str, str]) -> None:
    trace = traced(*names, "dense", "softmax")
    layer = next(each for each in trace.layers if each.spec.type.name == "batch_norm")
    parts = BatchNormTrace(layer)
    assert parts.normalised.shape == layer.input.shape
    for place, z in np.ndenumerate(parts.normalised):
        c = place[0]
        assert z == pytest.approx((layer.input[place] - parts.mean[c]) / (parts.variance[c] + 1e-5) ** 0.5)
        assert layer.output[place] == pytest.approx(parts.scale[c] * z + parts.shift[c])


@pytest.mark.parametrize(("names", "position"), [(("dropout", "flatten"), 0), (("flatten", "dropout"), 1)])
def test_that_a_dropout_mask_is_that_of_a_training_step(names: tuple[str, str], position: int) -> None:
    training = traced(*names, "dense", "softmax", training=True).layers[position]
    layer = traced(*names, "dense", "softmax").layers[position]
    trace = DropoutTrace(layer, position, (5, 7))
    np.testing.assert_allclose(trace.output, training.output, **CLOSE)
    assert 0 < trace.dropped == np.count_nonzero(training.output == 0) < trace.mask.size
    assert set(trace.mask.ravel().tolist()) == {0.0, 2.0}  # the rate is 0.5
    assert (DropoutTrace(layer, position, (5, 8)).mask != trace.mask).any()


def test_that_a_global_average_is_the_sum_of_a_map_by_its_pixels_and_shares_its_gradient() -> None:
    layer = traced("global_average_pool", "dense", "softmax").layers[0]
    trace = GlobalAverageTrace(layer)
    assert trace.count == 30
    for c in range(2):
        assert trace.sums[c] == pytest.approx(sum(layer.input[c].ravel().tolist()))
        assert trace.sums[c] / 30 == pytest.approx(layer.output[c])
        np.testing.assert_allclose(layer.grad_input[c], trace.shares[c], **CLOSE)


@pytest.mark.parametrize("loss", LOSSES)
def test_that_the_terms_of_the_classes_add_up_to_the_loss(loss: str) -> None:
    scoring = traced("flatten", "dense", LOSSES[loss], loss=loss).scoring
    assert scoring.terms.shape == scoring.scores.shape and scoring.terms.min() >= 0
    assert scoring.terms.sum() == pytest.approx(scoring.value)
    p, y = scoring.outputs, scoring.target
    expected = {
        "cross-entropy": lambda: -y * np.log(p),
        "binary cross-entropy": lambda: -(y * np.log(p) + (1 - y) * np.log(1 - p)) / len(p),
        "mean squared error": lambda: (p - y) ** 2 / len(p),
    }[loss]()
    np.testing.assert_allclose(scoring.terms, expected, **CLOSE)
