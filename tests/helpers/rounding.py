"""How far apart two ways of adding up the same products may be.

A sum of n products, added up in any order, is off by at most n u / (1 - n u) times the sum of their absolute values,
where u is half the machine epsilon; so two such sums are less than (n + 1) epsilon times that apart. Where every
product is zero nothing is allowed. Source: Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def assert_same_sums(ours: Array, theirs: Array, absolute: Array, terms: int, dtype: npt.DTypeLike = float) -> None:
    """Assert that two arrays are the same sums of *terms* products, computed in *dtype*.

    Args:
        ours: sums in one order.
        theirs: the same ones in another order or in a finer type.
        absolute: the sums of the absolute values of the products, in their shape.
        terms: products of a sum, at most.
        dtype: the coarser type of both.
    """
    assert ours.shape == theirs.shape == absolute.shape
    apart, allowed = np.abs(np.subtract(ours, theirs, dtype=float)), (terms + 1) * np.finfo(dtype).eps * absolute
    worst = np.unravel_index(np.argmax(apart - allowed), apart.shape)
    assert (apart <= allowed).all(), f"{ours[worst]} and {theirs[worst]} at {worst}: more than {allowed[worst]} apart"
