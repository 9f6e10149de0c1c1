"""One optimizer step after another on a model, each taken back where a number runs away."""

from collections.abc import Mapping
from math import isfinite, nan
from typing import NoReturn

import numpy as np

from engine import divergence, health, optimizers, schedules
from engine.clipping import clip
from engine.data.dataset import Batch
from engine.divergence import RunawayError, all_finite
from engine.errors import BadInputError
from engine.health import Figures
from engine.layer import Array
from engine.model import Model
from engine.parallel import Shards
from engine.settings import TrainingSettings
from engine.watch import Watch


class Learner:
    """Moves a model's parameters along the gradient, and takes them back where a number runs away.

    Args:
        model: trained in place.
        settings: of the run.
        steps: that it will have.
        watch: which weight's steps are recorded; None: no one watches.

    Raises:
        RunawayError: from ``step`` and ``check``; the model has the last weights and statistics that were finite.
    """

    def __init__(self, model: Model, settings: TrainingSettings, steps: int, watch: Watch | None = None) -> None:
        self._model, self._settings, self._steps, self._watch = model, settings, steps, watch
        learned = model.parameters.learned
        decays = optimizers.decaying(view for views in model.new_gradients().layers for view in views.values())
        self._optimizer = optimizers.create(settings, learned.size, learned.dtype, decays)
        self._statistics = model.parameters.flat[learned.size :]
        self._good, self._parts = model.parameters.flat.copy(), health.layer_parts(model)
        self._first = next((part for part in self._parts if part.start < part.stop), slice(0))

    @property
    def time(self) -> int:
        """How many steps were ever done: with the seed it decides every random number of the next one."""
        return self._optimizer.time

    def step(self, batch: Batch, shards: Shards, step: int) -> tuple[float, int]:
        """Train on one mini-batch, the run's *step* (from 0), and return its (mean loss, right answers)."""
        learned = self._model.parameters.learned
        with np.errstate(all="ignore"):  # a diverging run is told from its numbers, not by warnings
            loss, correct = self._gradient(batch, shards)
            if not isfinite(loss):
                self._give_up(divergence.bad_output(self._model, batch.inputs(slice(None))))
            if not all_finite(self._statistics):
                self._give_up(divergence.bad_statistics(self._model))
            np.copyto(self._good, self._model.parameters.flat)
            if not all_finite(shards.gradient):
                self._give_up(divergence.bad_part(self._model, self._parts, shards.gradient, "gradient"))
            self._move(learned, shards.gradient, schedules.rate(self._settings, step, self._steps))
            if not all_finite(learned):
                self._give_up(divergence.bad_part(self._model, self._parts, learned, "update"))
        return loss, correct

    def _gradient(self, batch: Batch, shards: Shards) -> tuple[float, int]:
        """Return (mean loss, right answers) of *batch*; where that fails, all is as if the step never began."""
        before = self._statistics.copy()
        try:
            return shards.train(batch, (self._settings.seed, self.time))
        except BaseException:
            np.copyto(self._statistics, before)
            raise

    def _move(self, learned: Array, gradient: Array, rate: float) -> None:
        """Take a step, and note what it does to the weight that is watched."""
        record = self._watch.record if self._watch is not None else None  # once: another thread may choose another
        if record is not None:
            record.note_before(learned, gradient, self._optimizer)
        norm = clip(gradient, self._settings.clip_norm) if self._settings.clip_norm else nan
        self._optimizer.step(learned, gradient, rate)
        if record is not None:
            record.note_after(learned, rate, norm, self._optimizer)

    def last_update(self) -> Array | None:
        """Return (P + Q,): what the last step added to each parameter, 0 for statistics; None before the first step."""
        return self._model.parameters.flat - self._good if self.time else None

    def norms(self, gradient: Array) -> Figures:
        """Return what ``health.step_norms`` has to say of the last step, whose *gradient* (P,) this was."""
        return health.step_norms(self._parts, gradient, self._model.parameters.learned, self._good)

    def is_still(self, gradient: Array) -> bool:
        """Return whether the last step's *gradient* (P,) is 0 in all of the first layer that learns."""
        return not gradient[self._first].any()

    def check(self, batch: Batch, shards: Shards) -> None:
        """Raise RunawayError where the loss of *batch* is not finite: after the last step, no other would tell."""
        with np.errstate(all="ignore"):
            if not isfinite(shards.evaluate(batch)[0]):
                self._give_up(divergence.bad_output(self._model, batch.inputs(slice(None))))

    def state(self) -> dict[str, Array]:
        """Return copies of the weights, the last good ones and what the optimizer has built up."""
        return {"weights": self._model.parameters.flat.copy(), "good": self._good.copy(), **self._optimizer.state()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Go on, bit for bit, from what ``state`` returned; raises BadInputError where it is another network's."""
        arrays = dict(state)
        for own, name in ((self._model.parameters.flat, "weights"), (self._good, "good")):
            saved = arrays.pop(name, None)
            if saved is None or (saved.shape, saved.dtype) != (own.shape, own.dtype) or not all_finite(saved):
                raise BadInputError("The weights of the saved run do not fit the network; start a new run.")
            np.copyto(own, saved)
        self._optimizer.restore(arrays)

    def optimizer_state(self) -> dict[str, Array]:
        """Return copies of what the optimizer has built up, for ``go_on_from`` of a later run."""
        return self._optimizer.state()

    def go_on_from(self, state: Mapping[str, Array]) -> None:
        """Begin with what the optimizer of an earlier run has built up; BadInputError where it is another one."""
        self._optimizer.restore(state)

    def _give_up(self, what: str) -> NoReturn:
        """Put the last finite weights back."""
        np.copyto(self._model.parameters.flat, self._good)
        raise RunawayError(what)
