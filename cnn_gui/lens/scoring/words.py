"""What is said of the way from scores to the loss: formulas with their numbers."""

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.text import in_column, short, term
from engine.trace.scoring import Scoring
from engine.trace.softmax import SoftmaxTrace

WIDEST_P = "1 − 8.88·10⁻³⁰⁰"  # of ``p_in_column``: before the decimal point, and behind it
_NEAR = 0.001  # of 1: a number so close to it is told by the difference


def loss(scoring: Scoring, name: str) -> str:
    """Return how the sample's loss comes about; *name* is that of the class that counts as right."""
    value, k = short(scoring.value), len(scoring.scores)
    if scoring.loss == "cross-entropy":
        share = p(scoring.softmax.probabilities[scoring.label])
        return _tr("Loss C = −log p of {0} = −log({1}) = {2}").format(name, share, value)
    if scoring.loss == "binary cross-entropy":
        formula = _tr("Loss C = sum of −log a for {0} and −log(1 − a) for the others, divided by {1} = {2}")
        return formula.format(name, k, value)
    return _tr("Loss C = sum of (o − y)² / {0} = {1}").format(k, value)


def softmax(trace: SoftmaxTrace) -> str:
    """Return how scores become probabilities."""
    text = _tr("p = exp(z − max) / sum, with max = {0} and the sum of the exponentials = {1}")
    return text.format(short(trace.scores.max()), p(trace.total))


def probability(trace: SoftmaxTrace, row: int, name: str) -> str:
    """Return how one probability comes about."""
    z, top, power = short(trace.scores[row]), term(trace.scores.max()), short(trace.exponentials[row])
    total = p(trace.total)
    total = f"({total})" if " " in total else total
    text = _tr("{0}: p = exp({1} − {2}) / {3} = {4} / {3} = {5}")
    return text.format(name, z, top, total, power, p(trace.probabilities[row]))


def gradient(scoring: Scoring, row: int, name: str) -> str:
    """Return how the loss's gradient of one score comes about."""
    return _GRADIENTS[scoring.loss](scoring, row, name)


def _cross_entropy(scoring: Scoring, row: int, name: str) -> str:
    share, y = p(scoring.softmax.probabilities[row]), short(scoring.target[row])
    text = _tr("{0}: dC/dz = (p − y) / N = ({1} − {2}) / {3} = {4}")
    return text.format(name, share, y, scoring.batch, short(scoring.grad_scores[row]))


def _binary_cross_entropy(scoring: Scoring, row: int, name: str) -> str:
    a, y, k = p(scoring.outputs[row]), short(scoring.target[row]), len(scoring.scores)
    text = _tr("{0}: a = 1 / (1 + exp(−z)) = {1}; dC/dz = (a − y) / (classes · N) = ({1} − {2}) / ({3} · {4}) = {5}")
    return text.format(name, a, y, k, scoring.batch, short(scoring.grad_scores[row]))


def _mean_squared_error(scoring: Scoring, row: int, name: str) -> str:
    o, y, k = p(scoring.outputs[row]), short(scoring.target[row]), len(scoring.scores)
    text = _tr("{0}: ({1} − {2})² / {3} = {4}; dC/dO = 2 (o − y) / (classes · N) = 2 ({1} − {2}) / ({3} · {5}) = {6}")
    return text.format(name, o, y, k, short(scoring.terms[row]), scoring.batch, short(scoring.grad_scores[row]))


_GRADIENTS: Mapping[str, Callable[[Scoring, int, str], str]] = {
    "cross-entropy": _cross_entropy,
    "binary cross-entropy": _binary_cross_entropy,
    "mean squared error": _mean_squared_error,
}


def p(value: float | np.floating) -> str:
    """Return a number; one that is nearly 1 by what it lacks, which is what the loss comes from."""
    return _near_one(float(value)) or term(value)


def p_in_column(value: float) -> str:
    """Return a probability as a column of them has it; one that is nearly 1 by what it lacks."""
    return _near_one(value) or in_column(value, 1, digits=5)


def _near_one(value: float) -> str:
    away = abs(1 - value)
    return f"1 {'−' if value < 1 else '+'} {short(away)}" if 0 < away < _NEAR else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("scoring", text)
