"""Which training images a run holds out for validation."""

import numpy as np
import numpy.typing as npt

from engine.data.dataset import Dataset
from engine.trainer import split_rng


class HeldOut:
    """Remembers the answer for one data set and one share: every run splits them alike, whatever its seed."""

    def __init__(self) -> None:
        self._dataset: Dataset | None = None
        self._share = 0.0
        self._flags = np.zeros(0, bool)

    def flags(self, dataset: Dataset | None, share: float) -> npt.NDArray[np.bool_]:
        """Return (N,), which training images of *dataset* are held out; empty for none.

        None are where a data set has validation images of its own, which no share is taken for.
        """
        if dataset is not self._dataset or share != self._share:
            self._dataset, self._share = dataset, share
            own = dataset is None or (dataset.validation is not None and len(dataset.validation))
            self._flags = np.zeros(0, bool) if dataset is None or own else dataset.held_out(share, split_rng())
        return self._flags
