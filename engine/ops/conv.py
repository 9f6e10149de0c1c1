"""The fast convolution: row lowering in the layout (H, C, W, N), after Cho & Brand, arXiv 1706.06873.

The input is copied once per kernel column into ``low[g, h, c, v, j, n] = padded[h, g C/G + c, j S + v D, n]``. The
matrix that output row i needs of group g is then the contiguous slice ``low[g, i S : i S + KH]``, so the whole
forward pass is one stacked product of the weights with overlapping views, and its result is in the layout of the
next layer. A kernel with dilated rows skips some, which no slice can: there every row that an output row reads is
copied for it, KH for each, and the slices no longer overlap.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from engine.geometry import Window

Array = npt.NDArray[Any]
Buffer = Callable[..., Array]  # buffer(name, shape) -> zeros at first, afterwards as it was left


def lower(x: Array, window: Window, groups: int, buffer: Buffer) -> Array:
    """Return low (G, lowered rows, C/G, KW, OW, N) for x (H, C, W, N); padding stays zero from the first allocation."""
    rows, cols = window.rows, window.cols
    height, channels, _, n = x.shape
    low = buffer("low", (groups, _lowered_rows(window), channels // groups, cols.kernel, cols.output, n))
    grouped = x.reshape(height, groups, channels // groups, -1, n).swapaxes(0, 1)
    for into, pixels in _row_copies(window):
        for offset in range(cols.kernel):
            places, columns = cols.tap(offset)
            low[:, into, :, offset, places] = grouped[:, pixels, :, columns]
    return low


def _overlap(window: Window) -> bool:
    return window.rows.dilation == 1


def _lowered_rows(window: Window) -> int:
    return window.rows.used if _overlap(window) else window.rows.output * window.rows.kernel


def _row_copies(window: Window) -> list[tuple[slice, slice]]:
    """Return (lowered rows, rows of the input) to copy."""
    rows = window.rows
    if _overlap(window):
        stop = max(0, min(rows.size, rows.used - rows.before))
        return [(slice(rows.before, rows.before + stop), slice(stop))]
    taps = [(offset, *rows.tap(offset)) for offset in range(rows.kernel)]
    return [
        (slice(places.start * rows.kernel + u, max(0, (places.stop - 1) * rows.kernel + u + 1), rows.kernel), pixels)
        for u, places, pixels in taps
        if places.stop > places.start
    ]


def row_matrices(low: Array, window: Window) -> Array:
    """Return the read-only view (OH, G, KH C/G KW, OW N) of *low*: a matrix per output row and group.

    The matrices of neighbouring rows overlap in memory. The view never leaves the buffer: its last row starts at
    (OH - 1) S and has KH rows, and *low* has (OH - 1) S + KH of them, which ``lower`` allocates and this function
    asserts.
    """
    rows = window.rows
    if low.shape[1] != _lowered_rows(window) or not low.flags.c_contiguous:
        raise ValueError(f"low has {low.shape[1]} rows; the window spans {_lowered_rows(window)}, contiguous.")
    columns = low.shape[4] * low.shape[5]
    item, row = low.itemsize, low.strides[1]
    step = rows.stride if _overlap(window) else rows.kernel
    shape = (rows.output, len(low), rows.kernel * low.shape[2] * low.shape[3], columns)
    return as_strided(low, shape, (step * row, low.strides[0], columns * item, item), writeable=False)


def weight_matrices(weight: Array, groups: int) -> Array:
    """Return the weights (F, C/G, KH, KW) as matrices (G, F/G, KH C/G KW), in the order of ``row_matrices``."""
    return np.ascontiguousarray(weight.transpose(0, 2, 1, 3)).reshape(groups, len(weight) // groups, -1)


def forward(low: Array, weight: Array, bias: Array | None, window: Window, buffer: Buffer) -> Array:
    """Return y (OH, F, OW, N): the weights times each row's matrix, plus the bias."""
    y = buffer("y", (window.rows.output, len(weight), *low.shape[4:]))
    grouped = y.reshape(len(y), len(low), len(weight) // len(low), -1)
    np.matmul(weight_matrices(weight, len(low)), row_matrices(low, window), out=grouped)
    if bias is not None:
        flat = y.reshape(len(y), len(weight), -1)
        flat += bias[:, None]
    return y


def grad_weight(grad_output: Array, low: Array, weight: Array, window: Window, out: Array) -> None:
    """Write dC/dW (F, C/G, KH, KW) to *out*: each row's matrix times that row's gradient, summed over rows."""
    filters, channels, height, width = weight.shape
    groups = len(low)
    d = grad_output.reshape(len(grad_output), groups, filters // groups, -1)
    sums = np.matmul(row_matrices(low, window), d.swapaxes(2, 3)).sum(axis=0)
    by_tap = sums.reshape(groups, height, channels, width, filters // groups)
    out.reshape(groups, filters // groups, channels, height, width)[...] = by_tap.transpose(0, 4, 2, 1, 3)


def grad_input(grad_output: Array, weight: Array, window: Window, groups: int, buffer: Buffer) -> Array:
    """Return dC/dX (H, C, W, N): W^T d, its KH row parts added up, then its KW column parts.

    Pixels that no window reads keep an exact zero.
    """
    rows, cols = window.rows, window.cols
    n, channels = grad_output.shape[3], weight.shape[1]
    d = grad_output.reshape(rows.output, groups, len(weight) // groups, -1)
    parts = buffer("parts", (rows.output, groups, rows.kernel, channels, cols.kernel, cols.output, n))
    flat = parts.reshape(rows.output, groups, -1, d.shape[3])
    np.matmul(weight_matrices(weight, groups).swapaxes(1, 2), d, out=flat)
    dlow = buffer("dlow", (rows.size, groups, channels, cols.kernel, cols.output, n))
    dlow[...] = 0
    for offset in range(rows.kernel):
        places, pixels = rows.tap(offset)
        dlow[pixels] += parts[places, :, offset]
    dx = buffer("dx", (rows.size, groups, channels, cols.size, n))
    dx[...] = 0
    for offset in range(cols.kernel):
        places, pixels = cols.tap(offset)
        dx[:, :, :, pixels] += dlow[:, :, :, offset, places]
    return dx.reshape(rows.size, groups * channels, cols.size, n)
