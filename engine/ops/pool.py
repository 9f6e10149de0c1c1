"""The fast pooling in the layout (H, C, W, N): first along the columns, then along the rows.

A window's largest value is the largest of its rows' largest values, so KH + KW passes do what KH KW would. Along
an axis each cell of the window is compared with the best one before it, and ``won`` keeps where it was strictly
better: the last cell that was is the first winner, in reading order, and backward hands it the gradient. A cell
that lies in the padding takes no part, so padding can never win.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.geometry import Axis, Window

Array = npt.NDArray[Any]
Buffer = Callable[..., Array]  # buffer(name, shape) -> zeros at first, afterwards as it was left

ROWS, COLS = 0, 2  # the axes of (H, C, W, N)
_BEST = {"max": (np.maximum, np.less, -np.inf), "min": (np.minimum, np.greater, np.inf)}


def forward(x: Array, window: Window, mode: str, buffer: Buffer) -> Array:
    """Return y (OH, C, OW, N) for x (H, C, W, N); *mode* is 'max', 'min' or 'mean' (divisor always KH KW).

    Where each cell won stays in the buffers, for ``backward``.
    """
    if mode == "mean":
        y = _sum(_sum(x, window.cols, COLS, buffer), window.rows, ROWS, buffer)
        return np.divide(y, window.taps, out=buffer("y", y.shape))
    return _best(_best(x, window.cols, COLS, mode, buffer), window.rows, ROWS, mode, buffer)


def backward(grad_output: Array, window: Window, mode: str, buffer: Buffer) -> Array:
    """Return dC/dX (H, C, W, N). Max and min: the first winner in reading order takes all. Mean: equal shares."""
    if mode == "mean":
        grad_output = np.divide(grad_output, window.taps, out=buffer("share", grad_output.shape))
    hand_back = _to_all if mode == "mean" else _to_winner
    return hand_back(hand_back(grad_output, window.rows, ROWS, buffer), window.cols, COLS, buffer)


def _best(x: Array, axis: Axis, dim: int, mode: str, buffer: Buffer) -> Array:
    """Return the best value of each window along one axis, and note which cell it was."""
    combine, worse, worst = _BEST[mode]
    y = buffer(f"best {dim}", _with(x.shape, dim, axis.output))
    best = x[_at(dim, axis.tap(0)[1])] if _whole(axis) else y
    if best is y:
        y[...] = worst
        places, pixels = axis.tap(0)
        y[_at(dim, places)] = x[_at(dim, pixels)]
    for tap in range(1, axis.kernel):
        places, pixels = axis.tap(tap)
        at, mine = _at(dim, places), x[_at(dim, pixels)]
        won = _won(y.shape, dim, tap, buffer)[at]
        if best is y:
            worse(y[at], mine, out=won)
            combine(y[at], mine, out=y[at])
        else:  # the maximum itself is quicker to read than the strided pixels that it was taken from
            combine(best[at], mine, out=y[at])
            worse(best[at], y[at], out=won)
            best = y
    return best


def _to_winner(grad: Array, axis: Axis, dim: int, buffer: Buffer) -> Array:
    """Return the gradient along one axis before the windows were reduced: each window's goes to its first winner."""
    dx = buffer(f"dx {dim}", _with(grad.shape, dim, axis.size))
    if _whole(axis) and axis.stride >= axis.kernel:  # what no window reads was zero from the first allocation
        return _to_winner_alone(grad, axis, dim, dx, buffer)
    rest = buffer(f"rest {dim}", grad.shape)
    dx[...], rest[...] = 0, grad
    for tap in range(axis.kernel - 1, 0, -1):
        places, pixels = axis.tap(tap)
        at = _at(dim, places)
        won = _won(grad.shape, dim, tap, buffer)[at]
        share = np.multiply(rest[at], won, out=buffer(f"share {dim}", grad.shape)[at])
        rest[at] -= share
        dx[_at(dim, pixels)] += share
    places, pixels = axis.tap(0)
    dx[_at(dim, pixels)] += rest[_at(dim, places)]
    return dx


def _to_winner_alone(grad: Array, axis: Axis, dim: int, dx: Array, buffer: Buffer) -> Array:
    """Like ``_to_winner`` where no two windows share a pixel and none has padding: every pixel is written once."""
    first, rest = dx[_at(dim, axis.tap(0)[1])], grad
    for tap in range(axis.kernel - 1, 0, -1):
        share = dx[_at(dim, axis.tap(tap)[1])]
        np.multiply(rest, _won(grad.shape, dim, tap, buffer), out=share)
        rest = np.subtract(rest, share, out=first if tap == 1 else buffer(f"rest {dim}", grad.shape))
    if rest is grad:
        first[...] = grad
    return dx


def _sum(x: Array, axis: Axis, dim: int, buffer: Buffer) -> Array:
    y = buffer(f"sum {dim}", _with(x.shape, dim, axis.output))
    y[...] = 0
    for places, pixels in map(axis.tap, range(axis.kernel)):
        y[_at(dim, places)] += x[_at(dim, pixels)]
    return y


def _to_all(grad: Array, axis: Axis, dim: int, buffer: Buffer) -> Array:
    dx = buffer(f"dx {dim}", _with(grad.shape, dim, axis.size))
    dx[...] = 0
    for places, pixels in map(axis.tap, range(axis.kernel)):
        dx[_at(dim, pixels)] += grad[_at(dim, places)]
    return dx


def _won(shape: tuple[int, ...], dim: int, tap: int, buffer: Buffer) -> Array:
    return buffer(f"won {dim} {tap}", shape)


def _whole(axis: Axis) -> bool:
    """Return whether every window lies on pixels alone."""
    return not axis.before and axis.used <= axis.size


def _with(shape: tuple[int, ...], dim: int, extent: int) -> tuple[int, ...]:
    return (*shape[:dim], extent, *shape[dim + 1 :])


def _at(dim: int, part: slice) -> tuple[slice, ...]:
    return (slice(None),) * dim + (part,)
