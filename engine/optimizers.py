"""The rules by which parameters follow their gradient.

A step is a chain of passes over memory, so moments are kept as plain sums, m / (1 - beta): that saves a pass each,
and the constant factor joins the last one.
"""

from collections.abc import Iterable
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import BadInputError
from engine.layer import Array
from engine.optimizer import Optimizer

if TYPE_CHECKING:  # the settings list the names below
    from engine.settings import TrainingSettings

EPSILON = 1e-8  # of RMSprop, Adam and AdamW: keeps the quotient finite where the gradient is zero


class GradientDescent(Optimizer):
    """w <- w - learning_rate g."""

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        parameters -= np.multiply(gradient, learning_rate, out=self._scratch)


class Momentum(Optimizer):
    """v <- momentum v + g; w <- w - learning_rate v. Source: Polyak, 1964, in the form of Sutskever et al., 2013."""

    MOMENTS = ("velocity",)

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        velocity = self.moments["velocity"]
        velocity *= self.settings.momentum
        velocity += gradient
        parameters -= np.multiply(velocity, learning_rate, out=self._scratch)


class Nesterov(Optimizer):
    """v <- momentum v + g; w <- w - learning_rate (g + momentum v): the step looks ahead along the new velocity.

    What is kept is momentum v, which both lines need. Source: Sutskever et al., 2013, section 2.
    """

    MOMENTS = ("velocity",)

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        velocity, s = self.moments["velocity"], self._scratch
        velocity += gradient
        velocity *= self.settings.momentum
        np.add(velocity, gradient, out=s)
        s *= learning_rate
        parameters -= s


class RMSprop(Optimizer):
    """v <- rho v + (1 - rho) g^2; w <- w - learning_rate g / (sqrt(v) + epsilon). Source: Hinton, 2012, lecture 6e."""

    MOMENTS = ("square",)

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        square, s = self.moments["square"], self._scratch
        square *= self.settings.rho
        square += np.multiply(gradient, gradient, out=s)
        unit = sqrt(1 - self.settings.rho)
        _over_root(gradient, square, EPSILON / unit, out=s)
        s *= learning_rate / unit
        parameters -= s


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2; w <- w - learning_rate m' / (sqrt(v') + epsilon).

    m' = m / (1 - b1^t) and v' = v / (1 - b2^t) undo the bias of the zero start.
    Source: Kingma & Ba, "Adam", arXiv 1412.6980, algorithm 1.
    """

    MOMENTS = ("mean", "square")

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        b1, b2 = self.settings.beta1, self.settings.beta2
        mean, square, s = self.moments["mean"], self.moments["square"], self._scratch
        mean *= b1
        mean += gradient
        square *= b2
        square += np.multiply(gradient, gradient, out=s)
        unit = sqrt((1 - b2) / (1 - b2**self.time))
        _over_root(mean, square, EPSILON / unit, out=s)
        s *= learning_rate * (1 - b1) / (1 - b1**self.time) / unit
        parameters -= s


class AdamW(Adam):
    """Adam, but weight decay shrinks the weights themselves: w <- (1 - learning_rate lambda) w before each step.

    Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithm 2.
    """

    def _with_decay(self, parameters: Array, gradient: Array, decay: Array, learning_rate: float) -> Array:
        np.multiply(decay, parameters, out=self._decayed)
        self._decayed *= learning_rate
        parameters -= self._decayed
        return gradient


BY_NAME: dict[str, type[Optimizer]] = {
    "gradient descent": GradientDescent, "momentum": Momentum, "Nesterov": Nesterov, "RMSprop": RMSprop,
    "Adam": Adam, "AdamW": AdamW,
}  # fmt: skip


def create(settings: "TrainingSettings", size: int, dtype: np.dtype, decays: Array | None = None) -> Optimizer:
    """Return the optimizer that *settings* name; arguments as in Optimizer."""
    if settings.optimizer not in BY_NAME:
        raise BadInputError(f"There is no optimizer {settings.optimizer!r}; known are {', '.join(BY_NAME)}.")
    return BY_NAME[settings.optimizer](settings, size, dtype, decays)


def decaying(arrays: Iterable[Array]) -> Array:
    """Return (P,) bool: whether each entry of the parameter *arrays*, one after the other, is a weight.

    Those are the arrays with more than one axis. A bias or the scale of a batch normalisation is no cause of
    overfitting, and shrinking it would only shift the outputs.
    """
    return np.concatenate([np.zeros(0, bool), *(np.full(array.size, array.ndim > 1) for array in arrays)])


def _over_root(numerator: Array, square: Array, epsilon: float, out: Array) -> None:
    """Compute numerator / (sqrt(square) + epsilon)."""
    np.sqrt(square, out=out)
    out += epsilon
    np.divide(numerator, out, out=out)
