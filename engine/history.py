"""What a run has measured so far, in arrays that are bounded. One thread writes, others read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from engine.health import LayerHealth
from engine.smoothing import smooth, smooth_next

Arrays = dict[str, npt.NDArray[Any]]
Floats = npt.NDArray[np.float32]

MOST_STEPS = 65_536  # that are kept: a megabyte; of more steps it is every second, fourth, eighth ... that is kept
MOST_EPOCHS = 2_048  # likewise, with the figures of each layer


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
_MEASURED = _HEALTH[2:]  # those that are numbers
_TOTALS = ("steps", "every", "smoothed", "smoothed_accuracy", "epochs", "epochs_every")
_SECONDS = ("seconds", "slowness")  # of all epochs


class Curves(NamedTuple):
    """The steps of a history that are kept, as they are at one moment.

    Attributes:
        every: 1 where all steps are kept, 2 where it is every second, and so on.
        loss, smoothed: (n,), the loss of the step's mini-batch, and the running mean over all steps up to there.
        accuracy, smoothed_accuracy: (n,), likewise.
    """

    every: int
    loss: Floats
    smoothed: Floats
    accuracy: Floats
    smoothed_accuracy: Floats

    @property
    def steps(self) -> Floats:
        """(n,): the steps that these are, counted from 1."""
        return np.arange(1, len(self.loss) + 1, dtype=np.float32) * np.float32(self.every)


class _Table(NamedTuple):
    """The epochs that are kept, in rows of which ``filled`` are used; readers hold one table while another is made.

    ``ends`` says where the layers of each epoch end in ``layers``, and ``networks`` which of ``names`` are theirs.
    """

    filled: int
    figures: npt.NDArray[np.float64]  # (rows, figures of an epoch)
    ends: npt.NDArray[np.intp]  # (rows,)
    networks: npt.NDArray[np.intp]  # (rows,)
    layers: npt.NDArray[np.float64]  # (rows of layers, figures of a layer)
    names: tuple[tuple[tuple[str, str], ...], ...]  # of each network, uid and label of its layers

    def place(self, row: int) -> slice:
        """Return where the layers of the epoch in *row* are."""
        return slice(int(self.ends[row - 1]) if row else 0, int(self.ends[row]))

    def result(self, row: int) -> EpochResult:
        figures: dict[str, Any] = dict(zip(_FIGURES, self.figures[row].tolist(), strict=True))
        whole = {name: int(figures.pop(name)) for name in ("epoch", "step")}
        layers = zip(self.names[self.networks[row]], self.layers[self.place(row)].tolist(), strict=True)
        return EpochResult(**whole, **figures, layers=tuple(LayerHealth(*names, *layer) for names, layer in layers))

    def with_row(self, result: EpochResult) -> "_Table":
        """Return a table with another row; what this one holds stays as it is, so that no reader is disturbed."""
        count, figures, ends, networks, layers, names = self
        network = tuple((layer.uid, layer.label) for layer in result.layers)
        names = names if network in names else (*names, network)
        start = int(ends[count - 1]) if count else 0
        stop = start + len(network)
        if count == len(figures):
            figures, ends, networks = (_twice(array, 64) for array in (figures, ends, networks))
        if stop > len(layers):
            layers = _twice(layers, max(512, len(network)))
        figures[count] = [getattr(result, name) for name in _FIGURES]
        ends[count], networks[count] = stop, names.index(network)
        for row, layer in enumerate(result.layers, start):
            layers[row] = [getattr(layer, name) for name in _MEASURED]
        return _Table(count + 1, figures, ends, networks, layers, names)

    def thinned(self) -> "_Table":
        """Return a table of every second row, in memory of its own."""
        rows = np.arange(1, self.filled, 2)
        kept = [self.layers[self.place(row)] for row in rows.tolist()]
        ends = np.cumsum([len(part) for part in kept], dtype=np.intp)
        layers = np.concatenate(kept) if kept else self.layers[:0]
        return _Table(len(rows), self.figures[rows], ends, self.networks[rows], layers, self.names)

    def cut(self) -> "_Table":
        """Return a table without room for more, so that a row more finds memory of its own."""
        n, figures, ends, networks, layers, names = self
        return _Table(n, figures[:n], ends[:n], networks[:n], layers[: int(ends[n - 1]) if n else 0], names)

    def copy(self) -> "_Table":
        n, figures, ends, networks, layers, names = self
        stop = int(ends[n - 1]) if n else 0
        return _Table(n, figures[:n].copy(), ends[:n].copy(), networks[:n].copy(), layers[:stop].copy(), names)


_NONE = np.zeros(0, np.intp)
_EMPTY = _Table(0, np.zeros((0, len(_FIGURES))), _NONE, _NONE, np.zeros((0, len(_MEASURED))), ())


class _State(NamedTuple):
    """All of ``Epochs`` at one moment: what was counted, the table, and the newest where it is not in that."""

    done: int = 0
    every: int = 1
    seconds: float = 0.0
    slowness: float = 0.0
    table: _Table = _EMPTY
    newest: EpochResult | None = None

    @property
    def size(self) -> int:
        return self.table.filled + (self.newest is not None)

    def result(self, row: int) -> EpochResult:
        if row == self.table.filled and self.newest is not None:
            return self.newest
        return self.table.result(row)


class Epochs(Sequence[EpochResult]):
    """What each epoch ended with. It is bounded: of very many, every second makes room; the newest is always there.

    Attributes:
        done: how many epochs there were, kept or not.
        every: 1 where all of them are kept, 2 where it is every second, and so on.
        seconds: of all epochs together.
        slowness: the sum over all epochs of the seconds that an image took in training.
    """

    def __init__(self) -> None:
        self._state = _State()

    @property
    def done(self) -> int:
        return self._state.done

    @property
    def every(self) -> int:
        return self._state.every

    @property
    def seconds(self) -> float:
        return self._state.seconds

    @property
    def slowness(self) -> float:
        return self._state.slowness

    def append(self, result: EpochResult) -> None:
        """Add what another epoch ended with. Thread: the one that trains."""
        done, every, seconds, slowness, table, _ = self._state
        done, seconds = done + 1, seconds + result.seconds
        slowness += 1 / result.images_per_second if result.images_per_second > 0 else 0.0
        if table.filled == MOST_EPOCHS and done % every == 0:
            table, every = table.thinned(), 2 * every
        newest = result if done % every else None
        table = table.with_row(result) if newest is None else table
        self._state = _State(done, every, seconds, slowness, table, newest)

    def column(self, name: str) -> npt.NDArray[np.float64]:
        """Return a figure of each epoch (n,), NaN where it was not measured."""
        state = self._state
        values = state.table.figures[: state.table.filled, _FIGURES.index(name)]
        return values.copy() if state.newest is None else np.append(values, getattr(state.newest, name))

    def __len__(self) -> int:
        return self._state.size

    @overload
    def __getitem__(self, place: int) -> EpochResult: ...
    @overload
    def __getitem__(self, place: slice) -> list[EpochResult]: ...
    def __getitem__(self, place: int | slice) -> EpochResult | list[EpochResult]:
        state = self._state
        places = range(state.size)[place]
        return [state.result(row) for row in places] if isinstance(places, range) else state.result(places)

    def __iter__(self) -> Iterator[EpochResult]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and repr(self) == repr(list(other))  # what was not measured is equal too

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

    def copy(self) -> "Epochs":
        """Return one of its own with the same entries."""
        other, state = Epochs(), self._state
        other._state = state._replace(table=state.table.copy())
        return other

    def branch(self) -> "Epochs":
        """Return those until now, in the same memory; what is appended to either stays its own."""
        other, state = Epochs(), self._state
        other._state = state._replace(table=state.table.cut())
        return other

    def to_arrays(self) -> Arrays:
        """Return ``epoch_...``, a row for each epoch, and ``layer_...``, one for each layer of each, for a file."""
        results = self[:]
        columns = [[getattr(result, name) for result in results] for name in _FIGURES]
        layers = [(row, layer) for row, result in enumerate(results) for layer in result.layers]
        return {
            **{f"epoch_{n}": np.array(column, np.float64) for n, column in zip(_FIGURES, columns, strict=True)},
            "layer_row": np.array([row for row, _ in layers], np.float64),
            **{f"layer_{name}": _column([getattr(layer, name) for _, layer in layers], name) for name in _HEALTH},
        }


class History:
    """Loss and accuracy of the steps and the result of every epoch.

    The arrays are bounded: where they are full, every second step makes room, so that what is kept is evenly spread.
    A step that is kept has exactly what was measured then. A reader takes ``curves``, whose arrays fit one another.

    Attributes:
        steps: how many there were, kept or not.
        every: 1 where all of them are kept, 2 where it is every second, and so on.
        epochs: results so far. Each has the layers that the network had then.
    """

    CURVES = ("loss", "smoothed", "accuracy", "smoothed_accuracy")
    TEXTS = ("layer_uid", "layer_label")  # those of its arrays that hold texts

    def __init__(self) -> None:
        self._rows: tuple[int, Floats] = (
            1,
            np.zeros((len(self.CURVES), min(1024, MOST_STEPS)), np.float32),
        )  # in one: they fit together
        self._last = 0, 0.0, 0.0  # the last step, kept or not, with the smoothed loss and accuracy after it
        self.epochs = Epochs()

    @property
    def steps(self) -> int:
        return self._last[0]

    @property
    def every(self) -> int:
        return self._rows[0]

    @property
    def curves(self) -> Curves:
        """The steps that are kept, as views."""
        every, rows = self._rows  # before the steps: these rows may be full meanwhile, but they are there
        return Curves(every, *rows[:, : min(self.steps // every, rows.shape[1])])

    @property
    def loss(self) -> Floats:
        """(n,): of the steps that are kept."""
        return self.curves.loss

    @property
    def smoothed(self) -> Floats:
        """(n,): the running mean of the loss, after the steps that are kept."""
        return self.curves.smoothed

    @property
    def accuracy(self) -> Floats:
        """(n,): of the steps that are kept."""
        return self.curves.accuracy

    @property
    def smoothed_accuracy(self) -> Floats:
        """(n,): the running mean of the accuracy, after the steps that are kept."""
        return self.curves.smoothed_accuracy

    def add_step(self, loss: float, accuracy: float) -> None:
        """Append one step's mean loss and share of right answers. Thread: the one that trains."""
        n, *before = self._last
        means = smooth_next(before[0], loss, n), smooth_next(before[1], accuracy, n)
        every, rows = self._rows
        if (n + 1) % every == 0:
            if (n + 1) // every > rows.shape[1]:
                every, rows = self._rows = _with_room(every, rows)
            if (n + 1) % every == 0:
                rows[:, (n + 1) // every - 1] = loss, means[0], accuracy, means[1]
        self._last = n + 1, *means

    def branch(self) -> "History":
        """Return the history until now, in the same memory; what is appended to either stays its own.

        Thread: the one that trains, or any while nobody does.
        """
        other = History()
        every, rows = self._rows
        other._rows = every, rows[:, : self.steps // every]  # full, so that a step more finds memory of its own
        other._last, other.epochs = self._last, self.epochs.branch()
        return other

    def to_arrays(self) -> Arrays:
        """Return everything as arrays by name, for a file."""
        history = self.copy()  # once: another thread may append meanwhile
        epochs = history.epochs
        steps, *means = history._last
        totals = steps, history.every, *means, epochs.done, epochs.every
        return {
            **{name: getattr(history.curves, name) for name in self.CURVES},
            **epochs.to_arrays(),
            "totals": np.array(totals, np.float64),
            "total_seconds": np.array([epochs.seconds, epochs.slowness], np.float64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> "History":
        """Return what ``to_arrays`` wrote, or a program that kept every step; of very many, some make room.

        Raises:
            KeyError, ValueError: anything else.
        """
        curves = [np.asarray(arrays[name], np.float32) for name in cls.CURVES[:3]]
        if {c.ndim for c in curves} != {1} or len({len(c) for c in curves}) != 1:
            raise ValueError("the history's curves differ in length")
        mean = np.asarray(arrays[cls.CURVES[3]], np.float32) if cls.CURVES[3] in arrays else _mean(curves[2])
        rows = np.stack([*curves, mean])
        totals, history = _totals(arrays, rows), cls()
        every = int(totals["every"])
        while rows.shape[1] > MOST_STEPS:
            every, rows = 2 * every, rows[:, 1::2]
        history._rows = every, _twice(rows.T, 1).T if not rows.shape[1] else rows.copy()
        history._last = int(totals["steps"]), totals["smoothed"], totals["smoothed_accuracy"]
        history.epochs = _epochs(arrays, totals)
        return history

    def copy(self) -> "History":
        """Return a history of its own with the same entries: at most two megabytes."""
        other = History()
        while True:
            rows, other._last = self._rows, self._last
            if rows is self._rows:  # else another thread has thinned them in between
                break
        every, values = rows
        other._rows = every, values[:, : max(1, other.steps // every)].copy()
        other.epochs = self.epochs.copy()
        return other


def as_dict(result: EpochResult) -> dict[str, Any]:
    """Return an epoch's figures for JSON, its ``layers`` as a list; what is no finite number is None."""
    layers = [_finite(asdict(layer)) for layer in result.layers]
    return {**_finite({name: getattr(result, name) for name in _FIGURES}), "layers": layers}


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(v, float) and not isfinite(v) else v for name, v in values.items()}


def _with_room(every: int, rows: Floats) -> tuple[int, Floats]:
    """Return full rows with room for more: twice as many, or every second of them; a reader may hold the old ones."""
    if rows.shape[1] < MOST_STEPS:
        more = min(max(1024, rows.shape[1]), MOST_STEPS - rows.shape[1])
        return every, np.concatenate([rows, np.zeros((len(rows), more), np.float32)], axis=1)
    half = np.zeros_like(rows)
    half[:, : rows.shape[1] // 2] = rows[:, 1::2]
    return 2 * every, half


def _twice(array: npt.NDArray[Any], least: int) -> npt.NDArray[Any]:
    return np.concatenate([array, np.zeros((max(least, len(array)), *array.shape[1:]), array.dtype)])


def _mean(curve: Floats) -> Floats:
    mean = np.zeros_like(curve)
    if curve.ndim == 1:
        smooth(curve, mean, 0, len(curve))
    return mean


def _totals(arrays: Mapping[str, npt.NDArray[Any]], rows: Floats) -> dict[str, float]:
    """Return what a history says of itself, by the names in _TOTALS and _SECONDS; one that kept all says nothing.

    Raises:
        KeyError, ValueError: it does not fit *rows* (4, n) and the epochs.
    """
    n, epochs = rows.shape[1], len(np.atleast_1d(arrays["epoch_epoch"]))
    if "totals" not in arrays:
        means = (float(rows[1, -1]), float(rows[3, -1])) if n else (0.0, 0.0)
        seconds, speeds = (np.asarray(arrays[f"epoch_{name}"], np.float64) for name in ("seconds", "images_per_second"))
        slowness = float(np.sum(1 / speeds[speeds > 0]))
        values = n, 1, *means, epochs, 1, float(np.sum(seconds)), slowness
        return dict(zip((*_TOTALS, *_SECONDS), values, strict=True))
    said = np.concatenate([np.asarray(arrays[name], np.float64) for name in ("totals", "total_seconds")])
    if (
        said.shape != (len(_TOTALS) + len(_SECONDS),)
        or not np.isfinite(np.delete(said, [2, 3])).all()
        or (said < 0).any()
    ):
        raise ValueError("the history's totals are not numbers")
    totals = dict(zip((*_TOTALS, *_SECONDS), said.tolist(), strict=True))
    for count, every, kept in ("steps", "every", n), ("epochs", "epochs_every", epochs):
        done, apart = int(totals[count]), int(totals[every])
        rest = count == "epochs" and apart > 0 and done % apart > 0  # the newest, kept though it is not its turn
        if not 0 < apart < 2**40 or apart & (apart - 1) or done // apart + rest != kept:
            raise ValueError("the history's totals do not fit what it kept")
    return totals


def _epochs(arrays: Mapping[str, npt.NDArray[Any]], totals: Mapping[str, float]) -> Epochs:
    """Return the epochs of a file; of very many, some make room."""
    columns = [np.asarray(arrays[f"epoch_{name}"], np.float64) for name in _FIGURES]
    if {c.ndim for c in columns} != {1} or len({len(c) for c in columns}) != 1:
        raise ValueError("the figures of the history's epochs differ in length")
    if not np.isfinite(columns[:2]).all():
        raise ValueError("the history's epochs are not numbered")
    measured = _layers(arrays, len(columns[0]))

    def result(row: int) -> EpochResult:
        figures: dict[str, Any] = {n: float(column[row]) for n, column in zip(_FIGURES, columns, strict=True)}
        whole = {name: int(figures.pop(name)) for name in ("epoch", "step")}
        return EpochResult(**whole, **figures, layers=measured(row))

    done, every = int(totals["epochs"]), int(totals["epochs_every"])
    kept = np.arange(done // every)
    while len(kept) > MOST_EPOCHS:
        every, kept = 2 * every, kept[1::2]
    table = _EMPTY
    for row in kept.tolist():
        table = table.with_row(result(row))
    newest = result(len(columns[0]) - 1) if done % every else None
    epochs = Epochs()
    epochs._state = _State(done, every, totals["seconds"], totals["slowness"], table, newest)
    return epochs


def _layers(arrays: Mapping[str, npt.NDArray[Any]], epochs: int) -> Callable[[int], tuple[LayerHealth, ...]]:
    """Return what gives the layers of each of *epochs* epochs; none where they were not recorded."""
    if not any(name.startswith("layer_") for name in arrays):
        return lambda row: ()
    columns = [_column(arrays[f"layer_{name}"].tolist(), name) for name in _HEALTH]
    rows = np.asarray(arrays["layer_row"], np.float64)
    if {c.ndim for c in (rows, *columns)} != {1} or len({len(c) for c in (rows, *columns)}) != 1:
        raise ValueError("the figures of the history's layers differ in length")
    if not np.isin(rows, np.arange(epochs)).all():
        raise ValueError("the history's layers belong to no epoch")
    order = np.argsort(rows, kind="stable")
    bounds = np.searchsorted(rows[order], np.arange(epochs + 1))

    def layers(row: int) -> tuple[LayerHealth, ...]:
        places = order[bounds[row] : bounds[row + 1]]
        return tuple(LayerHealth(*figures) for figures in zip(*(c[places].tolist() for c in columns), strict=True))

    return layers


def _column(values: Sequence[Any], name: str) -> npt.NDArray[Any]:
    return np.array(values, np.str_ if f"layer_{name}" in History.TEXTS else np.float64)
