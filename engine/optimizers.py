"""The rules by which parameters follow their gradient.

A step is a chain of passes over memory, so moments are kept as plain sums, m / (1 - beta): that saves a pass each,
and the constant factor joins the last one.
"""

from collections.abc import Iterable
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from engine.equation import Term, named
from engine.errors import BadInputError
from engine.layer import Array
from engine.optimizer import Optimizer, Telling
from engine.words import quoted

if TYPE_CHECKING:  # the settings list the names below
    from engine.settings import TrainingSettings

EPSILON = 1e-8  # of RMSprop, Adam and AdamW: keeps the quotient finite where the gradient is zero


class GradientDescent(Optimizer):
    """w <- w - learning_rate g."""

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        parameters -= np.multiply(gradient, learning_rate, out=self._scratch)

    @classmethod
    def _tell(cls, told: Telling, g: Term, *moments: Term) -> Term:
        return told.rate * g


class Momentum(Optimizer):
    """v <- momentum v + g; w <- w - learning_rate v. Source: Polyak, 1964, in the form of Sutskever et al., 2013."""

    MOMENTS = ("velocity",)

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        velocity = self.moments["velocity"]
        velocity *= self.settings.momentum
        velocity += gradient
        parameters -= np.multiply(velocity, learning_rate, out=self._scratch)

    @classmethod
    def scales(cls, settings: "TrainingSettings") -> dict[str, float]:
        return {"v": 1.0}

    @classmethod
    def _tell(cls, told: Telling, g: Term, *moments: Term) -> Term:
        return told.rate * told.let("v", named("μ", told.settings.momentum) * moments[0] + g)


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

    @classmethod
    def scales(cls, settings: "TrainingSettings") -> dict[str, float]:
        return {"μ·v": 1.0}

    @classmethod
    def _tell(cls, told: Telling, g: Term, *moments: Term) -> Term:
        v = told.let("v", moments[0] + g)
        return told.rate * (g + named("μ", told.settings.momentum) * v)


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

    @classmethod
    def scales(cls, settings: "TrainingSettings") -> dict[str, float]:
        return {"v": 1 - settings.rho}

    @classmethod
    def _tell(cls, told: Telling, g: Term, *moments: Term) -> Term:
        rho = told.settings.rho
        v = told.let("v", named("ρ", rho) * moments[0] + named("(1 − ρ)", 1 - rho) * g.squared())
        return told.rate * g / (v.root() + named("ε", EPSILON))


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

    @classmethod
    def scales(cls, settings: "TrainingSettings") -> dict[str, float]:
        return {"m": 1 - settings.beta1, "v": 1 - settings.beta2}

    @classmethod
    def _tell(cls, told: Telling, g: Term, *moments: Term) -> Term:
        b1, b2 = told.settings.beta1, told.settings.beta2
        m = told.let("m", named("β₁", b1) * moments[0] + named("(1 − β₁)", 1 - b1) * g)
        v = told.let("v", named("β₂", b2) * moments[1] + named("(1 − β₂)", 1 - b2) * g.squared())
        mean = told.let("m′", m / named("(1 − β₁ᵗ)", 1 - b1**told.time))
        square = told.let("v′", v / named("(1 − β₂ᵗ)", 1 - b2**told.time))
        return told.rate * mean / (square.root() + named("ε", EPSILON))


class AdamW(Adam):
    """Adam, but weight decay shrinks the weights themselves: w <- (1 - learning_rate lambda) w before each step.

    Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101, algorithm 2.
    """

    def _with_decay(self, parameters: Array, gradient: Array, decay: Array, learning_rate: float) -> Array:
        np.multiply(decay, parameters, out=self._decayed)
        self._decayed *= learning_rate
        parameters -= self._decayed
        return gradient

    @classmethod
    def _tell_decay(cls, told: Telling, w: Term, g: Term, decay: Term) -> tuple[Term, Term]:
        return told.let("w", w - told.rate * decay * w), g


BY_NAME: dict[str, type[Optimizer]] = {
    "gradient descent": GradientDescent, "momentum": Momentum, "Nesterov": Nesterov, "RMSprop": RMSprop,
    "Adam": Adam, "AdamW": AdamW,
}  # fmt: skip


def create(settings: "TrainingSettings", size: int, dtype: np.dtype, decays: Array | None = None) -> Optimizer:
    """Return the optimizer that *settings* name; arguments as in Optimizer."""
    if settings.optimizer not in BY_NAME:
        raise BadInputError(f"There is no optimizer {quoted(settings.optimizer)}; known are {', '.join(BY_NAME)}.")
    return BY_NAME[settings.optimizer](settings, size, dtype, decays)


def decaying(arrays: Iterable[Array]) -> Array:
    """Return (P,) bool: whether each entry of the parameter *arrays*, one after the other, is a weight.

    Those are the arrays with more than one axis. A bias or the scale of a batch normalisation is no cause of
    overfitting, and shrinking it would only shift the outputs.
    """
    return np.concatenate([np.zeros(0, bool), *(np.full(array.size, decays(array.ndim)) for array in arrays)])


def decays(axes: int) -> bool:
    """Return whether weight decay acts on a parameter array with so many axes."""
    return axes > 1


def _over_root(numerator: Array, square: Array, epsilon: float, out: Array) -> None:
    """Compute numerator / (sqrt(square) + epsilon)."""
    np.sqrt(square, out=out)
    out += epsilon
    np.divide(numerator, out, out=out)
