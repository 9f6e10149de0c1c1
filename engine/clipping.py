"""A limit to the length of a gradient, so that one steep place does not throw the weights far away."""

from math import isfinite

import numpy as np

from engine.equation import Term, named
from engine.layer import Array

_MARGIN = 1e-6  # PyTorch's: rounding then never leaves the gradient longer than the limit


def clip(gradient: Array, limit: float) -> float:
    """Shorten *gradient* (P,), in place, to *limit* where it is longer: g <- g min(1, limit / |g|).

    A gradient with NaN or infinity in it has no direction to keep and stays as it is.

    Args:
        gradient: (P,), of all parameters together.
        limit: > 0, the longest Euclidean norm.

    Returns:
        The norm before.

    Source: Pascanu, Mikolov & Bengio, arXiv 1211.5063, algorithm 1.
    """
    with np.errstate(all="ignore"):  # what runs over is told from the norm
        norm = float(np.linalg.norm(gradient))
        if not isfinite(norm):  # the squares may be too large where the values are not
            largest = np.abs(gradient).max()
            norm = float(largest) * float(np.linalg.norm(gradient / largest))
        if _too_long(norm, limit):
            gradient *= limit / (norm + _MARGIN)
    return norm


def tell(gradient: Term, norm: float, limit: float) -> Term:
    """Return what ``clip`` made of one number of a gradient that had *norm*: the number itself where it was left."""
    if not _too_long(norm, limit):
        return gradient
    return gradient * named("c", limit) / (named("‖g‖", norm) + named("10⁻⁶", _MARGIN))


def _too_long(norm: float, limit: float) -> bool:
    return isfinite(norm) and norm + _MARGIN > limit
