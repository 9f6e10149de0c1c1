"""The correlations of a convolution as lanes: what their pictures are called and how they look."""

from PySide6.QtCore import QCoreApplication

from cnn_gui.lens import marks
from cnn_gui.lens.backward import words
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.step.lane import Face, Lane
from cnn_gui.plots.colormaps import ColorMap
from engine.trace.convolution import ConvolutionTrace


def forward(trace: ConvolutionTrace, filter_: int, channels: Channels) -> Lane:
    """Return how one map is made of *channels*."""
    correlation, rows, cols = trace.forward(filter_), trace.window.rows, trace.window.cols
    source = Face.of(
        _tr("input {0}"), ColorMap.ACTIVATIONS, trace.padded, marks.padding(trace.window),
        (-rows.before, -cols.before), channels.names,
    )  # fmt: skip
    return Lane(
        correlation,
        source,
        Face.of(_tr("kernel {0}"), ColorMap.WEIGHTS, trace.weight, names=channels.names),
        Face.of(_tr("output {0}").format(filter_), ColorMap.ACTIVATIONS, trace.output),
        _tr("channel"),
        _tr("output"),
        trace.channels(filter_).start,
    )


def full(trace: ConvolutionTrace, channel: int, channels: Channels) -> Lane:
    """Return how dC/dX of one channel of the padded input is made, without what no window reaches."""
    correlation, window, filters = trace.full(channel), trace.window, trace.readers(channel)
    reached = marks.appended(window)[marks.reached(window)]
    origin = (-window.rows.before, -window.cols.before)
    gradients, title = ColorMap.GRADIENTS, _tr("dC/dX of {0}, padded").format(channels.title(channel))
    return Lane(
        correlation,
        Face.of(words.gradient_name(window, around=True), gradients, correlation.source, marks.spread(window)),
        Face.of(_tr("kernel {0}, turned"), ColorMap.WEIGHTS, trace.weight),
        Face.of(title, gradients, correlation.output, reached, origin),
        _tr("filter"),
        _tr("dC/dX"),
        filters.start,
    )


def weight_gradient(trace: ConvolutionTrace, filter_: int, channel: int, channels: Channels) -> Lane:
    """Return how dC/dW of a filter's kernel for the input channel *channel* is made."""
    first, window = trace.channels(filter_).start, trace.window
    correlation = trace.weight_gradient(filter_, channel - first)
    title = _tr("input {0}, trimmed") if window.rows.trailing or window.cols.trailing else _tr("input {0}")
    source = Face.of(
        title, ColorMap.ACTIVATIONS, trace.padded, marks.padding(window)[marks.reached(window)],
        (-window.rows.before, -window.cols.before), channels.names,
    )  # fmt: skip
    title = words.gradient_name(window, around=False).format(filter_)
    kernel = Face.of(title, ColorMap.GRADIENTS, correlation.kernel, marks.dilated(window))
    title = _tr("dC/dW {0}, {1}").format(filter_, channels.short(channel))
    output = Face.of(title, ColorMap.GRADIENTS, correlation.output)
    return Lane(correlation, source, kernel, output, _tr("channel"), _tr("dC/dW"), channel)


def _tr(text: str) -> str:
    return QCoreApplication.translate("lanes", text)
