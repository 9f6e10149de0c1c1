"""Zeros put between the values of maps, and around them. They only keep places apart.

What is finite can be multiplied with them all the same; for the rest, ``Correlation.present`` says where a product is.
"""

from dataclasses import dataclass

import numpy as np

from engine.geometry import Window
from engine.layer import Array


@dataclass(frozen=True, slots=True)
class Dilation:
    """What a convolution's dC/dO is brought to before it is correlated; O, S and K' as in ``engine.trace.convolution``.

    Attributes:
        window: where the kernels read.
        skipped: a deliberate fault: values stay neighbours, and the zeros come behind them.
    """

    window: Window
    skipped: bool

    def between(self, maps: Array) -> Array:
        """Return maps (K, OH, OW) with S - 1 zeros between neighbours: (K, (OH - 1) S + 1, (OW - 1) S + 1)."""
        dilated = dilate(maps, (self.window.rows.stride, self.window.cols.stride))
        if self.skipped:
            dilated[...] = 0
            dilated[:, : self.window.rows.output, : self.window.cols.output] = maps
        return dilated

    def around(self, maps: Array) -> Array:
        """Return maps (K, ...) with K' - 1 zeros on every side."""
        rows, cols = self.window.rows.extent - 1, self.window.cols.extent - 1
        return np.pad(maps, ((0, 0), (rows, rows), (cols, cols)))

    @property
    def values(self) -> Array:
        """(1, (OH - 1) S + 1, (OW - 1) S + 1), bool: where ``between`` has values, zero or not."""
        return self.between(np.ones((1, *self.window.output))) > 0


def dilate(maps: Array, step: tuple[int, int]) -> Array:
    """Return maps (K, H, W) with step - 1 zeros between neighbours: (K, (H - 1) step + 1, (W - 1) step + 1)."""
    (planes, *size), (down, across) = maps.shape, step
    dilated: Array = np.zeros((planes, *((n - 1) * s + 1 for n, s in zip(size, step, strict=True))))
    dilated[:, ::down, ::across] = maps
    return dilated
