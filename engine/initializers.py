"""Initial weights, drawn from one generator that is handed in.

An initializer fills weights (F, C / groups, KH, KW) or (out, in) in place. Its spread follows from how many values a
cell reads, fan_in, and by how many cells a value is read, fan_out.
"""

from collections.abc import Callable
from math import prod, sqrt

import numpy as np

from engine.layer import Array

Initializer = Callable[..., None]  # (out, rng, groups=1)
Spread = Callable[[tuple[int, ...], int], float]


def fans(shape: tuple[int, ...], groups: int = 1) -> tuple[int, int]:
    """Return (fan_in, fan_out): fan_in = (C / groups) KH KW, fan_out = (F / groups) KH KW; KH = KW = 1 for dense.

    PyTorch leaves *groups* out of fan_out; with one group both are the same.
    """
    receptive = prod(shape[2:])
    return shape[1] * receptive, shape[0] // groups * receptive


def he(shape: tuple[int, ...], groups: int) -> float:
    """Return sqrt(2 / fan_in). Source: He et al., "Delving Deep into Rectifiers", 2015, eq. 10."""
    return sqrt(2 / fans(shape, groups)[0])


def xavier(shape: tuple[int, ...], groups: int) -> float:
    """Return sqrt(2 / (fan_in + fan_out)). Source: Glorot & Bengio, 2010, section 4.2."""
    return sqrt(2 / sum(fans(shape, groups)))


def lecun(shape: tuple[int, ...], groups: int) -> float:
    """Return sqrt(1 / fan_in). Source: LeCun et al., "Efficient BackProp", 1998, section 4.6."""
    return sqrt(1 / fans(shape, groups)[0])


def normal(std: Spread) -> Initializer:
    """Return what draws from N(0, std^2)."""

    def fill(out: Array, rng: np.random.Generator, groups: int = 1) -> None:
        out[...] = rng.standard_normal(out.shape) * std(out.shape, groups)

    return fill


def uniform(std: Spread) -> Initializer:
    """Return what draws evenly from -limit to limit; limit = sqrt(3) std gives the same variance."""

    def fill(out: Array, rng: np.random.Generator, groups: int = 1) -> None:
        limit = sqrt(3) * std(out.shape, groups)
        out[...] = rng.uniform(-limit, limit, out.shape)

    return fill


def zeros(out: Array, rng: np.random.Generator, groups: int = 1) -> None:
    """Fill with 0. Behind another layer with weights nothing is learned from it: all cells stay alike."""
    out[...] = 0


def vertical_edges(out: Array, rng: np.random.Generator, groups: int = 1) -> None:
    """Fill every kernel with 1 left of its middle column, 0 in it and -1 right of it: [[1, 0, -1]] * 3 for 3 x 3."""
    out[...] = _falling_signs(out.shape[3])


def horizontal_edges(out: Array, rng: np.random.Generator, groups: int = 1) -> None:
    """Fill every kernel with 1 above its middle row, 0 in it and -1 below it: the vertical edges rotated."""
    out[...] = _falling_signs(out.shape[2])[:, None]


def _falling_signs(count: int) -> Array:
    """Return (count,): 1 in the first half, -1 in the second, 0 in the middle of an odd count."""
    ramp = np.arange(count)
    signs: Array = np.sign(ramp[::-1] - ramp)
    return signs


_ANY_WEIGHTS: dict[str, Initializer] = {
    "He normal": normal(he), "He uniform": uniform(he), "Xavier normal": normal(xavier),
    "Xavier uniform": uniform(xavier), "LeCun normal": normal(lecun), "zeros": zeros,
}  # fmt: skip
_KERNELS: dict[str, Initializer] = {"vertical edges": vertical_edges, "horizontal edges": horizontal_edges}

BY_NAME = _ANY_WEIGHTS | _KERNELS  # a convolution has the choice of all
FOR_DENSE = tuple(_ANY_WEIGHTS)
