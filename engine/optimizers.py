"""How parameters follow their gradient. Parameters, gradient and moments are flat vectors of one length."""

from math import sqrt

import numpy as np

from engine.errors import BadInputError
from engine.layer import Array


class Optimizer:
    """Keeps the moments between steps and updates parameters in place."""

    def step(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """Update *parameters* (P,) in place; *gradient* (P,) is left as it is. learning_rate: per step, > 0."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent with momentum: v <- momentum v + g; w <- w - learning_rate v."""

    def __init__(self, size: int, dtype: np.dtype, momentum: float = 0.9) -> None:
        self.momentum = momentum
        self.velocity, self._scratch = np.zeros(size, dtype), np.empty(size, dtype)

    def step(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        self.velocity *= self.momentum
        self.velocity += gradient
        parameters -= np.multiply(self.velocity, learning_rate, out=self._scratch)


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2; w <- w - learning_rate m' / (sqrt(v') + epsilon).

    m' = m / (1 - b1^t) and v' = v / (1 - b2^t) undo the bias of the zero start.
    Source: Kingma & Ba, "Adam", arXiv 1412.6980, algorithm 1.
    """

    def __init__(
        self,
        size: int,
        dtype: np.dtype,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        self.betas, self.epsilon, self.time = betas, epsilon, 0
        self.mean, self.square = np.zeros(size, dtype), np.zeros(size, dtype)
        self._scratch = np.empty(size, dtype)

    def step(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        (b1, b2), s = self.betas, self._scratch
        self.time += 1
        self.mean *= b1
        self.mean += np.multiply(gradient, 1 - b1, out=s)
        self.square *= b2
        np.multiply(gradient, gradient, out=s)
        s *= 1 - b2
        self.square += s
        correction = sqrt(1 - b2**self.time)
        np.sqrt(self.square, out=s)
        s += self.epsilon * correction
        np.divide(self.mean, s, out=s)
        s *= learning_rate * correction / (1 - b1**self.time)
        parameters -= s


NAMES = ("Adam", "SGD")


def create(name: str, size: int, dtype: np.dtype, momentum: float) -> Optimizer:
    """Return the optimizer *name* for *size* parameters; *momentum* is SGD's."""
    if name == "Adam":
        return Adam(size, dtype)
    if name == "SGD":
        return SGD(size, dtype, momentum)
    raise BadInputError(f"There is no optimizer {name!r}; known are {', '.join(NAMES)}.")
