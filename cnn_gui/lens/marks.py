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


def dilated(window: Window) -> Marks:
    """Return the marks of the dilated gradient."""
    return inserted((window.rows.dilated, window.cols.dilated), (window.rows.stride, window.cols.stride))


def spread(window: Window) -> Marks:
    """Return the marks of the dilated gradient with its K' - 1 zeros on every side."""
    sides = [(axis.extent - 1,) * 2 for axis in (window.rows, window.cols)]
    return np.pad(dilated(window), sides, constant_values=Mark.PADDING)


def kernel(window: Window) -> Marks:
    """Return the marks of a kernel that has the gaps of its dilation."""
    return inserted((window.rows.extent, window.cols.extent), (window.rows.dilation, window.cols.dilation))


def appended(window: Window) -> Marks:
    """Return (H + 2P, W + 2P): the padding, and the trailing rows and columns, which no window reaches."""
    marks = padding(window)
    marks[window.rows.used :] = Mark.APPENDED
    marks[:, window.cols.used :] = Mark.APPENDED
    return marks


def reached(window: Window) -> Part:
    """Return which part of the padded input the windows reach."""
    return slice(0, window.rows.used), slice(0, window.cols.used)


def inside(window: Window) -> Part:
    """Return which part of the padded input is no padding."""
    return _inside(window.rows), _inside(window.cols)


def _inside(axis: Axis) -> slice:
    return slice(axis.before, axis.before + axis.size)
