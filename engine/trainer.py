"""The training loop, as a generator: whoever pulls decides when it goes on."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter

import numpy as np

from engine import divergence, schema
from engine.best_weights import BestWeights
from engine.checkpoint import Progress, TrainingState, check_same_run, fingerprint
from engine.data.appearance import Appearance
from engine.data.dataset import Batch, Dataset, Split, batches
from engine.divergence import DivergedError, RunawayError, Stability
from engine.errors import BadInputError
from engine.evaluation import Evaluating, images_at_once, in_pieces
from engine.health import measure
from engine.history import EpochResult, History
from engine.layer import Array
from engine.learner import Learner
from engine.model import Model
from engine.parallel import Shards
from engine.pieces import finished
from engine.settings import TrainingSettings
from engine.threads import default_threads
from engine.trainable import check_batch_size, check_trainable
from engine.watch import Watch

SPLIT_SEED = 0  # of the validation images: always the same ones, so that no run trains on those of the run before
PROBE = 100  # training images, always the same ones too, on which the layers are measured
CHECKED = 32  # of them, whose loss must be finite after the last step of an epoch


@dataclass(frozen=True, slots=True)
class StepResult:
    """One optimizer step of ``steps`` in all; ``step`` and ``epoch`` count from 1; loss is the mini-batch's mean."""

    step: int
    steps: int
    epoch: int
    loss: float
    accuracy: float
    images_per_second: float


@dataclass(frozen=True, slots=True)
class Diverging:
    """The run has gone astray although every number is finite; told once. Whoever pulls on lets it go on.

    Attributes:
        what: how it is seen.
        rate: a learning rate to try instead.
    """

    step: int
    what: str
    rate: float

    def __str__(self) -> str:
        return f"Training diverged after step {self.step}: {self.what}."


Event = StepResult | Evaluating | EpochResult | Diverging


def split_rng() -> np.random.Generator:
    """Return what draws the images that every run holds out: ``Dataset.hold_out`` and ``held_out`` take it."""
    return np.random.default_rng(SPLIT_SEED)


