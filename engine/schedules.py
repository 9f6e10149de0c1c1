"""The learning rate over a run. A schedule returns the share of the highest rate for a step, counted from 0."""

from collections.abc import Callable
from math import cos, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the settings list the names below
    from engine.settings import TrainingSettings

RISE = 0.3  # of a one-cycle run: until then the rate rises
START, END = 1 / 25, 1 / 25 / 1e4  # of the highest rate: where a one-cycle run begins and ends


def rate(settings: "TrainingSettings", step: int, steps: int) -> float:
    """Return the learning rate of *step* (from 0) of a run of *steps*: never negative, never above learning_rate.

    A warm-up of n steps comes first, (step + 1) / (n + 1) of the rate; the schedule has the steps that remain.
    A one-cycle run rises by itself and has none.
    """
    warm = round(settings.warm_up * steps) if settings.schedule in WARMED else 0
    if step < warm:
        return settings.learning_rate * (step + 1) / (warm + 1)
    return settings.learning_rate * BY_NAME[settings.schedule](settings, step - warm, steps - warm)


def constant(settings: "TrainingSettings", step: int, steps: int) -> float:
    """Return 1 throughout."""
    return 1.0


def falling_in_steps(settings: "TrainingSettings", step: int, steps: int) -> float:
    """Fall to ``drop`` of what it was after every ``drop_every`` of the run: drop^floor(step / period)."""
    period = max(1, round(settings.drop_every * steps))
    return float(settings.drop ** (step // period))


def cosine(settings: "TrainingSettings", step: int, steps: int) -> float:
    """Fall from 1 to 0 along half a cosine. Source: Loshchilov & Hutter, arXiv 1608.03983, eq. 5, one cycle."""
    return _along_cosine(1, 0, step / steps)


def one_cycle(settings: "TrainingSettings", step: int, steps: int) -> float:
    """Rise from 1/25 to 1 in three tenths of the run, then fall to nearly 0, both along half a cosine.

    The momentum stays as it is: its counter-cycle is not done.
    Source: Smith & Topin, arXiv 1708.07120; the figures are those of PyTorch's OneCycleLR.
    """
    peak = RISE * steps - 1
    if step <= peak:
        return _along_cosine(START, 1, step / peak)
    return _along_cosine(1, END, (step - peak) / (steps - 1 - peak))


def _along_cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) * (1 + cos(pi * progress)) / 2


BY_NAME: dict[str, Callable[["TrainingSettings", int, int], float]] = {
    "constant": constant, "step": falling_in_steps, "cosine": cosine, "one-cycle": one_cycle,
}  # fmt: skip
WARMED = ("constant", "step", "cosine")  # those that may have a warm-up in front
