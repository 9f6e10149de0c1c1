"""A batch norm of one sample, outside training, taken apart."""

from functools import cached_property
from typing import cast

import numpy as np

from engine.layer import Array
from engine.layers.batch_norm import BatchNormConfig
from engine.trace.record import LayerTrace


class BatchNormTrace:
    """y = scale z + shift with z = (x - mean) / sqrt(variance + epsilon); mean and variance are the running ones.

    Attributes:
        mean, variance: (C,), what training has kept.
        scale, shift: (C,), learned.
        epsilon: added to the variance.
    """

    def __init__(self, layer: LayerTrace) -> None:
        self._layer = layer
        self.epsilon = cast(BatchNormConfig, layer.spec.config).epsilon
        self.mean: Array = layer.parameters["running_mean"]
        self.variance: Array = layer.parameters["running_variance"]
        self.scale: Array = layer.parameters["scale"]
        self.shift: Array = layer.parameters["shift"]

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def deviation(self) -> Array:
        """(C,): sqrt(variance + epsilon)."""
        deviation: Array = np.sqrt(self.variance + self.epsilon)
        return deviation

    @cached_property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def normalised(self) -> Array:
        """z, in the shape of the input."""
        normalised: Array = (self._layer.input - self._along(self.mean)) / self._along(self.deviation)
        return normalised

    @property
    @np.errstate(all="ignore")
    def line(self) -> tuple[Array, Array]:
        """Two of (C,): a and b, with which y = a x + b."""
        slope: Array = self.scale / self.deviation
        return slope, self.shift - slope * self.mean

    def _along(self, values: Array) -> Array:
        return values.reshape(-1, *(1,) * (self._layer.input.ndim - 1))
