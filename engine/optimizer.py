"""What every optimizer is: it moves parameters along their gradient, and keeps what it needs from step to step.

Parameters, gradient and moments are flat vectors of one length.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine import clipping
from engine.equation import Calculation, Line, Term, named
from engine.errors import BadInputError
from engine.layer import Array

if TYPE_CHECKING:  # the settings list the optimizers' names
    from engine.settings import TrainingSettings
    from engine.watch import Row


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
                " parameters; start a new run."
            )
        self.time = int(state["time"])
        for name, values in moments.items():
            np.copyto(self.moments[name], values)

    @classmethod
    def scales(cls, settings: "TrainingSettings") -> dict[str, float]:
        """Return, for each of MOMENTS, its symbol in the equation, and by what that is larger than what is kept."""
        return {}

    @classmethod
    def tell(cls, settings: "TrainingSettings", row: "Row", decay: float) -> tuple[Line, ...]:
        """Return the step that *row* is of as a calculation with its numbers; the last line is the new weight.

        It is computed in float64, so it differs from the step itself by rounding.

        Args:
            settings: of the optimizer.
            row: what one step did to one weight.
            decay: lambda, of this weight.
        """
        told = Telling(settings, row)
        w, g = named("w", row.value), named("g", row.gradient)
        clipped = clipping.tell(g, row.norm, settings.clip_norm)
        if clipped is not g:
            g = told.let("g", clipped)
        if decay:
            w, g = cls._tell_decay(told, w, g, named("λ", decay))
        scales = cls.scales(settings).items()
        kept = [named(symbol, scale * m) for (symbol, scale), m in zip(scales, row.before, strict=True)]
        step = told.let("step", cls._tell(told, g, *kept))
        told.let("w", w - step)
        return told.lines

    @classmethod
    def _tell_decay(cls, told: "Telling", w: Term, g: Term, decay: Term) -> tuple[Term, Term]:
        """Tell what ``_with_decay`` does; return the weight and the gradient after it."""
        return w, told.let("g", g + decay * w)

    @classmethod
    def _tell(cls, told: "Telling", g: Term, *moments: Term) -> Term:
        """Tell what ``_move`` does, from the *moments* before the step; return the step."""
        raise NotImplementedError

    def _with_decay(self, parameters: Array, gradient: Array, decay: Array, learning_rate: float) -> Array:
        """Return the gradient to follow once weight decay has had its say."""
        np.multiply(decay, parameters, out=self._decayed)
        return np.add(self._decayed, gradient, out=self._decayed)

    def _move(self, parameters: Array, gradient: Array, learning_rate: float) -> None:
        """Update *parameters* and the moments."""
        raise NotImplementedError


class Telling(Calculation):
    """The calculation of one step of one weight.

    Attributes:
        settings: of the optimizer.
        rate: the learning rate of the step.
        time: how many steps there were, with this one.
    """

    def __init__(self, settings: "TrainingSettings", row: "Row") -> None:
        super().__init__()
        self.settings, self.rate, self.time = settings, named("η", row.rate), row.time


def _forms(arrays: Mapping[str, Array]) -> dict[str, object]:
    return {name: (values.shape, values.dtype) for name, values in arrays.items()}


def _is_count(values: Array | None) -> bool:
    return values is not None and values.shape == () and values.dtype.kind in "iu" and int(values) >= 0
