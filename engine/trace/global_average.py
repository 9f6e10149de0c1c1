"""A global average pooling of one sample taken apart."""

import numpy as np

from engine.faults import UNDIVIDED
from engine.layer import Array
from engine.trace.record import LayerTrace


class GlobalAverageTrace:
    """y[c] = sum over i,j of x[c,i,j] / (H W); each pixel's gradient is dC/dO[c] / (H W).

    Attributes:
        count: H W, the pixels of a map.
        divides: whether the gradient is shared; each pixel gets all of it where that is a deliberate fault.
    """

    def __init__(self, layer: LayerTrace) -> None:
        self._layer = layer
        self.count, self.divides = int(np.prod(layer.input.shape[1:])), UNDIVIDED not in layer.faults

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def sums(self) -> Array:
        """(C,): the sum of each map."""
        sums: Array = self._layer.input.sum(axis=(1, 2))
        return sums

    @property
    def shares(self) -> Array:
        """(C,): the gradient of each pixel of a map."""
        shares: Array = self._layer.grad_output / (self.count if self.divides else 1)
        return shares
