"""What is said of a pooling: how a window's value comes about, and where its gradient goes."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.plots import addition
from cnn_gui.plots.addition import Addend
from cnn_gui.plots.grid import Cell, Floats
from cnn_gui.plots.text import short
from engine.trace.pooling import PoolingTrace

_MOST = 16  # values in one line of text


def forward(trace: PoolingTrace, place: Cell, output: float) -> str:
    """Return 'max(0.1, 0.5, 0) = 0.5, from row 2, column 3' for one window of the trace's one channel."""
    values = [float(trace.padded[0][row, col]) for row, col in padded(trace, trace.pixels(*place))]
    if trace.mode == "mean":
        taps, total = trace.window.taps, float(np.sum(values))
        found = addition.written(values, total)
        parts = addition.joined([*map(Addend, values)], found)
        several = _tr("sum of {0} values").format(len(values)) if len(values) > _MOST else parts
        end = f"{found.total}·{found.power}" if found.power else found.total
        return _tr("mean = ({0}) / {1} = {2} / {1} = {3}").format(several, taps, end, short(output))
    several = _tr("{0} values").format(len(values)) if len(values) > _MOST else ", ".join(addition.alike(values))
    return f"{trace.mode}({several}) = {short(output)}{_winner(trace, place)}"


def backward(trace: PoolingTrace, place: Cell, gradient: float) -> str:
    """Return where the gradient of a window goes."""
    told = short(gradient)
    if trace.mode == "mean":
        share = short(trace.sent[0][place])
        if not trace.divides:
            text = _tr("dC/dO = {0}: each cell gets all of it, not {0} / {1}, which is a deliberate fault")
            return text.format(told, trace.window.taps)
        return _tr("dC/dO = {0}: each cell gets {0} / {1} = {2}").format(told, trace.window.taps, share)
    row, col = trace.takers(0, *place)[0]
    if trace.doubles and (takers := trace.takers(0, *place))[1:]:
        text = _tr("dC/dO = {0} goes to each of {1} equal values, which is a deliberate fault: it belongs "
            "to row {2}, column {3} only")  # fmt: skip
        return text.format(told, len(takers), row, col)
    return _tr("dC/dO = {0} goes to row {1}, column {2} only").format(told, row, col)


def pixel(trace: PoolingTrace, cell: Cell, gradient: float) -> str:
    """Return how the gradient of one pixel of the input comes about."""
    senders = trace.senders(0, *cell)
    at = _tr("dC/dX at row {0}, column {1}").format(*cell)
    if not senders:
        unread = trace.window.read_counts()[cell] == 0
        return f"{at} = 0: " + (_tr("no window reads it") if unread else _tr("no window selects it"))
    if len(senders) == 1:
        return _tr("{0} = {1}, from one window").format(at, short(gradient))
    sent = addition.few([float(trace.sent[0][place]) for place in senders])
    return _tr("{0}, from {1} windows").format(addition.equation(at, sent, gradient), len(senders))


def cells(trace: PoolingTrace, place: Cell, grad_input: Floats) -> str:
    """Return 'dC/dX of its cells: (2, 2) 0, (2, 3) 0.31': the gradient of each cell of a window, from all windows.

    Args:
        grad_input: (H, W), the channel's dC/dX.
    """
    pixels = trace.pixels(*place)
    if not pixels:
        return _tr("It reads only padding, which has no gradient.")
    numbers = addition.alike([float(grad_input[pixel]) for pixel in pixels])
    shown = [f"({row}, {col}) {text}" for (row, col), text in zip(pixels[:_MOST], numbers, strict=False)]
    others = _tr(" and {0} more").format(len(pixels) - _MOST) if len(pixels) > _MOST else ""
    return _tr("dC/dX of its cells: {0}").format(", ".join(shown)) + others


def padded(trace: PoolingTrace, pixels: list[Cell]) -> list[Cell]:
    """Return the same pixels as rows and columns of the padded input."""
    rows, cols = trace.window.rows.before, trace.window.cols.before
    return [(row + rows, col + cols) for row, col in pixels]


def _winner(trace: PoolingTrace, place: Cell) -> str:
    row, col = trace.takers(0, *place)[0]
    told = _tr(", from row {0}, column {1}").format(row, col)
    ties = int(trace.ties[0][place])
    return told + (_tr(", the first of {0} equals").format(ties) if ties > 1 else "")


def _tr(text: str) -> str:
    return QCoreApplication.translate("pooling", text)
