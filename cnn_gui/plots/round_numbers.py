"""Round numbers: ends of axes and colour ranges that a person reads at a glance and that change in coarse steps."""

from collections.abc import Sequence
from math import ceil, floor, isfinite, log10

FINE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
COARSE = (1.0, 2.0, 5.0, 10.0)
_TICKS = (1.0, 2.0, 2.5, 5.0, 10.0)
_SLACK = 1e-6  # so that 0.3 / 0.1 counts as 3, and what float32 takes for 0.1 as 0.1


def round_up(value: float, steps: Sequence[float] = FINE) -> float:
    """Return the smallest step times a power of ten that is at least *value* > 0; *steps* go from 1 to 10."""
    power = 10.0 ** floor(log10(value))
    return next((s * power for s in steps if s * power >= value * (1 - _SLACK)), steps[-1] * power)


def round_down(value: float, steps: Sequence[float] = FINE) -> float:
    """Return the largest step times a power of ten that is at most *value* > 0; *steps* go from 1 to 10."""
    power = 10.0 ** floor(log10(value))
    return next((s * power for s in reversed(steps) if s * power <= value * (1 + _SLACK)), power)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most *most* (>= 2) evenly spaced round numbers in [low, high], for a linear axis."""
    if not (isfinite(low) and isfinite(high) and low < high):
        return []
    step = round_up((high - low) / most, _TICKS)
    while (last := floor(high / step + _SLACK)) - (first := ceil(low / step - _SLACK)) >= most:
        step = round_up(step * 1.1, _TICKS)
    return [i * step for i in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Return 1, 2 and 5 times each power of ten in [low, high] with 0 < low, or the powers alone if too many."""
    powers = range(floor(log10(low) + _SLACK), ceil(log10(high) - _SLACK) + 1)
    for steps in (COARSE[:-1], COARSE[:1]):
        found = [s * 10.0**p for p in powers for s in steps]
        found = [f for f in found if low * (1 - _SLACK) <= f <= high * (1 + _SLACK)]
        if len(found) <= most:
            return found
    return found[:: ceil(len(found) / most)]
