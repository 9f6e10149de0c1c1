"""Convolution and pooling by im2col, as other NumPy frameworks compute them: what the fast path is raced with.

Every patch becomes a column, ``col[n, c, u, v, i, j] = padded[n, c, i S + u D, j S + v D]``, KH KW times the input's
memory; one product per group does the rest, and ``col2im`` adds a gradient's columns back. Signatures are those of
``engine.ops.reference``. Source: Chellapilla, Puri & Simard, "High performance convolutional neural networks for
document processing", 2006; the loops over KH KW follow Chainer's way of building the columns. One thing differs: the
gradient of a maximum over nothing but -inf, or a minimum over +inf, may go to the padding, which ties.
"""

from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.geometry import Padding, Window

Array = npt.NDArray[Any]
Pair = tuple[int, int]

_COMBINE = {"max": np.maximum, "min": np.minimum}


def conv2d(
    x: Array,
    weight: Array,
    bias: Array,
    stride: Pair = (1, 1),
    padding: Padding = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Return y (N, F, OH, OW) for x (N, C, H, W), weight (F, C/G, KH, KW) and bias (F,)."""
    window = Window.of(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    parts = zip(np.split(im2col(x, window), groups, axis=1), np.split(weight, groups), strict=True)
    y = np.concatenate([np.tensordot(col, w, ((1, 2, 3), (1, 2, 3))) for col, w in parts], axis=3)
    return (y + bias).transpose(0, 3, 1, 2)


def conv2d_backward(
    grad_output: Array,
    x: Array,
    weight: Array,
    stride: Pair = (1, 1),
    padding: Padding = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Return (grad_input, grad_weight, grad_bias)."""
    window = Window.of(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    cols, ds = np.split(im2col(x, window), groups, axis=1), np.split(grad_output, groups, axis=1)
    grad_weight = [np.tensordot(d, col, ((0, 2, 3), (0, 4, 5))) for d, col in zip(ds, cols, strict=True)]
    grad_input = conv2d_grad_input(grad_output, weight, window, groups)
    return grad_input, np.concatenate(grad_weight), grad_output.sum(axis=(0, 2, 3))


def conv2d_grad_input(grad_output: Array, weight: Array, window: Window, groups: int = 1) -> Array:
    """Return grad_input alone."""
    ds = np.split(grad_output, groups, axis=1)
    grad_cols = [np.tensordot(w, d, (0, 1)) for w, d in zip(np.split(weight, groups), ds, strict=True)]
    return col2im(np.concatenate(grad_cols).transpose(3, 0, 1, 2, 4, 5), window)


def pool2d(x: Array, size: Pair, stride: Pair, padding: Padding = (0, 0), mode: str = "max") -> Array:
    """Return y (N, C, OH, OW): the largest, smallest or mean value of each window."""
    cells = _cells(x, Window.of(x.shape[2:], size, stride, padding), mode)
    y: Array = cells.mean(axis=2) if mode == "mean" else _COMBINE[mode].reduce(cells, axis=2)
    return y


def pool2d_backward(
    grad_output: Array, x: Array, size: Pair, stride: Pair, padding: Padding = (0, 0), mode: str = "max"
) -> Array:
    """Return grad_input: to the first winner of each window, or in equal shares for the mean."""
    window = Window.of(x.shape[2:], size, stride, padding)
    grad_cells = np.zeros((*x.shape[:2], window.taps, *window.output), x.dtype)
    if mode == "mean":
        grad_cells[...] = (grad_output / window.taps)[:, :, None]
    else:
        cells = _cells(x, window, mode)
        winners = (np.argmax if mode == "max" else np.argmin)(cells, axis=2)
        np.put_along_axis(grad_cells, winners[:, :, None], grad_output[:, :, None], axis=2)
    return col2im(grad_cells.reshape(*x.shape[:2], *_taps(window), *window.output), window)


def im2col(x: Array, window: Window, fill: float = 0.0) -> Array:
    """Return col (N, C, KH, KW, OH, OW) for x (N, C, H, W), with *fill* as the padding."""
    rows, cols = window.rows, window.cols
    sides = ((0, 0), (0, 0), (rows.before, rows.after), (cols.before, cols.after))
    padded = np.pad(x, sides, constant_values=fill)
    col = np.empty((*x.shape[:2], *_taps(window), *window.output), x.dtype)
    for u, v in product(range(rows.kernel), range(cols.kernel)):
        col[:, :, u, v] = padded[:, :, *_reach(window, u, v)]
    return col


def col2im(col: Array, window: Window) -> Array:
    """Return (N, C, H, W): the sum of all that *col* (N, C, KH, KW, OH, OW) has for each pixel."""
    rows, cols = window.rows, window.cols
    padded = np.zeros((*col.shape[:2], rows.padded, cols.padded), col.dtype)
    for u, v in product(range(rows.kernel), range(cols.kernel)):
        padded[:, :, *_reach(window, u, v)] += col[:, :, u, v]
    return padded[:, :, rows.before : rows.before + rows.size, cols.before : cols.before + cols.size]


def _cells(x: Array, window: Window, mode: str) -> Array:
    """Return (N, C, KH KW, OH, OW), with padding that never wins."""
    col = im2col(x, window, {"max": -np.inf, "min": np.inf, "mean": 0.0}[mode])
    return col.reshape(*x.shape[:2], window.taps, *window.output)


def _taps(window: Window) -> Pair:
    return window.rows.kernel, window.cols.kernel


def _reach(window: Window, u: int, v: int) -> tuple[slice, slice]:
    """Return the padded rows and columns that cell (u, v) of the window reads, one for each place."""
    starts = u * window.rows.dilation, v * window.cols.dilation
    axes = zip(starts, (window.rows, window.cols), strict=True)
    rows, cols = (slice(start, start + axis.dilated, axis.stride) for start, axis in axes)
    return rows, cols
