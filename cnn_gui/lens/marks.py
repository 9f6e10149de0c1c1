"""Which cells of a convolution's arrays, on the way forward and back, are something special."""

import numpy as np

from cnn_gui.plots.grid import Cell, Mark, Marks, Part
from engine.geometry import Axis, Window


def padding(window: Window) -> Marks:
    """Return (H + 2P, W + 2P): which cells of the padded input are padding."""
    marks = np.full((window.rows.padded, window.cols.padded), Mark.PADDING, np.uint8)
    marks[inside(window)] = Mark.NONE
    return marks


def excluded(window: Window) -> Marks:
    """Return (H + 2P, W + 2P): the padding, that which no window reads apart, and the pixels that none reads."""
    marks = padding(window)
    marks[(marks == Mark.PADDING) & (window.bare().read_counts() == 0)] = Mark.SPARE
    marks[inside(window)][window.read_counts() == 0] = Mark.UNREAD
    return marks


def inserted(shape: Cell, step: Cell) -> Marks:
    """Return (H, W): the zeros between values that lie *step* rows and columns apart."""
    marks = np.full(shape, Mark.INSERTED, np.uint8)
    marks[:: step[0], :: step[1]] = Mark.NONE
    return marks


def dilated(window: Window, apart: Cell) -> Marks:
    """Return the marks of the dilated gradient, whose values lie *apart* rows and columns from one another."""
    marks = np.full((window.rows.dilated, window.cols.dilated), Mark.INSERTED, np.uint8)
    ends = ((axis.output - 1) * step + 1 for axis, step in zip((window.rows, window.cols), apart, strict=True))
    rows, cols = (slice(0, end, step) for end, step in zip(ends, apart, strict=True))
    marks[rows, cols] = Mark.NONE
    return marks


def spread(window: Window, apart: Cell) -> Marks:
    """Return the marks of the dilated gradient with its K' - 1 zeros on every side."""
    sides = [(axis.extent - 1,) * 2 for axis in (window.rows, window.cols)]
    return np.pad(dilated(window, apart), sides, constant_values=Mark.PADDING)


def kernel(window: Window) -> Marks:
    """Return the marks of a kernel that has the gaps of its dilation."""
    return inserted((window.rows.extent, window.cols.extent), (window.rows.dilation, window.cols.dilation))


def appended(window: Window, in_front: bool = False) -> Marks:
    """Return (H + 2P, W + 2P): the padding, and the trailing rows and columns, which no window reaches.

    *in_front*: zeros take their place before the others instead of behind them.
    """
    marks = np.full((window.rows.padded, window.cols.padded), Mark.APPENDED, np.uint8)
    marks[reached(window, in_front)] = padding(window)[reached(window)]
    return marks


def reached(window: Window, in_front: bool = False) -> Part:
    """Return which part of the padded input the windows reach; the end of it with zeros *in_front*."""
    first, left = (window.rows.trailing, window.cols.trailing) if in_front else (0, 0)
    return slice(first, first + window.rows.used), slice(left, left + window.cols.used)


def inside(window: Window) -> Part:
    """Return which part of the padded input is no padding."""
    return _inside(window.rows), _inside(window.cols)


def _inside(axis: Axis) -> slice:
    return slice(axis.before, axis.before + axis.size)
