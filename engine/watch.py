"""One weight under observation: what each step of training did to it. One thread writes, others read."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine import optimizers
from engine.equation import Line
from engine.layer import Array
from engine.model import Model
from engine.optimizer import Optimizer
from engine.settings import TrainingSettings

Rows = npt.NDArray[np.float64]
MOST_ROWS = 2048  # of a record; a longer run keeps every second step, then every fourth...


@dataclass(frozen=True, slots=True)
class Weight:
    """One number that is learned: the layer's uid, the name of its array, and the place in it."""

    uid: str
    name: str
    place: tuple[int, ...]

    def index(self, model: Model) -> int | None:
        """Return where it lies in ``model.parameters.learned`` (P,); None where *model* has no such weight."""
        spec = model.architecture.find(self.uid)
        if spec is None:
            return None
        layer = model.architecture.index(self.uid)
        array = model.parameters.layers[layer].get(self.name)
        inside = array is not None and len(self.place) == array.ndim
        if array is None or not inside or any(not 0 <= i < n for i, n in zip(self.place, array.shape, strict=True)):
            return None
        index = model.parameters.starts[layer][self.name] + int(np.ravel_multi_index(self.place, array.shape))
        return index if index < model.parameters.learned.size else None


class Row(NamedTuple):
    """What one step did to the weight.

    Attributes:
        step: of the history, from 1; time: of the optimizer, from 1.
        rate: the learning rate.
        norm: Euclidean norm of the gradient of all parameters before it was clipped; NaN where nothing is clipped.
        value, gradient: before the step; the gradient is the mini-batch's, before it was clipped.
        updated: the value after the step.
        before, after: the optimizer's moments of the weight, as they are kept.
    """

    step: float
    time: float
    rate: float
    norm: float
    value: float
    gradient: float
    updated: float
    before: tuple[float, ...]
    after: tuple[float, ...]


_PLAIN = len(Row._fields) - 2  # those that are one number


class Record:
    """The steps of one weight. It is bounded: where it is full, every second row makes room.

    Attributes:
        weight: whose record it is.
        settings: of the run.
        decay: the weight's own weight decay, 0.0 where there is none.
        latest: the newest step; None before the first.
        start: steps that the history had when the run began.
    """

    def __init__(self, weight: Weight, index: int, settings: TrainingSettings, start: int) -> None:
        self.weight, self.settings, self.start, self._index = weight, settings, start, index
        self.decay = settings.weight_decay if optimizers.decays(len(weight.place)) else 0.0
        self.latest: Row | None = None
        self._moments = len(optimizers.BY_NAME[settings.optimizer].MOMENTS)
        self._every, self._seen = 1, 0
        rows = np.zeros((MOST_ROWS, _PLAIN + 2 * self._moments))
        self._filled: tuple[Rows, int] = rows, 0  # in one: a reader must not mix them
        self._before: tuple[float, float, tuple[float, ...]] = 0.0, 0.0, ()

    def rows(self) -> Rows:
        """Return (n, 7 + 2 moments): the numbers of a Row one after the other, of evenly chosen steps."""
        rows, filled = self._filled
        return rows[:filled]

    def row(self, numbers: Rows) -> Row:
        """Return what *numbers* say, one of ``rows``."""
        values, split = numbers.tolist(), _PLAIN + self._moments
        return Row._make((*values[:_PLAIN], tuple(values[_PLAIN:split]), tuple(values[split:])))

    def moments(self, rows: Rows) -> dict[str, Rows]:
        """Return each moment after the steps of *rows* (n,), by its symbol, as the equation has it."""
        scales = optimizers.BY_NAME[self.settings.optimizer].scales(self.settings)
        columns = rows[:, _PLAIN + self._moments :].T
        return {symbol: scale * kept for (symbol, scale), kept in zip(scales.items(), columns, strict=True)}

    def equation(self, row: Row) -> tuple[Line, ...]:
        """Return how the optimizer came from *row*'s value to the updated one, line by line."""
        return optimizers.BY_NAME[self.settings.optimizer].tell(self.settings, row, self.decay)

    def goes_on(self, index: int, settings: TrainingSettings, steps: int) -> bool:
        """Whether a run after so many *steps* adds to this record instead of beginning a new one."""
        last = self.latest.step if self.latest else 0
        return (index, settings) == (self._index, self.settings) and 0 < last <= steps

    def note_before(self, weights: Array, gradient: Array, optimizer: Optimizer) -> None:
        """Note what a step begins with; *weights* and *gradient* (P,). Thread: the one that trains."""
        i = self._index
        self._before = float(weights[i]), float(gradient[i]), _kept(optimizer, i)

    def note_after(self, weights: Array, rate: float, norm: float, optimizer: Optimizer) -> None:
        """Note what the step has done. Thread: the one that trains."""
        (value, gradient, before), i = self._before, self._index
        after, step = _kept(optimizer, i), self.start + optimizer.time
        plain = step, optimizer.time, rate, norm, value, gradient, float(weights[i])
        self.latest = Row(*plain, before, after)
        if self._seen % self._every == 0:
            self._append((*plain, *before, *after))
        self._seen += 1

    def _append(self, row: tuple[float, ...]) -> None:
        rows, filled = self._filled
        if filled == len(rows):
            half = np.zeros_like(rows)  # new memory: a reader may hold the old
            filled = filled // 2
            half[:filled] = rows[::2]
            rows, self._every = half, 2 * self._every
        rows[filled] = row
        self._filled = rows, filled + 1


class Watch:
    """Which weight is observed, and whether somebody wants to see the last update of all weights.

    Attributes:
        record: of the observed weight, None where there is none. The learner asks anew at each step.
        wants_update: whether the last update is to be sent along with the weights.
        start: steps that the history had when the optimizer of the last run did its first.

    Thread: ``look_at`` and ``begin`` are for one thread, other than the one that trains.
    """

    def __init__(self) -> None:
        self.record: Record | None = None
        self.wants_update = False
        self._settings, self.start = TrainingSettings(), 0

    def look_at(self, weight: Weight | None, model: Model) -> None:
        """Observe another weight from now on; None, or one that *model* does not have: none."""
        self.record = None
        if weight is not None and (index := weight.index(model)) is not None:
            self.record = Record(weight, index, self._settings, self.start)

    def forget_after(self, steps: int, model: Model) -> None:
        """Begin the record anew where it knows more than so many *steps*: the others were taken back."""
        record = self.record
        if record is not None and record.latest is not None and record.latest.step > steps:
            self.look_at(record.weight, model)

    def begin(self, model: Model, settings: TrainingSettings, steps: int, time: int = 0) -> None:
        """Prepare for a run of *model* with *settings* after so many *steps*: the record goes on, or begins anew.

        The optimizer has done *time* steps already.
        """
        self._settings, self.start = settings, steps - time
        record = self.record
        if record is None:
            return
        index = record.weight.index(model)
        if index is not None and record.goes_on(index, settings, steps):
            record.start = self.start
        else:
            self.look_at(record.weight, model)


def _kept(optimizer: Optimizer, index: int) -> tuple[float, ...]:
    return tuple([float(moment[index]) for moment in optimizer.moments.values()])
