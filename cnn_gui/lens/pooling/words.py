"""What is said of a pooling: how a window's value comes about, and where its gradient goes."""

from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.grid import Cell
from cnn_gui.plots.text import short, term
from engine.trace.pooling import PoolingTrace

_MOST = 16  # values in one line of text


def forward(trace: PoolingTrace, place: Cell, output: float) -> str:
    """Return 'max(0.1, 0.5, 0) = 0.5, from row 2, column 3' for one window of the trace's one channel."""
    values = [float(trace.padded[0][row, col]) for row, col in padded(trace, trace.pixels(*place))]
    if trace.mode == "mean":
        parts = " + ".join(map(term, values))
        total = _tr("sum of {0} values").format(len(values)) if len(values) > _MOST else parts
        return _tr("mean = ({0}) / {1} = {2}").format(total, trace.window.taps, short(output))
    several = _tr("{0} values").format(len(values)) if len(values) > _MOST else ", ".join(map(short, values))
    return f"{trace.mode}({several}) = {short(output)}{_winner(trace, place)}"


def backward(trace: PoolingTrace, place: Cell, gradient: float) -> str:
    """Return where the gradient of a window goes."""
    told = short(gradient)
    if trace.mode == "mean":
        share = short(trace.sent[0][place])
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
    if len(senders) == 1:
        return _tr("{0} = {1}, from one window").format(at, short(gradient))
    parts = [term(trace.sent[0][place]) for place in senders]
    told = " + ".join(parts) if len(parts) <= _MOST else "…"
    return _tr("{0} = {1} = {2}, from {3} windows").format(at, told, short(gradient), len(parts))


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
