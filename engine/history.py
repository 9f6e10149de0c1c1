"""What a run has measured so far. One thread writes, others read ``array[:n]``."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.health import LayerHealth
from engine.smoothing import smooth

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class EpochResult:
    """What an epoch ended with. Losses are means per image, accuracies from 0 to 1; NaN where not measured.

    The training figures are those of the epoch's mini-batches, each before its own update; the others are
    measured after the last. ``seconds`` is time on the clock, with pauses and measuring; ``images_per_second``
    counts training alone. ``layers`` has the figures of each layer.
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
    layers: tuple[LayerHealth, ...] = ()


_FIGURES = [field.name for field in fields(EpochResult) if field.name != "layers"]
_HEALTH = [field.name for field in fields(LayerHealth)]


class History:
    """Loss and accuracy of every step and the result of every epoch.

    The arrays grow by doubling: a reader keeps the array that it holds, so ``steps`` must be read first.

    Attributes:
        steps: how many entries of ``loss``, ``smoothed`` and ``accuracy`` are filled.
        epochs: results so far. Each has the layers that the network had then.
    """

    CURVES = ("loss", "smoothed", "accuracy")
    TEXTS = ("layer_uid", "layer_label")  # those of its arrays that hold texts

    def __init__(self) -> None:
        self.steps = 0
        self.loss, self.smoothed, self.accuracy = (np.zeros(1024, np.float32) for _ in self.CURVES)
        self.epochs: list[EpochResult] = []

    def add_step(self, loss: float, accuracy: float) -> None:
        """Append one step's mean loss and share of right answers."""
        n = self.steps
        if n == len(self.loss):
            for name in self.CURVES:
                setattr(self, name, np.concatenate([getattr(self, name), np.zeros(max(n, 1024), np.float32)]))
        self.loss[n], self.accuracy[n] = loss, accuracy
        smooth(self.loss, self.smoothed, n, n + 1)
        self.steps = n + 1

    def until(self, steps: int, epochs: int) -> "History":
        """Return a history that ends after so many *steps* and *epochs*; what is appended to either stays its own.

        It shares the memory of what both have until then, so it costs next to nothing however long it is.
        """
        history = History()
        history.steps = min(steps, self.steps)
        for name in self.CURVES:  # full, so that a step more finds new memory
            setattr(history, name, getattr(self, name)[: history.steps])
        history.epochs = self.epochs[:epochs]
        return history

    def to_arrays(self) -> Arrays:
        """Return everything as arrays by name, for a file.

        ``epoch_...`` have a row for each epoch, ``layer_...`` one for each layer of each; ``layer_row`` is its epoch's.
        """
        steps, epochs = self.steps, list(self.epochs)  # once: another thread may append meanwhile
        layers = [(row, layer) for row, epoch in enumerate(epochs) for layer in epoch.layers]
        return {
            **{name: getattr(self, name)[:steps].copy() for name in self.CURVES},
            **{f"epoch_{name}": np.array([getattr(e, name) for e in epochs], np.float64) for name in _FIGURES},
            "layer_row": np.array([row for row, _ in layers], np.float64),
            **{f"layer_{name}": _column([getattr(layer, name) for _, layer in layers], name) for name in _HEALTH},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "History":
        """Return what ``to_arrays`` wrote; raises KeyError or ValueError for anything else."""
        history = cls()
        curves = [np.asarray(arrays[name], np.float32) for name in cls.CURVES]
        columns = [np.asarray(arrays[f"epoch_{name}"], np.float64) for name in _FIGURES]
        every: list[npt.NDArray[Any]] = [*curves, *columns]
        if {c.ndim for c in every} != {1} or len({len(c) for c in curves}) != 1:
            raise ValueError("the history's curves differ in length")
        if not np.isfinite(columns[:2]).all():
            raise ValueError("the history's epochs are not numbered")
        room = np.zeros(1024, np.float32)
        history.loss, history.smoothed, history.accuracy = (np.concatenate([c, room]) for c in curves)
        history.steps = len(curves[0])
        layers = _layers(arrays, len(columns[0]))
        for row, measured in zip(zip(*columns, strict=True), layers, strict=True):
            figures: dict[str, Any] = dict(zip(_FIGURES, map(float, row), strict=True))
            whole = {name: int(figures.pop(name)) for name in ("epoch", "step")}
            history.epochs.append(EpochResult(**whole, **figures, layers=measured))
        return history

    def copy(self) -> "History":
        """Return a history of its own with the same entries."""
        return History.from_arrays(self.to_arrays())


def as_dict(result: EpochResult) -> dict[str, Any]:
    """Return an epoch's figures for JSON, its ``layers`` as a list; what is no finite number is None."""
    layers = [_finite(asdict(layer)) for layer in result.layers]
    return {**_finite({name: getattr(result, name) for name in _FIGURES}), "layers": layers}


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(v, float) and not isfinite(v) else v for name, v in values.items()}


def _column(values: Sequence[Any], name: str) -> npt.NDArray[Any]:
    return np.array(values, np.str_ if f"layer_{name}" in History.TEXTS else np.float64)


def _layers(arrays: Mapping[str, npt.NDArray[Any]], epochs: int) -> list[tuple[LayerHealth, ...]]:
    """Return the layers of each of *epochs* epochs; none where they were not recorded."""
    found: list[list[LayerHealth]] = [[] for _ in range(epochs)]
    if any(name.startswith("layer_") for name in arrays):
        columns = [_column(arrays[f"layer_{name}"].tolist(), name) for name in _HEALTH]
        rows = np.asarray(arrays["layer_row"], np.float64)
        if {c.ndim for c in (rows, *columns)} != {1} or not np.isin(rows, np.arange(epochs)).all():
            raise ValueError("the history's layers belong to no epoch")
        for row, *figures in zip(rows.tolist(), *(column.tolist() for column in columns), strict=True):
            found[int(row)].append(LayerHealth(*figures))
    return [tuple(layers) for layers in found]
