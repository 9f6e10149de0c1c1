"""The fast pooling in the layout (H, C, W, N): first along the columns, then along the rows.

A window's largest value is the largest of its rows' largest values, so KH + KW passes do what KH KW would. Along
an axis each cell of the window is compared with the best one before it, and ``won`` keeps where it was strictly
better: the last cell that was is the first winner, in reading order, and backward hands it the gradient. A cell
that lies in the padding takes no part, so padding can never win.
"""

import numpy as np

from engine.geometry import Axis, Window
from engine.ops.lowering import Array, Buffer

ROWS, COLS = 0, 2  # the axes of (H, C, W, N)
_BEST = {"max": (np.maximum, np.less, -np.inf), "min": (np.minimum, np.greater, np.inf)}


def forward(x: Array, window: Window, mode: str, buffer: Buffer) -> Array:
    """Return y (OH, C, OW, N) for x (H, C, W, N); *mode* is 'max', 'min' or 'mean' (divisor always KH KW).

    Where each cell won stays in the buffers, for ``backward``.
    """
    height, channels, _, n = x.shape
    half = buffer("half", (height, channels, window.cols.output, n))  # backward may use it again
    y = buffer("y", (window.rows.output, *half.shape[1:]))
    if mode == "mean":
        _sum(x, window.cols, COLS, half)
        _sum(half, window.rows, ROWS, y)
        return np.divide(y, window.taps, out=y)
    _best(x, window.cols, COLS, mode, half, buffer)
    _best(half, window.rows, ROWS, mode, y, buffer)
    return y


def backward(grad_output: Array, window: Window, mode: str, buffer: Buffer, into: Array | None = None) -> Array:
    """Return dC/dX (H, C, W, N). Max and min: the first winner in reading order takes all. Mean: equal shares.

    *into*, where it is given, is overwritten with the result: it may be the input that nobody needs any more.
    """
    _, channels, width, n = grad_output.shape
    by_row = buffer("half", (window.rows.size, channels, width, n))
    dx = buffer("dx", (window.rows.size, channels, window.cols.size, n)) if into is None else into
    if mode == "mean":
        grad_output = np.divide(grad_output, window.taps, out=buffer("share", grad_output.shape))
    hand_back = _to_all if mode == "mean" else _to_winner
    hand_back(grad_output, window.rows, ROWS, by_row, buffer)
    hand_back(by_row, window.cols, COLS, dx, buffer)
    return dx


def _best(x: Array, axis: Axis, dim: int, mode: str, y: Array, buffer: Buffer) -> None:
    """Write the best value of each window along one axis to *y*, and note which cell it was."""
    combine, worse, worst = _BEST[mode]
    best = x[_at(dim, axis.tap(0)[1])]
    if not _whole(axis) or axis.kernel == 1:
        y[...] = worst
        y[_at(dim, axis.tap(0)[0])] = best
        best = y
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


def _to_winner(grad: Array, axis: Axis, dim: int, dx: Array, buffer: Buffer) -> None:
    """Write the gradient along one axis before the windows were reduced to *dx*: all goes to the first winner."""
    if _whole(axis) and axis.stride >= axis.kernel:
        _to_winner_alone(grad, axis, dim, dx, buffer)
        return
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


def _to_winner_alone(grad: Array, axis: Axis, dim: int, dx: Array, buffer: Buffer) -> None:
    """Like ``_to_winner`` where no two windows share a pixel and none has padding: every pixel is written once."""
    dx[_at(dim, slice(axis.used if axis.stride == axis.kernel else 0, None))] = 0  # what no window reads
    first, rest = dx[_at(dim, axis.tap(0)[1])], grad
    for tap in range(axis.kernel - 1, 0, -1):
        share = dx[_at(dim, axis.tap(tap)[1])]
        np.multiply(rest, _won(grad.shape, dim, tap, buffer), out=share)
        rest = np.subtract(rest, share, out=first if tap == 1 else buffer(f"rest {dim}", grad.shape))
    if rest is grad:
        first[...] = grad


def _sum(x: Array, axis: Axis, dim: int, y: Array) -> None:
    y[...] = 0
    for places, pixels in map(axis.tap, range(axis.kernel)):
        y[_at(dim, places)] += x[_at(dim, pixels)]


def _to_all(grad: Array, axis: Axis, dim: int, dx: Array, buffer: Buffer) -> None:
    dx[...] = 0
    for places, pixels in map(axis.tap, range(axis.kernel)):
        dx[_at(dim, pixels)] += grad[_at(dim, places)]


def _won(shape: tuple[int, ...], dim: int, tap: int, buffer: Buffer) -> Array:
    return buffer(f"won {dim} {tap}", shape)


def _whole(axis: Axis) -> bool:
    """Return whether every window lies on pixels alone."""
    return not axis.before and axis.used <= axis.size


def _at(dim: int, part: slice) -> tuple[slice, ...]:
    return (slice(None),) * dim + (part,)
