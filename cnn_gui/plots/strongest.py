"""Fewer values for a picture that has fewer pixels, so that nothing in it vanishes."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

_BAND = 32  # rows at a time, which stay in the cache while they are read again and again


def strongest(values: Floats, shape: tuple[int, int]) -> Floats:
    """Return *shape* values for the blocks of *values* (H, W): of each the one farthest from 0, with its sign.

    Neither side of *shape* is larger than that of *values*. A block with what is no number becomes no number.
    """
    rows, columns = (np.arange(n + 1) * size // n for n, size in zip(shape, values.shape, strict=True))
    if shape[1] * values.shape[0] < shape[0] * values.shape[1]:  # what leaves least to do comes first
        bands = range(0, len(values), _BAND)
        return _along(np.concatenate([_along(values[top : top + _BAND], columns, 1) for top in bands]), rows, 0)
    ends = [rows[top : top + _BAND + 1] for top in range(0, shape[0], _BAND)]
    return np.concatenate([_along(_along(values, band, 0), columns, 1) for band in ends])


def _along(values: Floats, edges: npt.NDArray[np.intp], axis: int) -> Floats:
    """Return the strongest value from each of *edges* to the next along an axis."""
    starts, lasts, longest = edges[:-1], edges[1:] - 1, int(np.diff(edges).max())
    high = values.take(starts, axis)
    if longest == 1:
        return high
    low = high.copy()
    for offset in range(1, longest):  # whole rows at once: reduceat takes three times as long
        each = values.take(np.minimum(starts + offset, lasts), axis)
        np.maximum(high, each, out=high)
        np.minimum(low, each, out=low)
    return np.where(high >= -low, high, low)
