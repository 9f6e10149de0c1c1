"""Two-dimensional convolution."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd, prod

import numpy as np

from engine import initializers
from engine.errors import ShapeError
from engine.geometry import PADDING_WORDS, Padding, Window
from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.layers.maps import channels_and_window, extent
from engine.layers.plain import FAST, PlainConv2D
from engine.ops import conv
from engine.ops.lowering import lower
from engine.registry import layer
from engine.schema import param


@layer("conv2d", label="Convolution", category="Features")
@dataclass(frozen=True, slots=True)
class Conv2DConfig(LayerConfig):
    """Slides learned kernels over the maps; each filter makes one new map.

    y[f,i,j] = bias[f] + sum over c,u,v of x[c, i S + u D - P, j S + v D - P] weight[f,c,u,v]
    """

    filters: int = param(8, label="Filters", ge=1, le=512, doc="Number of filters F, and so of output channels.")
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
    padding: Padding = param(
        (0, 0),
        label="Padding",
        ge=0,
        le=63,
        unit="pixels",
        choices=PADDING_WORDS,
        doc="Zeros added above and below, left and right; or valid: none, same: as many as keep the size (divided by"
        " the stride; an odd one goes below and to the right), full: wherever the kernel touches a pixel.",
    )
    dilation: tuple[int, int] = param(
        (1, 1), label="Dilation", ge=1, le=16, unit="pixels",
        doc="Distance between neighbouring cells of the kernel, down and across; 1 leaves no gap.",
    )  # fmt: skip
    groups: int = param(
        1, label="Groups", ge=1, le=512,
        doc=("Number of groups: each group of filters reads its own part of the channels; as many "
            "groups as channels is a depthwise convolution."),
    )  # fmt: skip
    bias: bool = param(True, label="Bias", doc="Add a learned number to each filter's map.")
    initializer: str = param(
        "He normal", label="Initial weights", choices=tuple(initializers.BY_NAME),
        doc="He suits ReLU; Xavier suits tanh and sigmoid; with edges every kernel begins as the same edge detector.",
    )  # fmt: skip

    def output_shape(self, shape: Shape) -> Shape:
        return (self.filters, *self.window(shape).output)

    def window(self, shape: Shape) -> Window:
        """Return where the kernels read an input of *shape*; raises ShapeError where they do not fit."""
        channels, window = channels_and_window(shape, self.kernel_size, self.stride, self.padding, self.dilation)
        if channels % self.groups or self.filters % self.groups:
            raise ShapeError(
                f"{self.groups} groups cannot share {channels} channels and {self.filters} filters evenly.",
                f"Set Groups to a number that divides both; {gcd(channels, self.filters)} is the largest.",
            )
        return window

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        weight = {"weight": (self.filters, shape[0] // self.groups, *self.kernel_size)}
        return weight | ({"bias": (self.filters,)} if self.bias else {})

    def sources(self, shape: Shape, channel: int) -> range:
        each = shape[0] // self.groups
        group = channel // (self.filters // self.groups)
        return range(group * each, (group + 1) * each)

    def parameter_arithmetic(self, shape: Shape) -> str:
        shapes = self.parameter_shapes(shape)
        bias = f" + {self.filters}" if self.bias else ""
        kernel = " × ".join(map(str, shapes["weight"][1:]))
        return f"{self.filters} × ({kernel}){bias} = {sum(map(prod, shapes.values())):,}"

    def multiply_adds(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.parameter_shapes(shape)["weight"][1:])

    def initialise(self, parameters: Mapping[str, Array], rng: np.random.Generator) -> None:
        initializers.BY_NAME[self.initializer](parameters["weight"], rng, self.groups)

    def build(self, shape: Shape, backend: str = FAST) -> Layer:
        if backend == FAST:
            return Conv2D(self.window(shape), self.groups)
        how = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation, "groups": self.groups}
        return PlainConv2D(backend, **how)

    def summary(self) -> str:
        kernel = f"{self.filters} @ {self.kernel_size[0]}×{self.kernel_size[1]}"
        named = (
            ("stride ", extent(self.stride), "1"), ("pad ", extent(self.padding), "0"),
            ("dilation ", extent(self.dilation), "1"), ("groups ", str(self.groups), "1"),
        )  # fmt: skip
        unusual = [(name, value) for name, value, usual in named if value != usual]
        return kernel + "".join(f", {name if len(unusual) < 3 else name[0]}{value}" for name, value in unusual)


class Conv2D(Layer):
    """Convolution by row lowering; parameters weight (F, C/G, KH, KW) and, where it has one, bias (F,)."""

    forgets = True

    def __init__(self, window: Window, groups: int) -> None:
        super().__init__()
        self.window, self.groups = window, groups

    def forward(self, x: Array, work: Workspace) -> Array:
        return self.add_bias(self.products(x, work))

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        grad_output = np.ascontiguousarray(grad_output)
        self.grad_bias(grad_output, work)
        return self.grad_products(grad_output, work, input_needed)

    def products(self, x: Array, work: Workspace) -> Array:
        """Return the output without the bias."""
        low = work.saved["low"] = lower(x, self.window, self.groups, work.buffer)
        return conv.forward(low, self.parameters["weight"], self.window, work.buffer)

    def add_bias(self, y: Array) -> Array:
        """Add the bias, where there is one, to y (rows, F, columns, N) in place."""
        if "bias" in self.parameters:
            by_filter = y.reshape(*y.shape[:2], -1)
            by_filter += self.parameters["bias"][:, None]
        return y

    def grad_bias(self, grad_output: Array, work: Workspace) -> None:
        """Write dC/db, where there is a bias, for the gradient of what ``add_bias`` returned."""
        if "bias" in work.grads:
            conv.grad_bias(grad_output, out=work.grads["bias"])

    def grad_products(self, grad_output: Array, work: Workspace, input_needed: bool) -> Array:
        """Write dC/dW and return dC/dX for the gradient of what ``products`` returned."""
        weight = self.parameters["weight"]
        if "weight" in work.grads:
            conv.grad_weight(grad_output, work.saved["low"], weight, self.window, work.grads["weight"], work.buffer)
        if not input_needed:
            return grad_output[:0]
        return conv.grad_input(grad_output, weight, self.window, self.groups, work.buffer)
