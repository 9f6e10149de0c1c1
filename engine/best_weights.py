"""Which weights a run goes back to where it diverges: those of its best epoch, or of before it."""

from collections.abc import Callable
from math import inf, isfinite

import numpy as np

from engine.layer import Array


class BestWeights:
    """Keeps the weights of before a run, and those of the epoch that ended with the least validation loss.

    Args:
        flat: (P + Q,) parameters and statistics as the run begins.
    """

    def __init__(self, flat: Array) -> None:
        self._start = flat.copy()
        self._best: Array | None = None
        self._loss, self._epoch = inf, 0

    def offer(self, flat: Array, loss: float, epoch: int) -> bool:
        """Keep *flat* (P + Q,), with which *epoch* ended, if its validation *loss* is the least so far, and say so."""
        if not (isfinite(loss) and loss < self._loss):
            return False
        self._loss, self._epoch = loss, epoch
        if self._best is None:
            self._best = flat.copy()
        else:
            np.copyto(self._best, flat)
        return True

    def put_back(self, flat: Array, loss_now: Callable[[], float]) -> int:
        """Write the best weights to *flat* (P + Q,); return the epoch that they are of, 0 for before the run.

        Args:
            loss_now: measures the validation loss of *flat* as it is then; asked only where there are two to choose
                from.
        """
        np.copyto(flat, self._start)
        if self._best is None or loss_now() <= self._loss:
            return 0
        np.copyto(flat, self._best)
        return self._epoch

    def state(self) -> dict[str, Array]:
        """Return copies of everything, for a file."""
        best = {} if self._best is None else {"best": self._best.copy()}
        figures = np.array([self._loss if best else 0.0, self._epoch])
        return {"before_run": self._start.copy(), "best_figures": figures, **best}

    def restore(self, arrays: dict[str, Array]) -> bool:
        """Take what ``state`` returned out of *arrays*, where it is there; return whether it fits."""
        start, figures, best = (arrays.pop(name, None) for name in ("before_run", "best_figures", "best"))
        if start is None and figures is None and best is None:
            return True  # a file from before there were any: the run begins with the weights that it has
        if start is None or figures is None or not self._fits(start) or not _are_figures(figures):
            return False
        if best is not None and not self._fits(best):
            return False
        np.copyto(self._start, start)
        self._best = None if best is None else best.copy()
        self._loss, self._epoch = (float(figures[0]), int(figures[1])) if best is not None else (inf, 0)
        return True

    def _fits(self, values: Array) -> bool:
        own = self._start
        return (values.shape, values.dtype) == (own.shape, own.dtype) and bool(np.isfinite(values).all())


def _are_figures(values: Array) -> bool:
    return values.shape == (2,) and bool(np.isfinite(values).all())
