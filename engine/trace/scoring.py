"""From a network's scores to the loss of one sample, number by number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.layer import Array
from engine.trace.softmax import SoftmaxTrace

_BY_OUTPUT: Mapping[str, Callable[[Array, Array], Array]] = {
    "cross-entropy": lambda p, y: np.divide(-y, p, out=np.zeros_like(p), where=y > 0),
    "binary cross-entropy": lambda a, y: (a - y) / (a * (1 - a) * len(a)),
}  # dC/dOutput of a sample whose last layer is fused with the loss, for the output and the target


def _cross_entropy(scores: Array, y: Array) -> Array:
    softmax = SoftmaxTrace(scores)
    terms: Array = y * (np.log(softmax.total) - softmax.shifted)
    return terms


def _binary_cross_entropy(scores: Array, y: Array) -> Array:
    wrong = np.where(y > 0, -scores, scores)
    return (np.maximum(wrong, 0) + np.log1p(np.exp(-np.abs(wrong)))) / len(y)


_TERMS: Mapping[str, Callable[[Array, Array], Array]] = {
    "cross-entropy": _cross_entropy,
    "binary cross-entropy": _binary_cross_entropy,
    "mean squared error": lambda o, y: np.square(o - y) / len(y),
}


@dataclass(frozen=True, slots=True, eq=False)
class Scoring:
    """The end of a sample's way: what the loss read, and what it sends back.

    Attributes:
        loss: its name, one of ``engine.losses.BY_NAME``.
        label: the class that counts as right.
        scores: (K,), what the loss reads: before a fused Softmax or Sigmoid, else the network's output.
        outputs: (K,), of the network.
        value: the sample's loss.
        grad_scores: (K,), dC/dScores.
        batch: samples in the mini-batch whose mean loss C is.
    """

    loss: str
    label: int
    scores: Array
    outputs: Array
    value: float
    grad_scores: Array
    batch: int

    @property
    def target(self) -> Array:
        """(K,): 1 for the label, 0 for the others."""
        target: Array = np.eye(1, len(self.scores), self.label)[0]
        return target

    @property
    def grad_outputs(self) -> Array:
        """(K,): dC/dOutput of a last layer that is fused with the loss; infinite where it rounds to 0 or 1 wrongly.

        Training does not compute it: that is why the two are fused.
        """
        return _BY_OUTPUT[self.loss](self.outputs, self.target) / self.batch

    @property
    def softmax(self) -> SoftmaxTrace:
        """The scores on their way to probabilities."""
        return SoftmaxTrace(self.scores)

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def terms(self) -> Array:
        """(K,): what each class adds to the loss."""
        return _TERMS[self.loss](self.scores, self.target)
