"""Which value of a map stands where in the row of values that Flatten makes of all maps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.layer import LayerConfig, Shape
from engine.layers.flatten import FlattenConfig


@dataclass(frozen=True, slots=True)
class Flattening:
    """Places in maps of *shape* (C, H, W) and in the row: (c H + i) W + j."""

    shape: Shape

    def position(self, channel: int, row: int, col: int) -> int:
        """Return the place in the row of a value of the maps."""
        return int(np.ravel_multi_index((channel, row, col), self.shape))

    def place(self, position: int) -> tuple[int, int, int]:
        """Return (channel, row, column) of a value of the row."""
        channel, row, col = map(int, np.unravel_index(position, self.shape))
        return channel, row, col


def behind(before: Sequence[tuple[LayerConfig, Shape | None]]) -> Flattening | None:
    """Return which maps the inputs of a layer come from; None where no Flatten of maps lies before it.

    Layers that leave each value in its place may lie between.

    Args:
        before: the layers before it with the shapes of their inputs.
    """
    for config, shape in reversed(before):
        if isinstance(config, FlattenConfig) and shape is not None and len(shape) == 3:
            return Flattening(shape)
        if not (config.keeps_places or isinstance(config, FlattenConfig)):
            return None
    return None
