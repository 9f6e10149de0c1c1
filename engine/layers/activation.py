"""Activations: one function per value, whose derivative is a function of the output alone."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.registry import layer
from engine.schema import param


@dataclass(frozen=True, slots=True)
class ActivationConfig(LayerConfig):
    """An activation takes any shape and keeps it."""

    keeps_places: ClassVar[bool] = True
    keeps_channels: ClassVar[bool] = True

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def sources(self, shape: Shape, channel: int) -> range:
        return range(channel, channel + 1)


@layer("relu", label="ReLU", category="Activation")
@dataclass(frozen=True, slots=True)
class ReLUConfig(ActivationConfig):
    """Keeps positive values and sets the others to zero: y = max(0, x)."""

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return ReLU()


@layer("leaky_relu", label="Leaky ReLU", category="Activation")
@dataclass(frozen=True, slots=True)
class LeakyReLUConfig(ActivationConfig):
    """Keeps positive values and shrinks the others: y = max(x, slope x).

    Source: Maas, Hannun and Ng, "Rectifier nonlinearities improve neural network acoustic models", 2013.
    """

    slope: float = param(0.01, label="Slope", ge=0, le=1, doc="Factor for negative values; 0 makes it a ReLU.")

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return LeakyReLU(self.slope)

    def summary(self) -> str:
        return f"slope {self.slope:g}"


@layer("tanh", label="Tanh", category="Activation")
@dataclass(frozen=True, slots=True)
class TanhConfig(ActivationConfig):
    """Squeezes values between -1 and 1: y = tanh(x)."""

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return Tanh()


@layer("scaled_tanh", label="Scaled tanh", category="Activation")
@dataclass(frozen=True, slots=True)
class ScaledTanhConfig(ActivationConfig):
    """Squeezes values between -1.7159 and 1.7159, and leaves 1 at about 1: y = 1.7159 tanh(2 x / 3).

    Source: LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, section 4.4.
    """

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return ScaledTanh()


@layer("sigmoid", label="Sigmoid", category="Activation")
@dataclass(frozen=True, slots=True)
class SigmoidConfig(ActivationConfig):
    """Squeezes values between 0 and 1: y = 1 / (1 + exp(-x))."""

    fused_loss: ClassVar[str] = "binary cross-entropy"

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return Sigmoid()


@layer("identity", label="Identity", category="Activation")
@dataclass(frozen=True, slots=True)
class IdentityConfig(ActivationConfig):
    """Leaves values as they are: y = x."""

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return Identity()


class Identity(Layer):
    """y = x; y' = 1."""

    rises = True

    def forward(self, x: Array, work: Workspace) -> Array:
        return x

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        return grad_output


class _Activation(Layer):
    """A rising activation whose derivative is a function of its own output."""

    rises = True

    def forward(self, x: Array, work: Workspace) -> Array:
        y = work.saved["y"] = self.value(x, work.like("y", x))
        return y

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        y = work.saved["y"]
        dx = self.derivative(y, work.like("dx", y))
        return np.multiply(dx, grad_output, out=dx)

    def value(self, x: Array, out: Array) -> Array:
        """Return f(x), written to *out*."""
        raise NotImplementedError

    def derivative(self, y: Array, out: Array) -> Array:
        """Return f'(x) for y = f(x), written to *out*."""
        raise NotImplementedError


class ReLU(_Activation):
    """y = max(0, x); the derivative at 0 is 0."""

    def value(self, x: Array, out: Array) -> Array:
        return x.clip(0, np.inf, out=out)  # NumPy vectorises it, unlike np.maximum of an array and a number

    def derivative(self, y: Array, out: Array) -> Array:
        return np.greater(y, 0, out=out)


class InPlace(Layer):
    """Does what *activation* would, in the memory of its input; backward leaves its result there too."""

    def __init__(self, activation: ReLU) -> None:
        super().__init__()
        self._activation = activation

    def forward(self, x: Array, work: Workspace) -> Array:
        work.saved["y"] = self._activation.value(x, out=x)
        return x

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        dx = self._activation.derivative(work.saved["y"], out=work.saved["y"])
        return np.multiply(dx, grad_output, out=dx)


class LeakyReLU(_Activation):
    """y = max(x, slope x) for a slope from 0 to 1; the derivative at 0 is the slope."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = slope

    def value(self, x: Array, out: Array) -> Array:
        np.multiply(x, self.slope, out=out)
        return np.maximum(x, out, out=out)

    def derivative(self, y: Array, out: Array) -> Array:
        np.greater(y, 0, out=out)
        return out.clip(self.slope, 1, out=out)


class Tanh(_Activation):
    """y = tanh(x); y' = 1 - y^2."""

    def value(self, x: Array, out: Array) -> Array:
        return np.tanh(x, out=out)

    def derivative(self, y: Array, out: Array) -> Array:
        np.multiply(y, y, out=out)
        return np.subtract(1, out, out=out)


class ScaledTanh(_Activation):
    """y = a tanh(s x) with a = 1.7159 and s = 2/3; y' = a s (1 - tanh^2(s x)) = s (a - y^2 / a)."""

    AMPLITUDE, SLOPE = 1.7159, 2 / 3

    def value(self, x: Array, out: Array) -> Array:
        np.multiply(x, self.SLOPE, out=out)
        np.tanh(out, out=out)
        return np.multiply(out, self.AMPLITUDE, out=out)

    def derivative(self, y: Array, out: Array) -> Array:
        np.multiply(y, y, out=out)
        out *= -self.SLOPE / self.AMPLITUDE
        out += self.SLOPE * self.AMPLITUDE
        return out


class Sigmoid(_Activation):
    """y = 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2, which cannot overflow; y' = y (1 - y)."""

    def value(self, x: Array, out: Array) -> Array:
        np.multiply(x, 0.5, out=out)
        np.tanh(out, out=out)
        out += 1
        out *= 0.5
        return out

    def derivative(self, y: Array, out: Array) -> Array:
        np.subtract(1, y, out=out)
        return np.multiply(out, y, out=out)
