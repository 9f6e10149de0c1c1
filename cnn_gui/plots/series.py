"""What a plot shows: curves with a value a step, and points with a value an epoch."""

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from cnn_gui.plots.axes import Array, Axis

_ENOUGH = 1000  # reading a million values for the range of an axis would cost more than painting them

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Curve:
    """Values (n,) of the steps 1 .. n. *colour* names a colour of the theme; *thin* ones are noise, not a message."""

    name: str
    values: Floats
    colour: str
    thin: bool = False

    def at(self, step: float | None) -> float:
        """Return the value of *step*, or the last one for None; NaN where there is none."""
        index = len(self.values) - 1 if step is None else round(step) - 1
        return float(self.values[index]) if 0 <= index < len(self.values) else float("nan")

    def seen(self, x: Axis) -> Floats:
        """Return values of the steps on *x*, of a long smooth curve as many as tell its range."""
        return samples(self.values, x, _ENOUGH)[1]


@dataclass(frozen=True, slots=True)
class Points:
    """Values (E,) at *steps* (E,), ascending; NaN where not measured. *marker* is 'circle' or 'square'."""

    name: str
    steps: Floats
    values: Floats
    colour: str
    marker: str

    def at(self, step: float | None) -> float:
        """Return the last value measured up to *step*, or at all for None; NaN if there is none."""
        index = len(self.steps) - 1 if step is None else int(np.searchsorted(self.steps, round(step), "right")) - 1
        return float(self.values[index]) if index >= 0 else float("nan")

    def seen(self, x: Axis) -> Floats:
        """Return the values of the steps on *x*."""
        return self.values[(self.steps >= x.low) & (self.steps <= x.high)]


def peaks(values: Floats, x: Axis, columns: int) -> tuple[Array, Floats, Floats]:
    """Return (steps, lowest, highest) of *values* (n,) for steps 1 .. n, one for each of *columns* on the axis.

    Where there are few values, lowest and highest are the values themselves. Values next to the axis belong to it, so
    that a line reaches the edges.
    """
    steps, starts = _cut(len(values), x, columns)
    if len(starts) == 0 or starts[-1] - starts[0] == len(starts) - 1:
        part = values[starts]
        return steps, part, part
    part = values[starts[0] : _between(x, len(values)).stop]
    edges = starts - starts[0]
    return steps, np.fmin.reduceat(part, edges), np.fmax.reduceat(part, edges)


def samples(values: Floats, x: Axis, columns: int) -> tuple[Array, Floats]:
    """Return (steps, values) of a smooth curve (n,): one value for each of *columns* on the axis, or all if few."""
    steps, _ = _cut(len(values), x, columns)
    return steps, values[(steps - 1).astype(np.intp)]


def _cut(count: int, x: Axis, columns: int) -> tuple[Array, npt.NDArray[np.intp]]:
    """Cut the values on the axis into one run a column; return the step in each run's middle and its first index.

    Up to two values a column are not cut: each is a run.
    """
    span = _between(x, count)
    size = span.stop - span.start
    used = max(1, ceil(columns * size / (x.high - x.low)))
    if size <= 2 * used:
        starts = np.arange(span.start, span.stop)
        return starts + 1.0, starts
    edges = np.linspace(span.start, span.stop, used + 1).astype(np.intp)
    return (edges[:-1] + edges[1:]) // 2 + 1.0, edges[:-1]


def _between(x: Axis, count: int) -> slice:
    """Return which of *count* values, for the steps 1 .. count, lie on the axis, with one neighbour on each side."""
    start = min(max(floor(x.low) - 1, 0), count)
    return slice(start, max(start, min(ceil(x.high) + 1, count)))
