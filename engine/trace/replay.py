"""The layers of a traced pass at work again: other values forward, other gradients back, in float64.

Where a convolution has many weights, one sample goes quicker by im2col: the fast path multiplies all of them by each
row of the maps, and waits for those that the cache has no room for; im2col reads them once.
"""

from collections.abc import Sequence
from math import prod

import numpy as np

from engine.architecture import LayerSpec
from engine.errors import BadInputError
from engine.layer import Array, LayerConfig, Part, Shape, Workspace
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.plain import FAST
from engine.ops import im2col
from engine.passes import in_field_order, in_rows
from engine.trace.record import LayerTrace, Trace

LINEAR = Conv2DConfig, DenseConfig  # what these add to weights times input is their bias
IM2COL = "im2col"
MOST_WEIGHTS = 2**17  # of a convolution on the fast path: 1 MB of them, a cache of each core


class Step:
    """One layer as it evaluates. Arrays are (N, C, H, W) or (N, features), and valid until the next of their kind."""

    def __init__(self, layer: LayerTrace) -> None:
        config, shape = layer.spec.config, layer.input.shape
        self._layer = config.build(shape)
        self._layer.parameters = layer.parameters
        self._work = Workspace(float)

    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def forward(self, x: Array) -> Array:
        """Return the output for *x*."""
        self._work.part = Part(batch=len(x))
        return in_field_order(self._layer.forward(np.ascontiguousarray(in_rows(x)), self._work))

    @np.errstate(all="ignore")
    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of the input of the last ``forward``, which LINEAR layers do not need."""
        return in_field_order(self._layer.backward(np.ascontiguousarray(in_rows(grad_output)), self._work))


class Replay:
    """Some layers of a trace, one after the other."""

    def __init__(self, layers: Sequence[LayerTrace]) -> None:
        self._steps = [Step(layer) for layer in layers]

    def forward(self, x: Array) -> Array:
        """Return what comes out for *x*, (N, ...); valid until the next forward."""
        for step in self._steps:
            x = step.forward(x)
        return x


@np.errstate(all="ignore")  # what is not finite is shown as it is
def sent_back(layer: LayerTrace, grad_output: Array) -> Array:
    """Return the gradient of what a layer of a trace reads, for that (1, ...) of what it puts out."""
    config, shape = layer.spec.config, layer.input.shape
    if isinstance(config, Conv2DConfig) and backend(config, shape) == IM2COL:
        return im2col.conv2d_grad_input(grad_output, layer.parameters["weight"], config.window(shape), config.groups)
    step = Step(layer)
    if not isinstance(config, LINEAR):
        step.forward(layer.input[None])
    return step.backward(grad_output)


def backend(config: LayerConfig, shape: Shape) -> str:
    """Return what convolves one sample of *shape* sooner."""
    many = isinstance(config, Conv2DConfig) and prod(config.parameter_shapes(shape)["weight"]) > MOST_WEIGHTS
    return IM2COL if many else FAST


def scored(specs: Sequence[LayerSpec]) -> int:
    """Return how many of the layers lead to the logits: all but a last Softmax or Sigmoid, which squeezes them."""
    return len(specs) - bool(specs and specs[-1].config.fused_loss)


def to_logits(trace: Trace) -> tuple[tuple[LayerTrace, ...], Array]:
    """Return the layers that lead to the logits, and the logits (K,)."""
    count = scored([layer.spec for layer in trace.layers])
    return trace.layers[:count], trace.layers[count].input if count < len(trace.layers) else trace.layers[-1].output


def one_hot(logits: Array, chosen: int) -> Array:
    """Return (1, K): the gradient of the logit of class *chosen*; raises BadInputError for a class that is none."""
    if not 0 <= chosen < len(logits):
        raise BadInputError(f"chosen={chosen} is no class; the classes are 0 to {len(logits) - 1}.")
    hot: Array = np.eye(1, len(logits), chosen)
    return hot
