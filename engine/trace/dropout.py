"""What a dropout layer would do to one sample in a step of training."""

from functools import cached_property

import numpy as np

from engine.layer import Array, Part, Workspace
from engine.passes import in_field_order, in_rows
from engine.trace.record import LayerTrace


class DropoutTrace:
    """The mask of one training step, laid over what the sample brings to the layer outside training.

    Args:
        layer: the layer.
        position: its place in the network, from 0.
        key: (seed, step): the same key, the same mask.
    """

    def __init__(self, layer: LayerTrace, position: int, key: tuple[int, int]) -> None:
        self._layer, self._position, self._key = layer, position, key

    @cached_property
    def mask(self) -> Array:
        """0 for a value that is dropped, 1 / P(kept) for another, in the shape of the input."""
        ones, work = np.ones_like(self._layer.input), Workspace(float, position=self._position)
        work.part = Part(training=True, key=self._key)
        mask = self._layer.spec.config.build(ones.shape).forward(in_rows(ones[None]), work)
        kept: Array = in_field_order(mask)[0].copy()
        return kept

    @cached_property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def output(self) -> Array:
        """The input times the mask."""
        output: Array = self._layer.input * self.mask
        return output

    @property
    def dropped(self) -> int:
        """How many values are dropped."""
        return int(np.count_nonzero(self.mask == 0))
