"""A pooling layer of one sample taken apart: which pixel won each window, and the gradient's way back."""

from functools import cached_property
from typing import cast

import numpy as np

from engine.layer import Array
from engine.layers.pool import Pool2DConfig
from engine.ops import im2col
from engine.trace.record import LayerTrace

_FILL = {"max": -np.inf, "min": np.inf, "mean": 0.0}  # what padding counts as


class PoolingTrace:
    """The intermediates of a pooling layer, in float64; each is computed when it is first asked for.

    Attributes:
        window: where it reads.
        mode: 'max', 'min' or 'mean'.
    """

    def __init__(self, layer: LayerTrace) -> None:
        config = cast(Pool2DConfig, layer.spec.config)
        self._layer = layer
        self.window, self.mode = config.window(layer.input.shape), config.mode

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
