"""What training makes small. A loss reads outputs (K, N) and labels (N,), and differentiates the mini-batch's mean.

Each is written for what reaches it: softmax cross-entropy and binary cross-entropy for the scores before a final
Softmax or Sigmoid, with which they are computed in one, so that no logarithm of zero is taken; the mean squared
error for the outputs themselves. Targets are one-hot: 1 for the label's class, 0 for the others.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.errors import BadInputError
from engine.layer import Array, Workspace
from engine.words import quoted


@dataclass(frozen=True, slots=True)
class LossResult:
    """The loss over one shard: its sum over samples, how many were classified right, dLoss/dScores (K, N)."""

    total: float
    correct: int
    grad_scores: Array


Loss = Callable[[Array, Array, int, Workspace], LossResult]


def softmax_cross_entropy(scores: Array, labels: Array, batch: int, work: Workspace) -> LossResult:
    """Softmax and cross-entropy in one: loss = log(sum exp(scores)) - scores[label], gradient (p - y) / batch.

    Each sample's own maximum is subtracted first, so nothing overflows and no logarithm of zero is taken.

    Args:
        scores: (K, N), before softmax.
        labels: (N,) whole numbers from 0 to K - 1.
        batch: samples in the whole mini-batch, whose mean loss is differentiated; a shard has fewer.
        work: keeps the buffers.
    """
    columns = np.arange(scores.shape[1])
    shifted = np.subtract(scores, scores.max(axis=0), out=work.buffer("shifted", scores.shape))
    p = np.exp(shifted, out=work.buffer("p", scores.shape))
    sums = p.sum(axis=0)
    total = float(np.sum(np.log(sums) - shifted[labels, columns], dtype=np.float64))
    p /= sums
    p[labels, columns] -= 1
    p /= batch
    return LossResult(total, _correct(scores, labels), p)


def mean_squared_error(outputs: Array, labels: Array, batch: int, work: Workspace) -> LossResult:
    """Loss = sum over k of (o[k] - y[k])^2 / K, gradient 2 (o - y) / (K batch); arguments as above, o the outputs."""
    difference = work.buffer("difference", outputs.shape)
    np.copyto(difference, outputs)
    difference[labels, np.arange(outputs.shape[1])] -= 1
    total = float(np.sum(np.square(difference), dtype=np.float64)) / len(outputs)
    difference *= 2 / (len(outputs) * batch)
    return LossResult(total, _correct(outputs, labels), difference)


def binary_cross_entropy(scores: Array, labels: Array, batch: int, work: Workspace) -> LossResult:
    """Sigmoid and binary cross-entropy in one, each class a yes or no of its own; arguments as above.

    Loss = sum over k of log(1 + exp(t)) / K, where t is how wrong a score z is: -z for the label's class, z for the
    others. It is max(t, 0) + log(1 + exp(-|t|)), which overflows for no z and loses no digits. Gradient
    dt/dz sigmoid(t) / (K batch), which is (sigmoid(z) - y) / (K batch).
    """
    own = labels, np.arange(scores.shape[1])
    t, decay = work.buffer("t", scores.shape), work.buffer("decay", scores.shape)
    np.copyto(t, scores)
    t[own] *= -1
    np.exp(-np.abs(t), out=decay)
    total = float(np.sum(np.maximum(t, 0) + np.log1p(decay), dtype=np.float64)) / len(scores)
    gradient = np.divide(np.where(t > 0, 1, decay), 1 + decay, out=t)
    gradient[own] *= -1
    gradient /= len(scores) * batch
    return LossResult(total, _correct(scores, labels), gradient)


def named(name: str) -> Loss:
    """Return the loss *name*; raises BadInputError for an unknown one."""
    if name not in BY_NAME:
        raise BadInputError(f"There is no loss {quoted(name)}; known are {', '.join(BY_NAME)}.")
    return BY_NAME[name]


def _correct(scores: Array, labels: Array) -> int:
    return int(np.count_nonzero(scores.argmax(axis=0) == labels))


BY_NAME: dict[str, Loss] = {
    "cross-entropy": softmax_cross_entropy,
    "mean squared error": mean_squared_error,
    "binary cross-entropy": binary_cross_entropy,
}
