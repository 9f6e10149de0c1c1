"""How far the colours of pictures reach: each map for itself, the maps of a layer alike, or all of a network alike."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.round_numbers import round_up, round_up_each

Floats = npt.NDArray[np.floating]


class Scale(Enum):
    """What shares one range of colours. Its value is its place in a list of choices."""

    MAP = 0
    LAYER = 1
    NETWORK = 2


def _unknown(colormap: ColorMap) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Ranges:
    """A choice of scale, and what it needs to know.

    Attributes:
        scale: which pictures have the same colours for the same values.
        largest: the largest magnitude in the whole network of what a colour map is for; 0 where that is not known.
    """

    scale: Scale = Scale.LAYER
    largest: Callable[[ColorMap], float] = _unknown

    @property
    def shared(self) -> "Ranges":
        """The choice for single values, which share their colours: each alone would be as strong as can be."""
        return Ranges() if self.scale is Scale.MAP else self

    def limit(self, values: Floats, colormap: ColorMap, of_layer: float) -> float:
        """Return the value of the last colour for one map of *values*, whose layer goes up to *of_layer*.

        It never is too small for the layer: a product may exceed all values of a network.
        """
        if self.part(colormap):
            return round_up(signed_levels(values))
        return self.whole(colormap, of_layer)

    def part(self, colormap: ColorMap) -> bool:
        """Return whether each map has colours of its own."""
        return self.scale is Scale.MAP and colormap.signed

    def each(self, maps: Floats, colormap: ColorMap, of_layer: float) -> Floats | float:
        """Return ``limit`` of each of *maps* (..., H, W), (..., 1, 1), or the one limit that they share."""
        if not self.part(colormap):
            return self.whole(colormap, of_layer)
        largest = np.where(np.isfinite(maps), np.abs(maps), 0).max(axis=(-2, -1), keepdims=True)
        return round_up_each(np.where(largest > 0, largest, 1))

    def whole(self, colormap: ColorMap, of_layer: float) -> float:
        """Return the value of the last colour for all maps of a layer, where they share it."""
        if self.scale is Scale.NETWORK and (largest := self.largest(colormap)) > of_layer:
            return round_up(largest)
        return of_layer
