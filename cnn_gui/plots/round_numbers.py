"""Round numbers: ends of axes and colour ranges that a person reads at a glance and that change in coarse steps."""

from collections.abc import Sequence
from math import floor, log10

import numpy as np
import numpy.typing as npt

FINE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
COARSE = (1.0, 2.0, 5.0, 10.0)
_LEAST = -300  # a power of ten that is no zero yet
_SLACK = 1e-6  # so that 0.3 / 0.1 counts as 3, and what float32 takes for 0.1 as 0.1


def round_up(value: float, steps: Sequence[float] = FINE) -> float:
    """Return the smallest step times a power of ten that is at least *value* > 0; *steps* go from 1 to 10."""
    power = 10.0 ** max(floor(log10(value)), _LEAST)
    return next((s * power for s in steps if s * power >= value * (1 - _SLACK)), steps[-1] * power)


def round_up_each(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Return ``round_up`` of each of *values* > 0, in their shape."""
    power, steps = 10.0 ** np.maximum(np.floor(np.log10(values)), _LEAST), np.array(FINE)
    return steps[np.searchsorted(steps, values / power * (1 - _SLACK)).clip(max=len(steps) - 1)] * power


def round_down(value: float, steps: Sequence[float] = FINE) -> float:
    """Return the largest step times a power of ten that is at most *value* > 0; *steps* go from 1 to 10."""
    power = 10.0 ** floor(log10(value))
    return next((s * power for s in reversed(steps) if s * power <= value * (1 + _SLACK)), power)
