"""A pooling layer of one sample taken apart: which pixel won each window, and the gradient's way back."""

from dataclasses import replace
from functools import cached_property
from typing import cast

import numpy as np

from engine.faults import DOUBLED, UNDIVIDED
from engine.geometry import Axis
from engine.layer import Array
from engine.layers.pool import Pool2DConfig
from engine.ops import im2col
from engine.trace.record import LayerTrace

Pair = tuple[int, int]

_FILL = {"max": -np.inf, "min": np.inf, "mean": 0.0}  # what padding counts as


class PoolingTrace:
    """The intermediates of a pooling layer, in float64; each is computed when it is first asked for.

    Attributes:
        window: where it reads.
        mode: 'max', 'min' or 'mean'.
        doubles: whether each of equal winners gets the gradient, a deliberate fault.
        divides: whether the gradient of a mean is shared; each cell gets all of it where that is a deliberate fault.
    """

    def __init__(self, layer: LayerTrace) -> None:
        config = cast(Pool2DConfig, layer.spec.config)
        self._layer = layer
        self.window, self.mode = config.window(layer.input.shape), config.mode
        self.doubles, self.divides = DOUBLED in layer.faults, UNDIVIDED not in layer.faults

    @classmethod
    def of_channel(cls, layer: LayerTrace, channel: int) -> "PoolingTrace":
        """Return the trace of one channel alone, which then counts as channel 0: the windows of all are much."""
        names = "input", "output", "grad_input", "grad_output"
        return cls(replace(layer, **{name: getattr(layer, name)[channel, None] for name in names}))

    @cached_property
    def cells(self) -> Array:
        """(C, KH KW, OH, OW): what each window reads, in reading order, with the padding as -inf, inf or 0."""
        columns: Array = im2col.im2col(self._layer.input[None], self.window, _FILL[self.mode])[0]
        return columns.reshape(len(columns), self.window.taps, *self.window.output)

    @cached_property
    def winners(self) -> Array:
        """(C, OH, OW): the number of the cell that each window keeps, the first of equals; of a mean there is none."""
        if self.mode == "mean":
            return np.full(self._layer.output.shape, -1)
        winners: Array = self.cells.argmax(axis=1) if self.mode == "max" else self.cells.argmin(axis=1)
        return winners

    @cached_property
    def winning_pixels(self) -> Array:
        """(2, C, OH, OW): row and column in the input of each window's winner; not of a mean."""
        (rows, cols), (i, j) = (self.window.rows, self.window.cols), np.indices(self.window.output)
        u, v = np.divmod(self.winners, cols.kernel)
        return np.stack((i * rows.stride + u - rows.before, j * cols.stride + v - cols.before))

    @cached_property
    def ties(self) -> Array:
        """(C, OH, OW): how many cells of each window have the winner's value; 0 for a mean."""
        if self.mode == "mean":
            return np.zeros(self._layer.output.shape, np.intp)
        ties: Array = np.count_nonzero(self.cells == self._layer.output[:, None], axis=1)
        return ties

    @cached_property
    def wins(self) -> Array:
        """(C, H, W): how many windows each pixel won; for a mean, how many read it."""
        if self.mode == "mean":
            return np.broadcast_to(self.window.read_counts(), self._layer.input.shape)
        wins = np.zeros(self._layer.input.shape, np.intp)
        channels = np.arange(len(wins))[:, None, None]
        np.add.at(wins, (channels, *self.winning_pixels), 1)
        return wins

    @cached_property
    def reached(self) -> Array:
        """(C, H, W): how many windows send their gradient to each pixel; as ``wins``, but for a fault."""
        if not self.doubles:
            return self.wins
        equal = (self.cells == self._layer.output[:, None]).reshape(
            len(self.cells), self.window.rows.kernel, self.window.cols.kernel, *self.window.output
        )
        reached: Array = im2col.col2im(equal[None].astype(float), self.window)[0]
        return reached.astype(np.intp)

    @cached_property
    def padded(self) -> Array:
        """(C, H + 2P, W + 2P): the input, with zeros for the padding, which never wins."""
        return np.pad(self._layer.input, ((0, 0), *((axis.before, axis.after) for axis in self._axes)))

    def part(self, i: int, j: int) -> tuple[slice, slice]:
        """Return the rows and columns of ``padded`` that the window (i, j) reads."""
        rows, cols = (slice(n * a.stride, n * a.stride + a.kernel) for n, a in zip((i, j), self._axes, strict=True))
        return rows, cols

    def pixels(self, i: int, j: int) -> list[Pair]:
        """Return row and column in the input of each cell of the window (i, j) that is no padding, in reading order."""
        ends = zip(self.part(i, j), self._axes, strict=True)
        rows, cols = (range(max(0, p.start - a.before), min(a.size, p.stop - a.before)) for p, a in ends)
        return [(row, col) for row in rows for col in cols]

    def place_over(self, row: int, col: int) -> Pair:
        """Return the window that has its middle nearest to the cell (row, col) of ``padded``."""
        axes = zip((row, col), self._axes, strict=True)
        i, j = (min(a.output - 1, max(0, round((n - (a.kernel - 1) / 2) / a.stride))) for n, a in axes)
        return i, j

    def takers(self, channel: int, i: int, j: int) -> list[Pair]:
        """Return the pixels that the gradient of the window (i, j) goes to: its winner, or all that a mean reads.

        With a deliberate fault it goes to all that equal the winner, which is the first of them.
        """
        if self.mode == "mean":
            return self.pixels(i, j)
        if self.doubles:
            best = self._layer.output[channel, i, j]
            return [pixel for pixel in self.pixels(i, j) if self._layer.input[channel][pixel] == best]
        row, col = self.winning_pixels[:, channel, i, j].tolist()
        return [(row, col)]

    def senders(self, channel: int, row: int, col: int) -> list[Pair]:
        """Return the windows whose gradient, or a share of it, goes to a pixel, in reading order."""
        if self.mode == "mean" or self.doubles:
            taken = np.logical_and.outer(*(_reads(a, n) for a, n in zip(self._axes, (row, col), strict=True)))
        else:
            taken = (self.winning_pixels[:, channel] == np.array((row, col))[:, None, None]).all(axis=0)
        if self.doubles:
            taken &= self._layer.output[channel] == self._layer.input[channel, row, col]
        return [(i, j) for i, j in np.argwhere(taken).tolist()]

    @cached_property
    def sent(self) -> Array:
        """(C, OH, OW): what each window sends to each of its takers: dC/dO, or that divided by KH KW for a mean."""
        return self._layer.grad_output / (self.window.taps if self.mode == "mean" and self.divides else 1)

    @property
    def _axes(self) -> tuple[Axis, Axis]:
        return self.window.rows, self.window.cols


def _reads(axis: Axis, pixel: int) -> Array:
    """Return (O,): which places of the window read *pixel* of the unpadded axis."""
    starts = np.arange(axis.output) * axis.stride - axis.before
    return (starts <= pixel) & (pixel < starts + axis.kernel)
