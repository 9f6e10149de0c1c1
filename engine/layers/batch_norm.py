"""Batch normalisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.registry import layer
from engine.schema import param

SUMS = {2: "fn->f", 4: "hcwn->c"}  # over everything but the channels, by the number of axes
PRODUCTS = {2: "fn,fn->f", 4: "hcwn,hcwn->c"}


@layer("batch_norm", label="Batch norm", category="Regularisation")
@dataclass(frozen=True, slots=True)
class BatchNormConfig(LayerConfig):
    """Gives each channel, or each plain value, the mean 0 and variance 1, then a learned scale and shift.

    y = scale (x - mean) / sqrt(variance + epsilon) + shift

    In training, mean and variance are those of the whole mini-batch over samples and positions, variance with the
    divisor n. Meanwhile the running ones follow, r <- (1 - momentum) r + momentum new, with the unbiased variance
    (divisor n - 1), and stand in for them outside training. A mini-batch of one value a channel tells nothing about
    the variance: its output is the shift, and the running ones stay.

    Source: Ioffe and Szegedy, "Batch normalization", arXiv 1502.03167; the conventions are PyTorch's BatchNorm2d.
    """

    keeps_places: ClassVar[bool] = True
    keeps_channels: ClassVar[bool] = True

    momentum: float = param(
        0.1, label="Momentum", gt=0, le=1,
        doc=("Weight of each mini-batch in the running mean and variance, which are used in "
            "evaluation."),
    )  # fmt: skip
    epsilon: float = param(
        1e-5, label="Epsilon", ge=1e-10, le=1, doc="Added to the variance, so that a constant channel stays finite."
    )

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def sources(self, shape: Shape, channel: int) -> range:
        return range(channel, channel + 1)

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"scale": shape[:1], "shift": shape[:1]}

    def statistic_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"running_mean": shape[:1], "running_variance": shape[:1]}

    def parameter_arithmetic(self, shape: Shape) -> str:
        return f"2 × {shape[0]} = {2 * shape[0]:,}"

    def multiply_adds(self, shape: Shape) -> int:
        return prod(shape)  # outside training: one scale and one shift for each value

    def initialise(self, parameters: Mapping[str, Array], rng: np.random.Generator) -> None:
        for name, value in (("scale", 1), ("shift", 0), ("running_mean", 0), ("running_variance", 1)):
            parameters[name][...] = value

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return BatchNorm(self.momentum, self.epsilon)

    def summary(self) -> str:
        momentum = f"momentum {self.momentum:g}" if self.momentum != 0.1 else ""
        epsilon = f"epsilon {self.epsilon:g}" if self.epsilon != 1e-5 else ""
        return ", ".join(filter(None, (momentum, epsilon)))


class BatchNorm(Layer):
    """Batch normalisation over (H, C, W, N) or (features, N); sums go over all parts of the mini-batch.

    With z = (x - mean) / deviation, deviation = sqrt(variance + epsilon) and the mean over n values of a channel:
    dx = scale / deviation (dy - mean(dy) - z mean(dy z)); outside training, dx = scale / deviation dy.
    """

    def __init__(self, momentum: float, epsilon: float) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon

    def forward(self, x: Array, work: Workspace) -> Array:
        training, total, count = work.part.training, work.part.total, _count(x, work)
        mean, variance = self.parameters["running_mean"], self.parameters["running_variance"]
        if training:
            mean = total(np.einsum(SUMS[x.ndim], x)) / count
        centred = np.subtract(x, _along(mean, x), out=work.like("centred", x))
        if training:  # of what is left of the mean: a difference of large squares would lose digits
            variance = total(np.einsum(PRODUCTS[x.ndim], centred, centred)) / count
            if work.part.first == 0:
                self._follow(mean, variance, count)
        inverse = 1 / np.sqrt(variance + self.epsilon)
        work.saved.update(centred=centred, inverse=inverse)
        y = np.multiply(centred, _along(self.parameters["scale"] * inverse, x), out=work.like("y", x))
        y += _along(self.parameters["shift"], x)
        return y

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        centred, inverse = work.saved["centred"], work.saved["inverse"]
        if work.grads or work.part.training:
            products = np.einsum(PRODUCTS[centred.ndim], grad_output, centred)
            sums = np.stack((np.einsum(SUMS[centred.ndim], grad_output), products * inverse))
        if work.grads:
            work.grads["shift"][...], work.grads["scale"][...] = sums
        if not input_needed:
            return grad_output[:0]
        factor, dx = _along(self.parameters["scale"] * inverse, centred), work.like("dx", centred)
        if not work.part.training:
            return np.multiply(grad_output, factor, out=dx)
        shift, slope = work.part.total(sums) / _count(centred, work)
        np.multiply(centred, _along(-slope * inverse, centred), out=dx)
        dx += grad_output
        dx -= _along(shift, centred)
        dx *= factor
        return dx

    def _follow(self, mean: Array, variance: Array, count: int) -> None:
        """Let the running statistics follow those of a mini-batch with *count* values a channel."""
        if count == 1:
            return
        for name, new in (("running_mean", mean), ("running_variance", variance * (count / (count - 1)))):
            running = self.parameters[name]
            running += self.momentum * (new - running)


def _count(x: Array, work: Workspace) -> int:
    """Return the number of values of a channel in the whole mini-batch, for the part *x* of it."""
    positions = x.shape[0] * x.shape[2] if x.ndim == 4 else 1
    return positions * work.part.batch


def _along(values: Array, x: Array) -> Array:
    """Return *values*, one a channel, so that they broadcast to *x*, (H, C, W, N) or (features, N)."""
    return values.reshape(-1, *(1,) * (x.ndim // 2))
