"""An activation of one sample: the curve that the layer itself draws, and where the sample's values lie on it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.layer import Array, Workspace
from engine.trace.record import LayerTrace

FLAT = 0.01  # a slope below it: next to nothing of a gradient comes through


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """x, y = f(x) and slope = f'(x), each (n,)."""

    x: Array
    y: Array
    slope: Array


class ActivationTrace:
    """What an activation does to one sample, in float64."""

    def __init__(self, layer: LayerTrace) -> None:
        self._layer = layer

    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def curve(self, x: Array) -> Curve:
        """Return what the layer makes of the values x (n,), and its slope there."""
        config = self._layer.spec.config
        work, column = Workspace(float), np.array(x, float)[:, None]
        layer = config.build((len(x),))
        y = layer.forward(column.copy(), work)
        slope = layer.backward(np.ones_like(column), work)
        return Curve(column[:, 0], y[:, 0].copy(), slope[:, 0].copy())

    @cached_property
    def values(self) -> Curve:
        """The sample's values, all of them in their order."""
        return self.curve(self._layer.input.ravel())

    @property
    def flat(self) -> int:
        """How many of the sample's values lie where the slope is below FLAT, up or down."""
        return int(np.count_nonzero(np.abs(self.values.slope) < FLAT))
