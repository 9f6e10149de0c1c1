"""A softmax of one sample taken apart."""

from dataclasses import dataclass

import numpy as np

from engine.layer import Array


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxTrace:
    """From scores (K,) to probabilities, step by step."""

    scores: Array

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def shifted(self) -> Array:
        """(K,): the scores less the largest of them, so that no exponential overflows."""
        shifted: Array = self.scores - self.scores.max()
        return shifted

    @property
    def exponentials(self) -> Array:
        """(K,): exp(shifted)."""
        return np.exp(self.shifted)

    @property
    def total(self) -> float:
        """The sum of the exponentials."""
        return float(self.exponentials.sum())

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def probabilities(self) -> Array:
        """(K,): the exponentials divided by their sum."""
        return self.exponentials / self.total
