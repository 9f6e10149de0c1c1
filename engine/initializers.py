"""Initial weights, drawn from one generator that is handed in."""

from math import prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) of weights (F, C, KH, KW) or (out, in): fan_in = C KH KW, fan_out = F KH KW."""
    receptive = prod(shape[2:])
    return shape[1] * receptive, shape[0] * receptive


def he_normal(out: npt.NDArray[Any], rng: np.random.Generator) -> None:
    """Fill *out* from N(0, 2 / fan_in). Source: He et al., "Delving Deep into Rectifiers", 2015, eq. 10."""
    out[...] = rng.standard_normal(out.shape) * sqrt(2 / fans(out.shape)[0])


def xavier_normal(out: npt.NDArray[Any], rng: np.random.Generator) -> None:
    """Fill *out* from N(0, 2 / (fan_in + fan_out)). Source: Glorot & Bengio, 2010, section 4.2."""
    out[...] = rng.standard_normal(out.shape) * sqrt(2 / sum(fans(out.shape)))


BY_NAME = {"He normal": he_normal, "Xavier normal": xavier_normal}
