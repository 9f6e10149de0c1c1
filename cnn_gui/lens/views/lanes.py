"""The correlations of a convolution as lanes: what their pictures are called and how they look."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from cnn_gui.lens import marks
from cnn_gui.lens.backward import words
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.step.lane import Face, Lane
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell
from engine.geometry import Window
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
    gradients, title = ColorMap.GRADIENTS, _padded_name(window).format(channels.title(channel))
    around = window.rows.extent - 1, window.cols.extent - 1
    source = Face.of(
        words.gradient_name(trace, around=True), gradients, correlation.source, marks.spread(window, trace.apart),
        what=_tr("dC/dO {0}"), where=_in_gradient(trace, around),
    )  # fmt: skip
    kernel = Face.of(
        words.kernel_name(trace), ColorMap.WEIGHTS, trace.weight,
        what=_tr("kernel {0}"), where=_in_kernel(window) if trace.rotates else None,
    )  # fmt: skip
    output = Face.of(title, gradients, correlation.output, reached, origin)
    return Lane(correlation, source, kernel, output, _tr("filter"), _tr("dC/dX"), filters.start)


def weight_gradient(trace: ConvolutionTrace, filter_: int, channel: int, channels: Channels) -> Lane:
    """Return how dC/dW of a filter's kernel for the input channel *channel* is made."""
    first, window = trace.channels(filter_).start, trace.window
    correlation = trace.weight_gradient(filter_, channel - first)
    title = _tr("input {0}, trimmed") if window.rows.trailing or window.cols.trailing else _tr("input {0}")
    source = Face.of(
        title, ColorMap.ACTIVATIONS, trace.padded, marks.padding(window)[marks.reached(window)],
        (-window.rows.before, -window.cols.before), channels.names, _tr("input {0}"),
    )  # fmt: skip
    title = words.gradient_name(trace, around=False).format(filter_)
    kernel = Face.of(
        title, ColorMap.GRADIENTS, correlation.kernel, marks.dilated(window, trace.apart),
        what=_tr("dC/dO {0}").format(filter_), where=_in_gradient(trace, (0, 0)),
    )  # fmt: skip
    title = _tr("dC/dW {0}, {1}").format(filter_, channels.short(channel))
    output = Face.of(title, ColorMap.GRADIENTS, correlation.output)
    return Lane(correlation, source, kernel, output, _tr("channel"), _tr("dC/dW"), channel)


def _padded_name(window: Window) -> str:
    padded = any(axis.before or axis.after for axis in (window.rows, window.cols))
    return _tr("dC/dX of {0}, padded") if padded else _tr("dC/dX of {0}")


def _in_gradient(trace: ConvolutionTrace, around: Cell) -> Callable[[Cell], Cell]:
    """Return what tells which cell of dC/dO a cell of the dilated one is, which has *around* zeros before the first."""
    return lambda cell: ((cell[0] - around[0]) // trace.apart[0], (cell[1] - around[1]) // trace.apart[1])


def _in_kernel(window: Window) -> Callable[[Cell], Cell]:
    """Return what tells which cell of a kernel a cell of the rotated one is."""
    return lambda cell: (window.rows.kernel - 1 - cell[0], window.cols.kernel - 1 - cell[1])


def _tr(text: str) -> str:
    return QCoreApplication.translate("lanes", text)
