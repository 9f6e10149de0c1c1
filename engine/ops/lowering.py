"""Row lowering in the layout (H, C, W, N), after Cho & Brand, "MEC", arXiv 1706.06873.

The input is copied once per kernel column into ``low[g, h, c, v, j, n] = padded[h, g C/G + c, j S + v D, n]``. The
matrix that output row i needs of group g is then the contiguous slice ``low[g, i S : i S + KH]``: one matrix for
each row, which overlap in memory. A kernel with dilated rows skips some, which no slice can: there every row that
an output row reads is copied for it, KH for each, and the matrices do not overlap.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.geometry import Window

Array = npt.NDArray[Any]
Buffer = Callable[..., Array]  # buffer(name, shape) -> zeros at first, afterwards as it was left


def lower(x: Array, window: Window, groups: int, buffer: Buffer) -> Array:
    """Return low (G, lowered rows, C/G, KW, OW, N) for x (H, C, W, N); padding stays zero from the first allocation."""
    height, channels, _, n = x.shape
    cols = window.cols
    low = buffer("low", (groups, _lowered_rows(window), channels // groups, cols.kernel, cols.output, n))
    grouped = x.reshape(height, groups, channels // groups, -1, n).swapaxes(0, 1)
    for into, pixels in _row_copies(window):
        for offset in range(cols.kernel):
            places, columns = cols.tap(offset)
            low[:, into, :, offset, places] = grouped[:, pixels, :, columns]
    return low


def row_matrices(low: Array, window: Window, rows_at_once: int = 1) -> Array:
    """Return the read-only view (OH / R, G, (KH + (R - 1) S) C/G KW, OW N) of *low*: a matrix for R output rows.

    The view never leaves the buffer: its last matrix starts at row (OH - R) S and has KH + (R - 1) S rows, and *low*
    has (OH - 1) S + KH of them, which ``lower`` allocates and this function asserts. R divides OH, and is 1 where
    the kernel's rows are dilated.
    """
    rows, at_once = window.rows, rows_at_once
    if low.shape[1] != _lowered_rows(window) or not low.flags.c_contiguous or rows.output % at_once:
        raise ValueError(f"low has {low.shape[1]} rows; the window spans {_lowered_rows(window)}, contiguous.")
    columns, item, row = low.shape[4] * low.shape[5], low.itemsize, low.strides[1]
    step, high = (rows.stride, rows.kernel + (at_once - 1) * rows.stride) if _overlap(window) else (rows.kernel,) * 2
    shape = (rows.output // at_once, len(low), high * low.shape[2] * low.shape[3], columns)
    return _view(low, 0, shape, (at_once * step * row, low.strides[0], columns * item, item))


def stacked_rows(array: Array, first: int, count: int, high: int) -> Array:
    """Return the read-only view (count, G, high M, L) of *array* (G, rows, M, L): rows first + i to first + i + high.

    It never leaves the buffer, which this function asserts.
    """
    groups, rows, m, length = array.shape
    if not (first >= 0 and first + count - 1 + high <= rows and array.flags.c_contiguous):
        raise ValueError(f"{count} slices of {high} rows from row {first} do not fit into {rows} contiguous rows.")
    group, row, line, item = array.strides
    shape = (count, groups, high * m, length)
    return _view(array, first * row, shape, (row, group, line, item))


def _view(array: Array, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Return a read-only view of contiguous memory; NumPy refuses one that would leave it, unlike as_strided."""
    view: Array = np.ndarray(shape, array.dtype, array.data, offset, strides)
    view.flags.writeable = False
    return view


def _overlap(window: Window) -> bool:
    return window.rows.dilation == 1


def _lowered_rows(window: Window) -> int:
    return window.rows.used if _overlap(window) else window.rows.output * window.rows.kernel


def _row_copies(window: Window) -> Iterator[tuple[slice, slice]]:
    """Yield (lowered rows, rows of the input) to copy."""
    rows = window.rows
    if _overlap(window):
        yield slice(rows.before, rows.before + rows.read), slice(rows.read)
        return
    for offset in range(rows.kernel):
        places, pixels = rows.tap(offset)
        if places.stop > places.start:
            last = (places.stop - 1) * rows.kernel + offset
            yield slice(places.start * rows.kernel + offset, last + 1, rows.kernel), pixels
