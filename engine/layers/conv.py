"""Two-dimensional convolution."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine import initializers
from engine.geometry import Window
from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.layers.maps import channels_and_window, extent
from engine.ops import conv
from engine.registry import layer
from engine.schema import param


@layer("conv2d", label="Convolution", category="Features")
@dataclass(frozen=True, slots=True)
class Conv2DConfig(LayerConfig):
    """Slides learned kernels over the maps; each filter makes one new map.

    y[f,i,j] = bias[f] + sum over c,u,v of x[c, i S + u - P, j S + v - P] weight[f,c,u,v]
    """

    filters: int = param(8, label="Filters", ge=1, le=512, doc="Number of kernels, and so of output channels F.")
    kernel_size: tuple[int, int] = param(
        (3, 3),
        label="Kernel size",
        ge=1,
        le=64,
        unit="pixels",
        doc="Rows and columns of each kernel, KH × KW.",
    )
    stride: tuple[int, int] = param(
        (1, 1), label="Stride", ge=1, le=16, unit="pixels", doc="Step of the window, down and across."
    )
    padding: tuple[int, int] = param(
        (0, 0),
        label="Padding",
        ge=0,
        le=63,
        unit="pixels",
        doc="Zeros added above and below, left and right.",
    )
    initializer: str = param(
        "He normal", label="Initial weights", choices=tuple(initializers.BY_NAME),
        doc="He suits ReLU; Xavier suits tanh and sigmoid.",
    )  # fmt: skip

    def output_shape(self, shape: Shape) -> Shape:
        return (self.filters, *self.window(shape).output)

    def window(self, shape: Shape) -> Window:
        """Return where the kernels read an input of *shape*; raises ShapeError where they do not fit."""
        return channels_and_window(shape, self.kernel_size, self.stride, self.padding)[1]

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (self.filters, shape[0], *self.kernel_size), "bias": (self.filters,)}

    def initialise(self, parameters: Mapping[str, Array], rng: np.random.Generator) -> None:
        initializers.BY_NAME[self.initializer](parameters["weight"], rng)

    def build(self, shape: Shape) -> "Conv2D":
        return Conv2D(self.window(shape))

    def summary(self) -> str:
        stride = f", stride {extent(self.stride)}" if self.stride != (1, 1) else ""
        padding = f", pad {extent(self.padding)}" if self.padding != (0, 0) else ""
        return f"{self.filters} @ {self.kernel_size[0]}×{self.kernel_size[1]}{stride}{padding}"


class Conv2D(Layer):
    """Convolution by row lowering; parameters weight (F, C, KH, KW) and bias (F,)."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.window = window

    def forward(self, x: Array, work: Workspace) -> Array:
        low = work.saved["low"] = conv.lower(x, self.window, work.buffer)
        return conv.forward(low, self.parameters["weight"], self.parameters["bias"], self.window, work.buffer)

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        weight = self.parameters["weight"]
        grad_output = np.ascontiguousarray(grad_output)
        conv.grad_weight(grad_output, work.saved["low"], weight, self.window, out=work.grads["weight"])
        np.sum(grad_output, axis=(0, 2, 3), out=work.grads["bias"])
        if not input_needed:
            return grad_output[:0]
        return conv.grad_input(grad_output, weight, self.window, work.buffer)
