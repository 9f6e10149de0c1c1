"""What every optimizer is: it moves parameters along their gradient, and keeps what it needs from step to step.

Parameters, gradient and moments are flat vectors of one length.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.errors import BadInputError
from engine.layer import Array

if TYPE_CHECKING:  # the settings list the optimizers' names
    from engine.settings import TrainingSettings


class Optimizer:
    """Updates parameters in place and keeps the moments between steps. Nothing is allocated in a step.

    Weight decay adds lambda w to the gradient: that of lambda/2 |w|^2.

    Args:
        settings: learning rate and schedule are none of its business: each step is told its rate.
        size: number of parameters P.
        dtype: theirs.
        decays: (P,), true where weight decay acts; None: everywhere.
    """

    MOMENTS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: "TrainingSettings", size: int, dtype: np.dtype, decays: Array | None = None) -> None:
        self.settings, self.time = settings, 0
        self.moments = {name: np.zeros(size, dtype) for name in self.MOMENTS}
        self._scratch = np.empty(size, dtype)
        self._decay: Array | None = None
        if settings.weight_decay:
            self._decay = np.full(size, settings.weight_decay, dtype) * (True if decays is None else decays != 0)
            self._decayed = np.empty(size, dtype)

    def step(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """Update *parameters* (P,) in place; *gradient* (P,) is left as it is. learning_rate: per step, >= 0."""
        self.time += 1
        if self._decay is not None:
            gradient = self._with_decay(parameters, gradient, self._decay, learning_rate)
        self._move(parameters, gradient, learning_rate)

    def state(self) -> dict[str, Array]:
        """Return copies of all that ``step`` has built up: the moments, and ``time``, the number of steps."""
        return {"time": np.array(self.time), **{name: moment.copy() for name, moment in self.moments.items()}}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on, bit for bit, from what ``state`` returned of an optimizer with the same settings.

        Raises:
            BadInputError: it is another optimizer's, or that of another number of parameters.
        """
        moments = {name: values for name, values in state.items() if name != "time"}
        if _forms(moments) != _forms(self.moments) or not _is_count(state.get("time")):
            raise BadInputError(
                f"The saved state of the optimizer is not that of {self.settings.optimizer} for {self._scratch.size}"
                " parameters; start the run anew."
            )
        self.time = int(state["time"])
        for name, values in moments.items():
            np.copyto(self.moments[name], values)

    def _with_decay(self, parameters: Array, gradient: Array, decay: Array, learning_rate: float) -> Array:
        """Return the gradient to follow once weight decay has had its say."""
        np.multiply(decay, parameters, out=self._decayed)
        return np.add(self._decayed, gradient, out=self._decayed)

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """Update *parameters* and the moments."""
        raise NotImplementedError


def _forms(arrays: Mapping[str, Array]) -> dict[str, object]:
    return {name: (values.shape, values.dtype) for name, values in arrays.items()}


def _is_count(values: Array | None) -> bool:
    return values is not None and values.shape == () and values.dtype.kind in "iu" and int(values) >= 0
