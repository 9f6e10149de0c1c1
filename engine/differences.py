"""Slopes of a sum of outputs, by central differences: the cells of an array are moved, a group at a time."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.gradreport import ArrayCheck, GradientReport, verdict
from engine.layer import Array

EPSILON = 1e-5
TIE_DECIMALS = 4  # inputs that are the same in so many are made equal: what is nearly tied has kinks within the step
ROUNDING = 4 * np.finfo(float).eps  # of an output, which is a sum itself

Groups = Sequence[npt.NDArray[np.intp]]  # of cells that move together, as places in the flat array


@dataclass(frozen=True, slots=True)
class Target:
    """An array that *outputs* reads, what backward says of it, and the groups of its cells that are moved.

    Attributes:
        name: of the array.
        values: the array; contiguous, changed in place and put back.
        gradient: in its shape.
        groups: each a few places in the flat array.
        outputs: returns what L is a sum of, as an array that is not written to again.
    """

    name: str
    values: Array
    gradient: Array
    groups: Groups
    outputs: Callable[[], Array]


@dataclass(frozen=True, slots=True)
class Differences:
    """Takes the slopes of L = sum of the outputs times *direction*.

    Outputs are subtracted before they are added up: those that do not change then leave no rounding behind.

    Attributes:
        direction: in the shape of the outputs.
        epsilon: half the step of a central difference.
    """

    direction: Array
    epsilon: float

    def report(self, targets: Sequence[Target]) -> Generator[float, None, GradientReport]:
        """Check every target; yield the share that is done after each group."""
        done, total, checks = 0, sum(len(target.groups) for target in targets), []
        for target in targets:
            checks.append((yield from self._check(target, done, total)))
            done += len(target.groups)
        return GradientReport(tuple(checks))

    def _check(self, target: Target, done: int, total: int) -> Generator[float, None, ArrayCheck]:
        """Compare the gradient with the slopes along each group of cells; *done* of *total* are past."""
        flat, centre = target.values.reshape(-1), target.outputs()  # a view: every array here is contiguous
        slopes = np.empty((len(target.groups), 2))
        for place, cells in enumerate(target.groups, start=1):
            slopes[place - 1] = self._slopes(target, flat, cells, centre)
            yield (done + place) / total
        analytic = np.array([target.gradient.reshape(-1)[cells].sum() for cells in target.groups])
        noise = ROUNDING * float(np.linalg.norm(centre * self.direction)) / self.epsilon
        firsts = [int(cells[0]) for cells in target.groups]
        return verdict(target.name, target.values.shape, firsts, analytic, slopes, noise)

    def _slopes(self, target: Target, flat: Array, cells: Array, centre: Array) -> tuple[float, float]:
        """Return the slopes left and right of where *cells* are, which are then as before."""
        before = flat[cells]
        flat[cells] = before - self.epsilon
        left = centre - target.outputs()
        flat[cells] = before + self.epsilon
        right = target.outputs() - centre
        flat[cells] = before
        return self._along(left), self._along(right)

    def _along(self, change: Array) -> float:
        return float(np.vdot(change, self.direction)) / self.epsilon


def drawn(size: int, rng: np.random.Generator, samples: int | None) -> Groups:
    """Return each of *size* cells, or *samples* of them, on its own."""
    few = samples is not None and samples < size
    return list((rng.choice(size, samples, replace=False) if few else np.arange(size))[:, None])


def equal(x: Array, samples: int | None) -> Groups:
    """Return the cells of each value that *x* has more than once, the most frequent first, *samples* groups at most."""
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    values = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts > 1)][:samples]
    return [np.flatnonzero(inverse.reshape(-1) == value) for value in values]
