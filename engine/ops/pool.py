"""The fast pooling in the layout (H, C, W, N): one vectorised pass per cell of the window.

A cell that lies in the padding takes no part, so padding can never win a max or a min.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.geometry import Window

Array = npt.NDArray[Any]
Buffer = Callable[..., Array]  # buffer(name, shape, dtype) -> zeros at first, afterwards as it was left
Index = tuple[slice, slice, slice]


def forward(x: Array, window: Window, mode: str, buffer: Buffer) -> Array:
    """Return y (OH, C, OW, N) for x (H, C, W, N); *mode* is 'max', 'min' or 'mean' (divisor always KH KW)."""
    y = buffer("y", _output_shape(x, window))
    y[...] = {"max": -np.inf, "min": np.inf, "mean": 0}[mode]
    combine = {"max": np.maximum, "min": np.minimum, "mean": np.add}[mode]
    for places, pixels in _cells(window):
        combine(y[places], x[pixels], out=y[places])
    if mode == "mean":
        y /= window.taps
    return y


def backward(grad_output: Array, x: Array, y: Array, window: Window, mode: str, buffer: Buffer) -> Array:
    """Return dC/dX (H, C, W, N). Max and min: the first winner in reading order takes all. Mean: equal shares."""
    dx = buffer("dx", x.shape)
    dx[...] = 0
    if mode == "mean":
        share = np.divide(grad_output, window.taps, out=buffer("share", grad_output.shape))
        for places, pixels in _cells(window):
            dx[pixels] += share[places]
    else:
        _to_first_winner(grad_output, x, y, window, dx, buffer)
    return dx


def _to_first_winner(grad_output: Array, x: Array, y: Array, window: Window, dx: Array, buffer: Buffer) -> None:
    """Add each output's gradient to its window's first winner: a later cell that ties finds it taken."""
    free, wins = buffer("free", y.shape, np.bool_), buffer("wins", y.shape, np.bool_)
    share = buffer("share", grad_output.shape)
    free[...] = True
    for places, pixels in _cells(window):
        won = np.equal(x[pixels], y[places], out=wins[places])
        np.logical_and(won, free[places], out=won)
        np.logical_xor(free[places], won, out=free[places])
        dx[pixels] += np.multiply(grad_output[places], won, out=share[places])


def _output_shape(x: Array, window: Window) -> tuple[int, int, int, int]:
    return window.rows.output, x.shape[1], window.cols.output, x.shape[3]


def _cells(window: Window) -> Iterator[tuple[Index, Index]]:
    """Yield (outputs, inputs) for each cell of the window in reading order, as indices into (H, C, W, N)."""
    every = slice(None)
    for u, v in product(range(window.rows.kernel), range(window.cols.kernel)):
        (out_rows, in_rows), (out_cols, in_cols) = window.rows.tap(u), window.cols.tap(v)
        yield (out_rows, every, out_cols), (in_rows, every, in_cols)
