"""What crosses from the training thread to the GUI."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.trainer import StepResult


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The network at one moment of a run: the last step's figures and a read-only copy of all weights (P,).

    ``history_step`` counts from the last reset, ``result.step`` from the start of the run.
    """

    result: StepResult
    history_step: int
    parameters: npt.NDArray[np.floating]


def take_snapshot(result: StepResult, history_step: int, parameters: npt.NDArray[np.floating]) -> Snapshot:
    """Return a snapshot with a copy of *parameters* that nobody writes to."""
    copy = parameters.copy()
    copy.flags.writeable = False
    return Snapshot(result, history_step, copy)
