"""A dense layer of one sample taken apart: what each input adds to a unit."""

import numpy as np

from engine.layer import Array
from engine.trace.record import LayerTrace


class DenseTrace:
    """The products of a dense layer, in float64: output[k] = bias[k] + sum over i of weight[k,i] input[i].

    Attributes:
        input: (features,).
        weight: (units, features).
        bias: (units,).
        output: (units,).
    """

    def __init__(self, layer: LayerTrace) -> None:
        self.input, self.output = layer.input, layer.output
        self.weight: Array = layer.parameters["weight"]
        self.bias: Array = layer.parameters["bias"]
        self._order: tuple[int, Array] | None = None  # of the unit that was asked for last

    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def contributions(self, unit: int) -> Array:
        """Return (features,): weight times input, for one unit."""
        contributions: Array = self.weight[unit] * self.input
        return contributions

    @np.errstate(all="ignore")
    def sums_so_far(self, unit: int) -> Array:
        """Return (features,): the contributions added up, those that add most first."""
        sums: Array = np.cumsum(self.contributions(unit)[self.largest_first(unit)])
        return sums

    def largest_first(self, unit: int) -> Array:
        """Return (features,): the inputs by how much they add to the unit, whatever the sign; equals in their order."""
        if self._order is None or self._order[0] != unit:
            self._order = unit, np.argsort(-np.abs(self.contributions(unit)), kind="stable")
        return self._order[1]
