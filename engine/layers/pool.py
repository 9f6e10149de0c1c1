"""Pooling: max, mean and min."""

from dataclasses import dataclass
from typing import ClassVar

from engine.errors import ShapeError
from engine.geometry import PADDING_WORDS, Padding, Window
from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.layers.maps import channels_and_window, extent
from engine.layers.plain import FAST, PlainPool2D
from engine.ops import pool
from engine.registry import layer
from engine.schema import param


@layer("pool2d", label="Pooling", category="Pooling")
@dataclass(frozen=True, slots=True)
class Pool2DConfig(LayerConfig):
    """Shrinks each map: a window keeps only its largest, mean or smallest value."""

    keeps_channels: ClassVar[bool] = True

    mode: str = param(
        "max", label="Keep", choices=("max", "mean", "min"), doc="Which value of each window is passed on."
    )
    size: tuple[int, int] = param(
        (2, 2), label="Window", ge=1, le=64, unit="pixels", doc="Rows and columns of the window."
    )
    stride: tuple[int, int] = param(
        (2, 2), label="Stride", ge=1, le=64, unit="pixels", doc="Step of the window, down and across."
    )
    padding: Padding = param(
        (0, 0), label="Padding", ge=0, le=63, unit="pixels", choices=PADDING_WORDS,
        doc=("Rows and columns added on each side. They are never selected by max or min, and count "
            "as 0 in a mean."),
    )  # fmt: skip

    def output_shape(self, shape: Shape) -> Shape:
        if not isinstance(self.padding, str) and any(p >= k for p, k in zip(self.padding, self.size, strict=True)):
            raise ShapeError(
                f"A padding of {self.padding[0]} × {self.padding[1]} makes windows of {self.size[0]} × {self.size[1]}"
                " that hold no pixel.",
                "Make the padding smaller than the window.",
            )
        return (shape[0], *self.window(shape).output)

    def sources(self, shape: Shape, channel: int) -> range:
        return range(channel, channel + 1)

    def window(self, shape: Shape) -> Window:
        """Return where the window reads an input of *shape*; raises ShapeError where it does not fit."""
        return channels_and_window(shape, self.size, self.stride, self.padding)[1]

    def build(self, shape: Shape, backend: str = FAST) -> Layer:
        if backend == FAST:
            return Pool2D(self.window(shape), self.mode)
        return PlainPool2D(backend, size=self.size, stride=self.stride, padding=self.padding, mode=self.mode)

    def summary(self) -> str:
        stride = f", stride {extent(self.stride)}" if self.stride != self.size else ""
        padding = f", pad {extent(self.padding)}" if self.padding != (0, 0) else ""
        return f"{self.mode} {self.size[0]}×{self.size[1]}{stride}{padding}"


class Pool2D(Layer):
    """Pooling over windows that may overlap or leave gaps."""

    def __init__(self, window: Window, mode: str) -> None:
        super().__init__()
        self.window, self.mode, self.picks = window, mode, mode != "mean"

    def forward(self, x: Array, work: Workspace) -> Array:
        return pool.forward(x, self.window, self.mode, work.buffer)

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        return pool.backward(grad_output, self.window, self.mode, work.buffer)
