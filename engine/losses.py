"""What training makes small."""

from dataclasses import dataclass

import numpy as np

from engine.layer import Array, Workspace


@dataclass(frozen=True, slots=True)
class LossResult:
    """The loss over one shard: its sum over samples, how many were classified right, dLoss/dScores (K, N)."""

    total: float
    correct: int
    grad_scores: Array


def softmax_cross_entropy(scores: Array, labels: Array, batch: int, work: Workspace) -> LossResult:
    """Softmax and cross-entropy in one: loss = log(sum exp(scores)) - scores[label], gradient (p - y) / batch.

    Each sample's own maximum is subtracted first, so nothing overflows and no logarithm of zero is taken.

    Args:
        scores: (K, N), before softmax.
        labels: (N,) whole numbers from 0 to K - 1.
        batch: samples in the whole mini-batch, whose mean loss is differentiated; a shard has fewer.
    """
    columns = np.arange(scores.shape[1])
    correct = int(np.count_nonzero(scores.argmax(axis=0) == labels))
    shifted = np.subtract(scores, scores.max(axis=0), out=work.buffer("shifted", scores.shape))
    p = np.exp(shifted, out=work.buffer("p", scores.shape))
    sums = p.sum(axis=0)
    total = float(np.sum(np.log(sums) - shifted[labels, columns], dtype=np.float64))
    p /= sums
    p[labels, columns] -= 1
    p /= batch
    return LossResult(total, correct, p)
