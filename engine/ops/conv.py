"""The fast convolution: row lowering in the layout (H, C, W, N), after Cho & Brand, arXiv 1706.06873.

The input is copied once per kernel column into ``low[h, c, v, j, n] = padded[h, c, j S + v, n]``. The matrix
that output row i needs is then the contiguous slice ``low[i S : i S + KH]``, so the whole forward pass is one
stacked product of the weights with overlapping views, and its result is in the layout of the next layer.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from engine.geometry import Window

Array = npt.NDArray[Any]
Buffer = Callable[..., Array]  # buffer(name, shape) -> zeros at first, afterwards as it was left


def lower(x: Array, window: Window, buffer: Buffer) -> Array:
    """Return low (used rows, C, KW, OW, N) for x (H, C, W, N); padding stays zero from the first allocation."""
    rows, cols = window.rows, window.cols
    low = buffer("low", (rows.used, x.shape[1], cols.kernel, cols.output, x.shape[3]))
    stop = max(0, min(rows.size, rows.used - rows.before))
    for offset in range(cols.kernel):
        places, pixels = cols.tap(offset)
        low[rows.before : rows.before + stop, :, offset, places] = x[:stop, :, pixels]
    return low


def row_matrices(low: Array, window: Window) -> Array:
    """Return the read-only view (OH, KH C KW, OW N) of *low*: one matrix per output row, overlapping in memory.

    It never leaves the buffer: its last row starts at (OH - 1) S and has KH rows, and *low* has
    (OH - 1) S + KH of them, which ``lower`` allocates and this function asserts.
    """
    rows = window.rows
    if low.shape[0] != rows.used or not low.flags.c_contiguous:
        raise ValueError(f"low has {low.shape[0]} rows; the window spans {rows.used}, contiguous.")
    columns = low.shape[3] * low.shape[4]
    item, row = low.itemsize, low.strides[0]
    shape = (rows.output, rows.kernel * low.shape[1] * low.shape[2], columns)
    return as_strided(low, shape, (rows.stride * row, columns * item, item), writeable=False)


def weight_matrix(weight: Array) -> Array:
    """Return the weights (F, C, KH, KW) as a matrix (F, KH C KW), in the order of ``row_matrices``."""
    return np.ascontiguousarray(weight.transpose(0, 2, 1, 3)).reshape(len(weight), -1)


def forward(low: Array, weight: Array, bias: Array, window: Window, buffer: Buffer) -> Array:
    """Return y (OH, F, OW, N): the weights times each row's matrix, plus the bias."""
    views = row_matrices(low, window)
    y = buffer("y", (window.rows.output, len(weight), *low.shape[3:]))
    flat = y.reshape(len(y), len(weight), -1)
    np.matmul(weight_matrix(weight), views, out=flat)
    flat += bias[:, None]
    return y


def grad_weight(grad_output: Array, low: Array, weight: Array, window: Window, out: Array) -> None:
    """Write dC/dW (F, C, KH, KW) to *out*: each row's matrix times that row's gradient, summed over rows."""
    filters, channels, height, width = weight.shape
    d = grad_output.reshape(len(grad_output), filters, -1)
    sums = np.matmul(row_matrices(low, window), d.transpose(0, 2, 1)).sum(axis=0)
    out[...] = sums.reshape(height, channels, width, filters).transpose(3, 1, 0, 2)


def grad_input(grad_output: Array, weight: Array, window: Window, buffer: Buffer) -> Array:
    """Return dC/dX (H, C, W, N): W^T d, its KH row parts added up, then its KW column parts.

    Pixels that no window reads keep an exact zero.
    """
    rows, cols = window.rows, window.cols
    n, channels = grad_output.shape[3], weight.shape[1]
    d = grad_output.reshape(rows.output, len(weight), -1)
    parts = buffer("parts", (rows.output, rows.kernel, channels, cols.kernel, cols.output, n))
    np.matmul(weight_matrix(weight).T, d, out=parts.reshape(rows.output, -1, d.shape[2]))
    dlow = buffer("dlow", (rows.size, channels, cols.kernel, cols.output, n))
    dlow[...] = 0
    for offset in range(rows.kernel):
        places, pixels = rows.tap(offset)
        dlow[pixels] += parts[places, offset]
    dx = buffer("dx", (rows.size, channels, cols.size, n))
    dx[...] = 0
    for offset in range(cols.kernel):
        places, pixels = cols.tap(offset)
        dx[:, :, pixels] += dlow[:, :, offset, places]
    return dx
