"""The learning rate over a run."""

from math import cos, pi


def constant(progress: float) -> float:
    """Return 1 throughout."""
    return 1.0


def cosine(progress: float) -> float:
    """Fall from 1 to 0 along half a cosine. Source: Loshchilov & Hutter, arXiv 1608.03983, eq. 5, one cycle."""
    return (1 + cos(pi * progress)) / 2


BY_NAME = {"constant": constant, "cosine": cosine}
