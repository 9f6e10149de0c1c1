"""Activations: one function per value, and its derivative."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.registry import layer


@dataclass(frozen=True, slots=True)
class _ActivationConfig(LayerConfig):
    def output_shape(self, shape: Shape) -> Shape:
        return shape


@layer("relu", label="ReLU", category="Activation")
@dataclass(frozen=True, slots=True)
class ReLUConfig(_ActivationConfig):
    """Keeps positive values and sets the others to zero: y = max(0, x)."""

    def build(self, shape: Shape, backend: str = "fast") -> "ReLU":
        return ReLU()


@layer("tanh", label="Tanh", category="Activation")
@dataclass(frozen=True, slots=True)
class TanhConfig(_ActivationConfig):
    """Squeezes values between -1 and 1: y = tanh(x)."""

    def build(self, shape: Shape, backend: str = "fast") -> "Tanh":
        return Tanh()


@layer("sigmoid", label="Sigmoid", category="Activation")
@dataclass(frozen=True, slots=True)
class SigmoidConfig(_ActivationConfig):
    """Squeezes values between 0 and 1: y = 1 / (1 + exp(-x))."""

    fused_loss: ClassVar[str] = "binary cross-entropy"

    def build(self, shape: Shape, backend: str = "fast") -> "Sigmoid":
        return Sigmoid()


class _Activation(Layer):
    """An activation whose derivative is a function of its own output."""

    def forward(self, x: Array, work: Workspace) -> Array:
        y = work.saved["y"] = self.value(x, work.buffer("y", x.shape))
        return y

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        y = work.saved["y"]
        dx = self.derivative(y, work.buffer("dx", y.shape))
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
        return np.maximum(x, 0, out=out)

    def derivative(self, y: Array, out: Array) -> Array:
        return np.greater(y, 0, out=out)


class Tanh(_Activation):
    """y = tanh(x); y' = 1 - y^2."""

    def value(self, x: Array, out: Array) -> Array:
        return np.tanh(x, out=out)

    def derivative(self, y: Array, out: Array) -> Array:
        np.multiply(y, y, out=out)
        return np.subtract(1, out, out=out)


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
