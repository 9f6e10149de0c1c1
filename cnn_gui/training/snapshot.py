"""What crosses from the training thread to the GUI."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.trainer import StepResult

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The network at one moment of a run: the last step's figures and a read-only copy of all weights (P,).

    ``history_step`` counts from the last reset, ``result.step`` from the start of the run. ``update`` (P,) is what the
    last step added to each weight, where somebody wants to see that.
    """

    result: StepResult
    history_step: int
    parameters: Floats
    update: Floats | None = None


@dataclass(frozen=True, slots=True)
class Divergence:
    """A run went astray: what to tell a person, a learning rate to try, and whether the run is held or over."""

    text: str
    rate: float
    held: bool


def take_snapshot(result: StepResult, history_step: int, parameters: Floats, update: Floats | None = None) -> Snapshot:
    """Return a snapshot with a copy of *parameters* that nobody writes to, and *update* itself, no longer writable."""
    copy = parameters.copy()
    for array in (copy, update):
        if array is not None:
            array.flags.writeable = False
    return Snapshot(result, history_step, copy, update)
