"""Fewer values for a picture that has fewer pixels, so that nothing in it vanishes."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

_BAND = 16  # rows at a time, which stay in the cache while they are read again and again


def strongest(values: Floats, shape: tuple[int, int]) -> Floats:
    """Return *shape* values for the blocks of *values* (H, W): of each the one farthest from 0, with its sign.

    Neither side of *shape* is larger than that of *values*. A block with what is no number becomes no number.
    """
    for axis in sorted(
        (0, 1), key=lambda axis: shape[axis] / values.shape[axis]
    ):  # what leaves least to do comes first
        if shape[axis] == values.shape[axis]:
            break
        bands = range(0, len(values), _BAND if axis else len(values))
        values = np.concatenate([_along(values[top : top + bands.step], axis, shape[axis]) for top in bands])
    return values


def _along(values: Floats, axis: int, blocks: int) -> Floats:
    count = values.shape[axis]
    starts = np.arange(blocks + 1) * count // blocks
    high = values.take(starts[:-1], axis)
    low = high.copy()
    for offset in range(1, -(-count // blocks)):  # whole rows at once: reduceat takes three times as long
        each = values.take(np.minimum(starts[:-1] + offset, starts[1:] - 1), axis)
        np.maximum(high, each, out=high)
        np.minimum(low, each, out=low)
    return np.where(high >= -low, high, low)
