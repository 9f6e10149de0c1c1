"""A running mean of a curve that grows at its end."""

import numpy as np
import numpy.typing as npt

from engine.smoothing import smooth


class Smoother:
    """The mean that ``engine.history`` has of the loss, for curves that it does not smooth; costs only what is new."""

    def __init__(self) -> None:
        self._values = np.zeros(1024, np.float32)
        self._count = 0

    def extend(self, curve: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """Return the mean (n,) of *curve* (n,), whose beginning is that of the last time; n never shrinks."""
        if len(curve) > len(self._values):
            self._values = np.concatenate([self._values, np.zeros(max(len(curve), len(self._values)), np.float32)])
        smooth(curve, self._values, self._count, len(curve))
        self._count = len(curve)
        return self._values[: self._count]
