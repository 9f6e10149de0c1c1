"""The definition of convolution and pooling in plain loops. Slow on purpose: the fast path is tested against it.

All arrays are in the field's layout: x (N, C, H, W), weight (F, C/G, KH, KW), outputs (N, F, OH, OW). Pairs are
(rows, columns); a padding may be one of ``engine.geometry.PADDING_WORDS``.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.geometry import Padding, Window

Array = npt.NDArray[Any]
Pair = tuple[int, int]

_REDUCE: dict[str, Callable[[list[Any]], Any]] = {"max": np.max, "min": np.min, "mean": sum}  # NaN stays NaN


def conv2d(
    x: Array,
    weight: Array,
    bias: Array,
    stride: Pair = (1, 1),
    padding: Padding = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Array:
    """Correlate: y[n,f,i,j] = bias[f] + sum over c,u,v of x[n, c, i S + u D - P, j S + v D - P] weight[f,c,u,v]."""
    window = Window.of(_size(x), _size(weight), stride, padding, dilation)
    y = np.zeros((len(x), len(weight), *window.output), x.dtype)
    for n, f, (i, j) in product(range(len(x)), range(len(weight)), _places(window)):
        y[n, f, i, j] = bias[f]
        for (k, c), (u, v, row, col) in product(_channels(f, weight, groups), _pixels(window, i, j)):
            y[n, f, i, j] += x[n, c, row, col] * weight[f, k, u, v]
    return y


def conv2d_backward(
    grad_output: Array,
    x: Array,
    weight: Array,
    stride: Pair = (1, 1),
    padding: Padding = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Return (grad_input, grad_weight, grad_bias): every product of ``conv2d`` sends its share both ways."""
    window = Window.of(_size(x), _size(weight), stride, padding, dilation)
    grad_input, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    for n, f, (i, j) in product(range(len(x)), range(len(weight)), _places(window)):
        g = grad_output[n, f, i, j]
        for (k, c), (u, v, row, col) in product(_channels(f, weight, groups), _pixels(window, i, j)):
            grad_input[n, c, row, col] += g * weight[f, k, u, v]
            grad_weight[f, k, u, v] += g * x[n, c, row, col]
    return grad_input, grad_weight, grad_output.sum(axis=(0, 2, 3))


def pool2d(x: Array, size: Pair, stride: Pair, padding: Padding = (0, 0), mode: str = "max") -> Array:
    """Return the maximum, minimum or mean of each window.

    Padding never wins: it counts as -inf for max and +inf for min. For mean it counts as zeros, and the
    divisor is always KH KW.
    """
    window = Window.of(_size(x), size, stride, padding)
    y = np.zeros((*x.shape[:2], *window.output), x.dtype)
    for n, c, (i, j) in product(range(len(x)), range(x.shape[1]), _places(window)):
        values = [x[n, c, row, col] for _, _, row, col in _pixels(window, i, j)]
        y[n, c, i, j] = _REDUCE[mode](values)
    return y / y.dtype.type(window.taps) if mode == "mean" else y


def pool2d_backward(
    grad_output: Array, x: Array, size: Pair, stride: Pair, padding: Padding = (0, 0), mode: str = "max"
) -> Array:
    """Return grad_input. Max and min: the first winner in reading order takes all. Mean: equal shares."""
    window = Window.of(_size(x), size, stride, padding)
    grad_input = np.zeros_like(x)
    for n, c, (i, j) in product(range(len(x)), range(x.shape[1]), _places(window)):
        g, pixels = grad_output[n, c, i, j], [(row, col) for _, _, row, col in _pixels(window, i, j)]
        if mode == "mean":
            for row, col in pixels:
                grad_input[n, c, row, col] += g / window.taps
        else:
            values = [x[n, c, row, col] for row, col in pixels]
            winner = pixels[values.index(max(values) if mode == "max" else min(values))]
            grad_input[n, c, winner[0], winner[1]] += g
    return grad_input


def _size(array: Array) -> Pair:
    return array.shape[-2], array.shape[-1]


def _channels(f: int, weight: Array, groups: int) -> Iterator[Pair]:
    """Yield (k, c) for each channel that filter *f* reads: its number in the weights, and in the input."""
    first = f // (len(weight) // groups) * weight.shape[1]
    return ((k, first + k) for k in range(weight.shape[1]))


def _places(window: Window) -> Iterator[Pair]:
    return product(range(window.rows.output), range(window.cols.output))


def _pixels(window: Window, i: int, j: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield (u, v, row, col) for each cell of the window at (i, j) that lies on a real pixel."""
    for u, v in product(range(window.rows.kernel), range(window.cols.kernel)):
        row = i * window.rows.stride + u * window.rows.dilation - window.rows.before
        col = j * window.cols.stride + v * window.cols.dilation - window.cols.before
        if 0 <= row < window.rows.size and 0 <= col < window.cols.size:
            yield u, v, row, col
