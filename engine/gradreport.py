"""What a gradient check found: each array's largest error, where it is, and whether it is too large."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.layer import Array, Shape

TOLERANCE = 1e-5
FLOOR = 1e-4
SIDES = 0.1  # a kink's slopes left and right differ by more than this share of the disagreement


@dataclass(frozen=True, slots=True)
class ArrayCheck:
    """How well backward and central differences agree on one array: the input, or one parameter of one layer.

    Attributes:
        name: 'input', 'weight' or, of a whole network, 'layer 1 (Convolution) weight'.
        error: the largest relative error; NaN where no cell could be compared.
        index: the cell that has it, in the field's order.
        analytic: backward's value there.
        numeric: the central difference there.
        compared: cells with a verdict.
        kinks: cells without one.
    """

    name: str
    error: float
    index: tuple[int, ...]
    analytic: float
    numeric: float
    compared: int
    kinks: int

    @property
    def passed(self) -> bool:
        """Whether every compared cell agrees, and there was one."""
        return self.error <= TOLERANCE


@dataclass(frozen=True, slots=True)
class GradientReport:
    """The verdict on every array: the input first, then the parameters from first to last layer."""

    arrays: tuple[ArrayCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether no array is wrong, and one was compared: where all cells are at kinks there is nothing to say."""
        verdicts = [array.passed for array in self.arrays if array.compared]
        return bool(verdicts) and all(verdicts)

    def __str__(self) -> str:
        return "\n".join(
            f"{'ok  ' if a.passed else 'FAIL'} {a.name}: relative error {a.error:.1e} at {a.index}, backward"
            f" {a.analytic:.6g}, central difference {a.numeric:.6g} ({a.compared} compared, {a.kinks} at kinks)"
            for a in self.arrays
        )


def verdict(
    name: str, shape: Shape, cells: Sequence[int], analytic: Array, slopes: npt.NDArray[np.float64], noise: float
) -> ArrayCheck:
    """Return how well backward and the slopes agree on an array of *shape*.

    Args:
        name: the array's.
        shape: the array's.
        cells: (K,), the places in the flat array.
        analytic: (K,), backward's value at each.
        slopes: (K, 2), of the loss to the left and to the right of each.
        noise: what rounding may have added to a slope.
    """
    numeric, apart = slopes.mean(axis=1), np.abs(slopes[:, 1] - slopes[:, 0])
    wrong = np.abs(analytic - numeric)
    floor = max(FLOOR, noise / TOLERANCE)
    error = wrong / np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), floor)
    kink = (error > TOLERANCE) & (apart > SIDES * wrong)
    worst = int(np.where(kink, -1, error).argmax())
    kinks = int(np.count_nonzero(kink))
    largest = float("nan") if kinks == len(cells) else float(error[worst])
    index = tuple(int(i) for i in np.unravel_index(cells[worst], shape))
    return ArrayCheck(name, largest, index, float(analytic[worst]), float(numeric[worst]), len(cells) - kinks, kinks)
