"""Dropout: values are left out at random while the network trains."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.registry import layer
from engine.schema import param

GROUP = 16  # samples that share a block of random bits: 16 bits each


@layer("dropout", label="Dropout", category="Regularisation")
@dataclass(frozen=True, slots=True)
class DropoutConfig(LayerConfig):
    """Leaves out values at random in training, so that the network cannot rely on any single one.

    y = x / (1 - rate) for those kept, else 0; y = x outside training, so that both have the same mean

    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.
    """

    keeps_places: ClassVar[bool] = True
    keeps_channels: ClassVar[bool] = True

    rate: float = param(
        0.5, label="Rate", ge=0, le=0.95, doc="Fraction of the values that is dropped; try 0.5 for Dense, 0.1 for maps."
    )

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def sources(self, shape: Shape, channel: int) -> range:
        return range(channel, channel + 1)

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return Dropout(self.rate)

    def summary(self) -> str:
        return f"rate {self.rate:g}"


class Dropout(Layer):
    """Inverted dropout: y = x mask, where a mask's cell is 0 or 1 / P(kept), drawn anew in each training step.

    A value is kept where 16 random bits are at least round(rate 2^16); P(kept) is what that comes to exactly.

    The bits are a function of (seed, step), the layer's position, the sample's place in the mini-batch and the
    value's in the sample, so that it does not matter how a mini-batch is cut. They come from a counter-based
    generator, whose block of 256 bits at any place can be had without those before: (seed, step) is its key, the
    position the second word of its counter, and the first counts blocks, value by value for every 16 samples.

    Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, for the generator, Philox.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self._dropped = round(rate * 2**16)  # of all that 16 bits can be

    def forward(self, x: Array, work: Workspace) -> Array:
        if not work.part.training:
            return x
        scale = x.dtype.type(2**16 / (2**16 - self._dropped))
        mask = work.saved["mask"] = work.like("mask", x)
        np.multiply(self._kept(x.shape, work), scale, out=mask)
        return np.multiply(x, mask, out=work.like("y", x))

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        if not work.part.training:
            return grad_output
        mask = work.saved["mask"]
        return np.multiply(grad_output, mask, out=work.like("dx", mask))

    def _kept(self, shape: Shape, work: Workspace) -> Array:
        """Return which values of (..., N) stay, as bool."""
        first, values, n = work.part.first, prod(shape[:-1]), shape[-1]
        start, stop = first // GROUP, -(-(first + n) // GROUP)
        generator = np.random.Philox(counter=(start * values, work.position, 0, 0), key=work.part.key)
        bits = generator.random_raw(values * (stop - start) * GROUP // 4).view(np.uint16)
        kept = work.buffer("kept", (values, stop - start, GROUP), np.bool_)
        by_group = bits.reshape(stop - start, values, GROUP)
        np.greater_equal(by_group.swapaxes(0, 1), np.uint16(self._dropped), out=kept)
        skipped = first - start * GROUP
        mine: Array = kept.reshape(values, -1)[:, skipped : skipped + n]
        return mine.reshape(shape)
