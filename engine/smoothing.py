"""The mean of a noisy curve, as it is drawn over it."""

import numpy as np

from engine.layer import Array

SMOOTHING = 0.97  # the share of the past in the mean; it looks back about 33 steps
_BLOCK = 512  # values at a time: SMOOTHING ** -512 is far from overflow
_POWERS = SMOOTHING ** np.arange(_BLOCK + 1, dtype=np.float64)


def smooth(curve: Array, mean: Array, start: int, stop: int) -> None:
    """Write the exponential mean of *curve* to mean[start:stop], of which mean[:start] is there already.

    s[n] = b s[n-1] + (1 - b) curve[n], and mean[n] = s[n] / (1 - b^(n+1)) undoes the bias of the zero start: it is the
    weighted mean of all values so far, and begins at the first. Source: Kingma & Ba, arXiv 1412.6980, section 3.

    Args:
        curve: (n,), n >= stop.
        mean: (n,), written in place.
        start, stop: places in both.
    """
    for first in range(start, stop, _BLOCK):
        count = min(_BLOCK, stop - first)
        past = SMOOTHING**first  # b^n before the first value
        before = (1 - past) * float(mean[first - 1]) if first else 0.0
        sums = np.cumsum(curve[first : first + count] * ((1 - SMOOTHING) / _POWERS[1 : count + 1])) + before
        mean[first : first + count] = sums * _POWERS[1 : count + 1] / (1 - past * _POWERS[1 : count + 1])


def smooth_next(mean: float, value: float, n: int) -> float:
    """Return the mean after *n* values and this one, for the *mean* of those before; as ``smooth`` has it.

    It is rounded to float32, as the array is that others go on from.
    """
    past = SMOOTHING**n
    total = value * (1 - SMOOTHING) + SMOOTHING * (1 - past) * mean
    return float(np.float32(total / (1 - SMOOTHING * past)))
