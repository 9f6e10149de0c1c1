"""What is said of a pooling: how a window's value comes about, and where its gradient goes."""

from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.grid import Cell
from cnn_gui.plots.text import number
from engine.trace.pooling import PoolingTrace

DIGITS = 3
_MOST = 16  # values in one line of text


def forward(trace: PoolingTrace, place: Cell, output: float) -> str:
    """Return 'max(0.1, 0.5, 0) = 0.5, from row 2, column 3' for one window of the trace's one channel."""
    values = [float(trace.padded[0][row, col]) for row, col in padded(trace, trace.pixels(*place))]
    shown = [number(value, DIGITS) for value in values]
    if trace.mode == "mean":
        parts = " + ".join(f"({text})" if text[0] == "−" else text for text in shown)
        total = _tr("sum of {0} values").format(len(values)) if len(values) > _MOST else parts
        return _tr("mean = ({0}) / {1} = {2}").format(total, trace.window.taps, number(output, DIGITS))
    several = _tr("{0} values").format(len(values)) if len(values) > _MOST else ", ".join(shown)
    return f"{trace.mode}({several}) = {number(output, DIGITS)}{_winner(trace, place)}"


def backward(trace: PoolingTrace, place: Cell, gradient: float) -> str:
    """Return where the gradient of a window goes."""
    told = number(gradient, DIGITS)
    if trace.mode == "mean":
        share = number(float(trace.sent[0][place]), DIGITS)
        return _tr("dC/dO = {0}: each cell gets {0} / {1} = {2}").format(told, trace.window.taps, share)
    row, col = trace.takers(0, *place)[0]
    return _tr("dC/dO = {0} goes to row {1}, column {2} alone").format(told, row, col)


def pixel(trace: PoolingTrace, cell: Cell, gradient: float) -> str:
    """Return how the gradient of one pixel of the input comes about."""
    senders = trace.senders(0, *cell)
    at = _tr("dC/dX at row {0}, column {1}").format(*cell)
    if not senders:
        unread = trace.window.read_counts()[cell] == 0
        return f"{at} = 0: " + (_tr("no window reads it") if unread else _tr("no window keeps it"))
    parts = [number(float(trace.sent[0][place]), DIGITS) for place in senders]
    if len(parts) == 1:
        return _tr("{0} = {1}, from one window").format(at, parts[0])
    told = " + ".join(f"({part})" if part[0] == "−" else part for part in parts) if len(parts) <= _MOST else "…"
    return _tr("{0} = {1} = {2}, from {3} windows").format(at, told, number(gradient, DIGITS), len(parts))


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
