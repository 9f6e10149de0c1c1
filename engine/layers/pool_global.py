"""Pooling over whole maps."""

from dataclasses import dataclass

import numpy as np

from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.layers.maps import channels_and_size
from engine.registry import layer


@layer("global_average_pool", label="Global average", category="Pooling")
@dataclass(frozen=True, slots=True)
class GlobalAveragePoolConfig(LayerConfig):
    """Shrinks each map to its mean, one plain value a channel: global average pooling.

    y[c] = sum over i,j of x[c,i,j] / (H W)

    Source: Lin, Chen and Yan, "Network in network", arXiv 1312.4400, section 3.2.
    """

    def output_shape(self, shape: Shape) -> Shape:
        return (channels_and_size(shape)[0],)

    def sources(self, shape: Shape, channel: int) -> range:
        return range(channel, channel + 1)

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return GlobalAveragePool()


class GlobalAveragePool(Layer):
    """(H, C, W, N) -> (C, N), the mean over H and W; every pixel gets an equal share of the gradient."""

    def forward(self, x: Array, work: Workspace) -> Array:
        work.saved["x"] = x
        y = work.buffer("y", (x.shape[1], x.shape[3]))
        np.mean(x, axis=(0, 2), out=y)
        return y

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        x = work.saved["x"]
        dx = work.like("dx", x)
        np.multiply(grad_output[:, None], 1 / (x.shape[0] * x.shape[2]), out=dx)
        return dx
