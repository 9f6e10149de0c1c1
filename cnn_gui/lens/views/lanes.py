"""The correlations of a convolution as lanes: what their pictures are called and how they look."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.step.lane import Face, Lane
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Mark, Marks
from engine.geometry import Window
from engine.trace.convolution import ConvolutionTrace


def forward(trace: ConvolutionTrace, filter_: int) -> Lane:
    """Return how one map is made."""
    correlation, rows, cols = trace.forward(filter_), trace.window.rows, trace.window.cols
    source = Face.of(
        _tr("input {0}"), ColorMap.ACTIVATIONS, trace.padded, padding_marks(trace.window), (-rows.before, -cols.before)
    )
    return Lane(
        correlation,
        source,
        Face.of(_tr("kernel {0}"), ColorMap.WEIGHTS, trace.weight),
        Face.of(_tr("output {0}").format(filter_), ColorMap.ACTIVATIONS, correlation.output),
        _tr("channel"),
        _tr("output"),
        trace.channels(filter_).start,
    )


def padding_marks(window: Window) -> Marks:
    """Return (H + 2P, W + 2P): which cells of the padded input are padding."""
    marks = np.full((window.rows.padded, window.cols.padded), Mark.PADDING, np.uint8)
    rows, cols = (slice(axis.before, axis.before + axis.size) for axis in (window.rows, window.cols))
    marks[rows, cols] = Mark.NONE
    return marks


def _tr(text: str) -> str:
    return QCoreApplication.translate("lanes", text)
