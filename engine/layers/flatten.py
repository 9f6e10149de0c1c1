"""From maps to a vector."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.registry import layer


@layer("flatten", label="Flatten", category="Shape")
@dataclass(frozen=True, slots=True)
class FlattenConfig(LayerConfig):
    """Lays all maps out in one row of values, channel by channel, so that Dense can read them."""

    keeps_channels: ClassVar[bool] = True

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def sources(self, shape: Shape, channel: int) -> range:
        first = channel // prod(shape[1:])
        return range(first, first + 1)

    def build(self, shape: Shape, backend: str = "fast") -> "Flatten":
        return Flatten()


class Flatten(Layer):
    """(H, C, W, N) -> (C H W, N) in the field's order, C outermost."""

    def forward(self, x: Array, work: Workspace) -> Array:
        work.saved["x"] = x
        if x.ndim == 2:
            return x
        height, channels, width, n = x.shape
        y = work.buffer("y", (channels, height, width, n))
        y[...] = x.transpose(1, 0, 2, 3)
        return y.reshape(-1, n)

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        x = work.saved["x"]
        if x.ndim == 2:
            return grad_output
        height, channels, width, n = x.shape
        return grad_output.reshape(channels, height, width, n).swapaxes(0, 1)
