"""From a network's scores to the loss of one sample, number by number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.layer import Array

_BY_OUTPUT: Mapping[str, Callable[[Array, Array], Array]] = {
    "cross-entropy": lambda p, y: np.divide(-y, p, out=np.zeros_like(p), where=y > 0),
    "binary cross-entropy": lambda a, y: (a - y) / (a * (1 - a) * len(a)),
}  # dC/dOutput of a sample whose last layer is fused with the loss, for the output and the target


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
    def shifted(self) -> Array:
        """(K,): the scores less the largest of them, so that no exponential overflows."""
        shifted: Array = self.scores - self.scores.max()
        return shifted

    @property
    def exponentials(self) -> Array:
        """(K,): exp(shifted)."""
        return np.exp(self.shifted)

    @property
    def probabilities(self) -> Array:
        """(K,): the exponentials divided by their sum."""
        probabilities: Array = self.exponentials / self.exponentials.sum()
        return probabilities