class Trainer:
    """Trains a model on a data set. ``run`` yields; pausing is not pulling, stopping is closing it.

    Args:
        model: its last layers must suit the loss and the data's classes; it is trained in place.
        dataset: images of the model's input shape.
        settings: see TrainingSettings; a share of the training images is held out for validation, a larger share
            holds all of a smaller one, and the seed has no say in it.
        threads: shards of a mini-batch; None means one a core.
        history: continued where it is given.
        watch: what somebody wants to know of single weights.
        optimizer: what ``optimizer_state`` returned after a run before this one; None: it begins anew.

    Attributes:
        taken_back: the epoch after which the model had the weights that were put back where the run diverged, 0 for
            before the run; None where it did not diverge.
        best_history: the history at the end of the best epoch of this run; None before there is one.

    Raises:
        BadInputError: a network or settings that cannot be trained on this data.
    """

    def __init__(
        self,
        model: Model,
        dataset: Dataset,
        settings: TrainingSettings,
        threads: int | None = None,
        history: History | None = None,
        watch: Watch | None = None,
        optimizer: Mapping[str, Array] | None = None,
    ) -> None:
        if not isinstance(settings, TrainingSettings):
            kind = type(settings).__name__
            raise BadInputError(f"settings are of type {kind}; give TrainingSettings, e.g. those of a preset.")
        self.model, self.settings = model, schema.checked(settings)
        check_trainable(model, dataset, settings.loss)
        self.history = History() if history is None else history
        self.dataset = dataset.hold_out(settings.validation, split_rng())
        check_batch_size(settings.batch_size, self.dataset.train)
        self.threads = default_threads() if threads is None else threads
        self._batches = -(-len(self.dataset.train) // settings.batch_size)  # in an epoch
        self.steps = settings.epochs * self._batches
        self._learner, self._progress = Learner(model, settings, self.steps, watch), Progress()
        if optimizer is not None:
            self._learner.go_on_from(optimizer)
        self._best, self._stability = BestWeights(model.parameters.flat), self._new_stability()
        self._shards: Shards | None = None  # of a run that goes on
        self.taken_back: int | None = None
        self.best_history: History | None = None
        self._told = False  # that it goes astray
        self._norms = np.full((2, len(model.layers)), np.nan)  # of the last step of an epoch
        self._images_at_once = images_at_once(model)
        self._probe, self._checked = (
            _some(self.dataset.train, min(count, self._images_at_once)) for count in (PROBE, CHECKED)
        )

    def last_update(self) -> Array | None:
        """Return (P + Q,): what the last step added to each parameter, 0 for statistics; None before the first step."""
        return self._learner.last_update()

    @classmethod
    def resume(
        cls,
        model: Model,
        dataset: Dataset,
        settings: TrainingSettings,
        state: TrainingState,
        threads: int | None = None,
    ) -> "Trainer":
        """Return a trainer whose ``run`` goes on, bit for bit, where the one was that *state* is of.

        Args:
            model: of the same layers; its weights are replaced.
            dataset: the same images and labels.
            settings: the same.
            state: what ``state`` returned.
            threads: None: as many as before. Another number changes what follows by rounding.

        Raises:
            BadInputError: one of them is not the same.
        """
        check_same_run(state, model, settings)
        trainer = cls(model, dataset, settings, state.threads if threads is None else threads, state.history.copy())
        if trainer._fingerprint != state.data:
            raise BadInputError(
                f"{dataset.name} does not hold the images and labels of the saved run; choose the data that it had."
            )
        trainer._restore(state)
        return trainer

    def state(self) -> TrainingState:
        """Return a copy of all that the rest of the run depends on; between two events, or before and after ``run``.

        Raises:
            BadInputError: the network has deliberate faults, which are never saved.
        """
        if self.model.faults:
            raise BadInputError("A run with deliberate faults is never saved; train without them.")
        return TrainingState(
            self.model.architecture, self.settings, self._fingerprint, self.threads, self.model.backend,
            replace(self._progress),
            {"norms": self._norms.copy(), **self._best.state(), **self._learner.state()}, self.history.copy(),
        )  # fmt: skip

    def _restore(self, state: TrainingState) -> None:
        arrays, at = dict(state.arrays), replace(state.progress)
        norms = arrays.pop("norms", self._norms[:0])
        fits = self._best.restore(arrays)
        self._learner.restore(arrays)
        done, size = at.step - at.epoch * self._batches, self.settings.batch_size
        known = 0 <= done <= self._batches and at.images == min(done * size, len(self.dataset.train))
        if not fits or not known or self._learner.time < at.step or norms.shape != self._norms.shape:
            raise BadInputError("What is saved of the run does not fit together; start a new run.")
        self._norms, self._progress = norms.astype(np.float64), at

    def optimizer_state(self) -> dict[str, Array]:
        """Return copies of what the optimizer has built up: a later run can begin with it."""
        return self._learner.optimizer_state()

    def run(self) -> Generator[Event, None, None]:
        """Yield a StepResult a step, Evaluating in between, and an EpochResult at the end of each epoch.

        Diverging is among them, once, where the run goes astray with finite numbers; ``take_back`` is for then.
        After it was closed between two events, running again goes on where it was; after its end, it trains for as
        many epochs once more, with the optimizer's moments as they are.

        Raises:
            DivergedError: a number became NaN or infinite; the model has the weights that ``take_back`` puts back.
            ChildProcessError: a process that helped has ended, or does not answer; the model has the weights of the
                last whole step.
        """
        shards = self._shards = Shards(self.model, self.threads, self.settings.loss)
        self.taken_back = None
        try:
            while self._progress.epoch < self.settings.epochs:
                yield from self._epoch(shards)
            self._progress = Progress()
        except RunawayError as error:
            raise self.give_up(str(error)) from error
        except GeneratorExit:
            if self.taken_back is None:
                self._check_at_end(shards)
            raise
        finally:
            self._shards = None
            shards.close()

    def take_back(self) -> None:
        """Put the weights with the least validation loss back, of this run's epochs or of before it."""
        self.taken_back = self._best.put_back(self.model.parameters.flat, self._validation_loss)

    def _check_at_end(self, shards: Shards) -> None:
        """Take the run back where its last step made numbers that are not finite, before the next loss could tell."""
        try:
            self._learner.check(self._checked, shards)
        except RunawayError:
            self.take_back()

    def give_up(self, what: str) -> DivergedError:
        """Take the run back, and return an error that says *what* went wrong and what to do, to be raised."""
        step, rate = self._progress.step, divergence.lower_rate(self.settings)
        self.take_back()
        best = f"those after epoch {self.taken_back}" if self.taken_back else "those from before the run"
        return DivergedError(
            f"Training diverged after step {step}: {what}. The best weights were restored, {best}."
            f" Lower the learning rate from {self.settings.learning_rate:g} to {rate:g}.",
            rate,
        )

    def _validation_loss(self) -> float:
        """Return the present loss on the validation images, or on training images where there are none."""
        shards = self._shards or Shards(self.model, 1, self.settings.loss)
        split = self.dataset.validation
        if split is None or not len(split):
            return shards.evaluate(self._probe)[0] / len(self._probe.samples)
        return finished(in_pieces(split, shards, self._images_at_once))[0]

    def _new_stability(self) -> Stability:
        classes, train = len(self.dataset.class_names), self.dataset.train
        guess = divergence.guess_loss(self.settings.loss, classes)
        return Stability(guess, divergence.chance(train.labels, classes))

    def _what_is_wrong(self, loss: float, correct: int, count: int, still: bool) -> str:
        """Return how it is seen that the run has gone astray, '' where it has not."""
        if found := self._stability.note(loss, correct, count, still):
            return found
        if not self._stability.stuck or self.model.faults:
            return ""
        with np.errstate(all="ignore"):
            silent = divergence.silent_layer(self.model, self._checked.inputs(slice(None)))
        return silent or "no gradient reaches the first layer that learns"

    def abandon_step(self) -> None:
        """End the processes that help, so that a step that waits for one of them fails; from any thread.

        For whoever has asked a run to end and has waited long enough: ``run`` raises ChildProcessError, and the model
        has the weights of the last whole step.
        """
        if (shards := self._shards) is not None:
            shards.kill()

    def _epoch(self, shards: Shards) -> Iterator[Event]:
        """Train on what is left of the present epoch, and measure."""
        start = perf_counter() - self._progress.seconds
        for event in self._steps_left(shards):
            self._progress.seconds = perf_counter() - start
            yield event
        at, size = self._progress, self._images_at_once
        self._learner.check(self._checked, shards)
        validation = yield from in_pieces(self.dataset.validation, shards, size)
        test = yield from in_pieces(self.dataset.test, shards, size)
        result = EpochResult(
            self.history.epochs.done + 1, self.history.steps, at.loss / at.images, at.correct / at.images,
            *validation, *test, perf_counter() - start, at.images / at.training,
            measure(self.model, self._probe.inputs(slice(None)), self._norms),
        )  # fmt: skip
        self.history.epochs.append(result)
        loss = result.validation_loss
        if self.dataset.validation is None or not len(self.dataset.validation):
            loss = self._validation_loss()
        if self._best.offer(self.model.parameters.flat, loss, result.epoch):
            self.best_history = self.history.branch()
        self._progress = Progress(at.step, at.epoch + 1)
        yield result

    def _steps_left(self, shards: Shards) -> Iterator[StepResult | Diverging]:
        """Train on the mini-batches of the present epoch that are left."""
        at, settings = self._progress, self.settings
        done = at.step - at.epoch * self._batches
        rng = np.random.default_rng((settings.seed, self._learner.time - done))
        mark = perf_counter()
        paper = self.appearance.paper if settings.augment else None
        for batch in batches(self.dataset.train, settings.batch_size, rng, settings.augment, done, paper):
            loss, correct = self._learner.step(batch, shards, at.step)
            at.step, at.images = at.step + 1, at.images + len(batch.samples)
            at.loss, at.correct = at.loss + loss * len(batch.samples), at.correct + correct
            accuracy = correct / len(batch.samples)
            self.history.add_step(loss, accuracy)
            at.training += perf_counter() - mark
            if at.step % self._batches == 0:
                self._norms = self._learner.norms(shards.gradient)
            yield StepResult(at.step, self.steps, at.epoch + 1, loss, accuracy, at.images / at.training)
            mark = perf_counter()
            if not self._told:
                still = self._learner.is_still(shards.gradient)
                if what := self._what_is_wrong(loss, correct, len(batch.samples), still):
                    self._told = True
                    yield Diverging(at.step, what, divergence.lower_rate(settings))
                    mark = perf_counter()

    @cached_property
    def appearance(self) -> Appearance:
        """How the images look that the model learns from."""
        return self.dataset.appearance or Appearance.of(self.dataset.train.images)

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint(self.dataset)


def _some(train: Split, count: int) -> Batch:
    """Return *count* images of *train*, or all where it has fewer: the same ones in every run."""
    return Batch(train.take(np.random.default_rng(SPLIT_SEED).permutation(len(train))[:count]))
