"""What a run has measured so far. One thread writes, others read ``array[:n]``."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

SMOOTHING = 0.97  # the share of the past in the smoothed loss; it looks back about 33 steps


@dataclass(frozen=True, slots=True)
class EpochResult:
    """What an epoch ended with. Losses are means per image, accuracies from 0 to 1; NaN where not measured.

    The training figures are those of the epoch's mini-batches, each before its own update; the others are
    measured after the last. ``seconds`` is time on the clock, with pauses and measuring; ``images_per_second``
    counts training alone.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float
    images_per_second: float


class History:
    """Loss and accuracy of every step and the result of every epoch.

    The arrays grow by doubling: a reader keeps the array that it holds, so ``steps`` must be read first.

    Attributes:
        steps: how many entries of ``loss``, ``smoothed`` and ``accuracy`` are filled.
        epochs: results so far.
    """

    CURVES = ("loss", "smoothed", "accuracy")

    def __init__(self) -> None:
        self.steps = 0
        self.loss, self.smoothed, self.accuracy = (np.zeros(1024, np.float32) for _ in self.CURVES)
        self.epochs: list[EpochResult] = []

    def add_step(self, loss: float, accuracy: float) -> None:
        """Append one step's mean loss and share of right answers."""
        n = self.steps
        if n == len(self.loss):
            for name in self.CURVES:
                setattr(self, name, np.concatenate([getattr(self, name), np.zeros(n, np.float32)]))
        before = self.smoothed[n - 1] if n else loss
        self.loss[n], self.accuracy[n] = loss, accuracy
        self.smoothed[n] = SMOOTHING * before + (1 - SMOOTHING) * loss
        self.steps = n + 1

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return everything as arrays by name, for a file."""
        steps, epochs = self.steps, list(self.epochs)  # once: another thread may append meanwhile
        rows = {f.name: np.array([getattr(e, f.name) for e in epochs], np.float64) for f in fields(EpochResult)}
        return {
            **{name: getattr(self, name)[:steps].copy() for name in self.CURVES},
            **{f"epoch_{name}": values for name, values in rows.items()},
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[Any]]) -> "History":
        """Return what ``to_arrays`` wrote; raises KeyError or ValueError for anything else."""
        history = cls()
        curves = [np.asarray(arrays[name], np.float32) for name in cls.CURVES]
        names = [f.name for f in fields(EpochResult)]
        columns = [np.asarray(arrays[f"epoch_{name}"], np.float64) for name in names]
        every: list[npt.NDArray[Any]] = [*curves, *columns]
        if {c.ndim for c in every} != {1} or len({len(c) for c in curves}) != 1:
            raise ValueError("the history's curves differ in length")
        if not np.isfinite(columns[:2]).all():
            raise ValueError("the history's epochs are not numbered")
        room = np.zeros(1024, np.float32)
        history.loss, history.smoothed, history.accuracy = (np.concatenate([c, room]) for c in curves)
        history.steps = len(curves[0])
        for row in zip(*columns, strict=True):
            epoch, step, *figures = map(float, row)
            history.epochs.append(EpochResult(int(epoch), int(step), *figures))
        return history

    def copy(self) -> "History":
        """Return a history of its own with the same entries."""
        return History.from_arrays(self.to_arrays())


def as_dict(result: EpochResult) -> dict[str, float | None]:
    """Return an epoch's figures for JSON; what was not measured is None."""
    return {name: None if value != value else value for name, value in asdict(result).items()}
