"""A running mean of a curve that grows at its end."""

import numpy as np
import numpy.typing as npt

from engine.history import SMOOTHING

_BLOCK = 512  # values at a time: SMOOTHING ** -512 is far from overflow


class Smoother:
    """The exponential mean of ``engine.history``, for curves that it does not smooth; costs only what is new."""

    def __init__(self) -> None:
        self._values = np.zeros(1024, np.float32)
        self._count = 0
        powers = SMOOTHING ** np.arange(_BLOCK, dtype=np.float64)
        self._down, self._up = powers, (1 - SMOOTHING) / powers

    def extend(self, curve: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Return the mean (n,) of *curve* (n,), whose beginning is that of the last time; n never shrinks."""
        if len(curve) > len(self._values):
            self._values = np.concatenate([self._values, np.zeros(max(len(curve), len(self._values)), np.float32)])
        for start in range(self._count, len(curve), _BLOCK):
            stop = min(start + _BLOCK, len(curve))
            before = float(self._values[start - 1]) if start else float(curve[0])
            sums = np.cumsum(curve[start:stop] * self._up[: stop - start]) + SMOOTHING * before
            np.multiply(sums, self._down[: stop - start], out=self._values[start:stop], casting="same_kind")
        self._count = len(curve)
        return self._values[: self._count]
