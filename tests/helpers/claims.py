"""What the pictures of each view claim to show, stated once more from the trace of its layer."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views.activation import ActivationView
from cnn_gui.lens.views.batch_norm import BatchNormView
from cnn_gui.lens.views.bias_gradient import BiasGradientView
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.dropout import DropoutView
from cnn_gui.lens.views.flatten import FlattenView
from cnn_gui.lens.views.global_average import GlobalAverageView
from cnn_gui.lens.views.gradients import GradientsView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.lens.views.matrix import MatrixPage
from cnn_gui.lens.views.pooling import PoolingView
from cnn_gui.lens.views.reads import ReadCountsView
from cnn_gui.lens.views.weight_gradient import WeightGradientView
from cnn_gui.lens.views.weights import WeightsView
from cnn_gui.plots.grid_view import GridView
from engine.layer import Array
from engine.trace.record import LayerTrace

Part = Any  # of a picture: an index of its values
Claims = Iterator[tuple[Any, Part, Array]]  # a picture, a part of it, and what that must show
ROUNDING = 1e-6  # of the largest value: mosaics keep float32, and sums are added in another order
WHOLE = ...


def assert_kept(view: LayerView, layer: LayerTrace) -> None:
    """Assert that what *view* shows of *layer* is what the layer computed."""
    for picture, part, values in CLAIMS.get(type(view), _none)(view, layer):
        if picture.isVisible():
            assert_same(shown(picture)[part], values, f"{type(view).__name__}: {picture.accessibleName()}")


def assert_same(ours: Array, values: Array, what: str) -> None:
    """Assert that both are the same but for rounding, wherever both are finite.

    A mosaic has infinity for what is too large for it, and an inserted zero times an infinite weight is no number.
    """
    ours = ours.reshape(values.shape)
    finite = np.isfinite(values) & np.isfinite(ours)
    limit = float(np.abs(values[finite]).max(initial=0))
    np.testing.assert_allclose(ours[finite], values[finite], rtol=1e-5, atol=ROUNDING * limit + 1e-44, err_msg=what)


def shown(picture: Any) -> Array:
    """Return the values of a picture."""
    if isinstance(picture, GridView):
        assert picture.grid is not None
        return picture.grid.values
    mosaic = picture.canvas.tiles
    assert mosaic is not None
    return mosaic.values


def inside(layer: LayerTrace) -> Part:
    """Return which part of a padded input is no padding."""
    window = layer.spec.config.window(layer.input.shape)
    assert window is not None
    return tuple(slice(axis.before, axis.before + axis.size) for axis in (window.rows, window.cols))


def _none(view: LayerView, layer: LayerTrace) -> Claims:
    yield from ()


def _convolution(view: ConvolutionView, layer: LayerTrace) -> Claims:
    yield view.maps, WHOLE, layer.output
    for part in (view.unfolded.output, view.steps.output):
        yield part, WHOLE, layer.output[view.filter]


def _matrix(view: MatrixPage, layer: LayerTrace) -> Claims:
    board, term = view.board, view.term
    assert board.form is not None and board.pictures is not None
    maps = layer.output[board.form.filters]
    yield board.output, WHOLE, maps[:, term.i] if board.pictures.by_rows else maps.reshape(len(maps), -1)


def _pooling(view: PoolingView, layer: LayerTrace) -> Claims:
    channel, parts = view.channel.value(), view.pictures
    yield parts.output, WHOLE, layer.output[channel]
    yield parts.grad_output, WHOLE, layer.grad_output[channel]
    yield parts.source, inside(layer), layer.input[channel]
    yield parts.grad_input, inside(layer), layer.grad_input[channel]


def _reads(view: ReadCountsView, layer: LayerTrace) -> Claims:
    window = layer.spec.config.window(layer.input.shape)
    assert window is not None
    yield view.counts, inside(layer), window.read_counts()
    yield view.source, inside(layer), layer.input[view.channel.value()]


def _linked(view: ActivationView | BatchNormView, layer: LayerTrace) -> Claims:
    yield view.maps.views[0], WHOLE, layer.input
    yield view.maps.views[-1], WHOLE, layer.output


def _dropout(view: DropoutView, layer: LayerTrace) -> Claims:
    yield view.maps.views[0], WHOLE, layer.input


def _flatten(view: FlattenView, layer: LayerTrace) -> Claims:
    yield view.maps, WHOLE, layer.input
    yield view.row, WHOLE, layer.output


def _global_average(view: GlobalAverageView, layer: LayerTrace) -> Claims:
    yield view.maps, WHOLE, layer.input


def _gradients(view: GradientsView, layer: LayerTrace) -> Claims:
    yield view.outputs, WHOLE, layer.grad_output
    yield view.inputs, WHOLE, layer.grad_input


def _input_gradient(view: InputGradientView, layer: LayerTrace) -> Claims:
    for part in (view.cropped.cropped, view.cropped.col2im):
        yield part, WHOLE, layer.grad_input[view.channel.value()]


def _weight_gradient(view: WeightGradientView, layer: LayerTrace) -> Claims:
    weight, gradient = layer.parameters["weight"], layer.gradients["weight"]
    place = view.filter.value(), view.channel.value() % weight.shape[1]
    yield view.sample.kernel, WHOLE, weight[place]
    yield view.sample.steps.output, WHOLE, gradient[place]


def _bias_gradient(view: BiasGradientView, layer: LayerTrace) -> Claims:
    yield view.gradient, WHOLE, layer.grad_output[view.filter]
    if "bias" in layer.gradients:
        yield view.total, WHOLE, layer.gradients["bias"][view.filter]


def _weights(view: WeightsView, layer: LayerTrace) -> Claims:
    source = (layer.parameters, layer.gradients, {})[view.modes.currentIndex()]
    if "weight" in source:
        yield view.mosaic, WHOLE, source["weight"]


CLAIMS: Mapping[type[LayerView], Callable[[Any, LayerTrace], Claims]] = {
    ConvolutionView: _convolution, MatrixPage: _matrix, PoolingView: _pooling, ReadCountsView: _reads,
    ActivationView: _linked, BatchNormView: _linked, DropoutView: _dropout, FlattenView: _flatten,
    GlobalAverageView: _global_average, GradientsView: _gradients, InputGradientView: _input_gradient,
    WeightGradientView: _weight_gradient, BiasGradientView: _bias_gradient, WeightsView: _weights,
}  # fmt: skip
