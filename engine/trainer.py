"""The training loop, as a generator: whoever pulls decides when it goes on."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from math import isfinite, nan
from time import perf_counter

import numpy as np

from engine import optimizers, schedules, schema
from engine.data.dataset import Batch, Dataset, Split, batches
from engine.history import EpochResult, History
from engine.model import Model
from engine.parallel import Shards, default_threads
from engine.settings import TrainingSettings
from engine.trainable import check_trainable

SPLIT_SEED = 0  # of the validation images: always the same ones, so that no run trains on those of the run before
EVALUATION_BATCH = 250  # images: short enough that a pause or stop is answered in between


class DivergedError(ArithmeticError):
    """The loss is no longer a number. The model has the last weights that gave one."""


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
class Evaluating:
    """A piece of an evaluation is done: a moment at which a run can pause or stop."""


Event = StepResult | Evaluating | EpochResult


@dataclass(slots=True)
class _Meter:
    """What adds up over an epoch: images, seconds spent on training them, their losses and right answers."""

    images: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    correct: int = 0


class Trainer:
    """Trains a model on a data set. ``run`` yields; pausing is not pulling, stopping is closing it.

    Args:
        model: its last layer must be Softmax over the data's classes; it is trained in place.
        dataset: images of the model's input shape.
        settings: see TrainingSettings; a share of the training images is held out for validation, a larger share
            holds all of a smaller one, and the seed has no say in it.
        threads: shards of a mini-batch; None means one a core.
        history: continued where it is given.

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
    ) -> None:
        check_trainable(model, dataset)
        self.model, self.settings = model, schema.checked(settings)
        self.history = History() if history is None else history
        self._rng = np.random.default_rng(settings.seed)
        self.dataset = dataset.hold_out(settings.validation, np.random.default_rng(SPLIT_SEED))
        self._threads = default_threads() if threads is None else threads
        flat = model.parameters.flat
        self._optimizer = optimizers.create(settings.optimizer, flat.size, flat.dtype, settings.momentum)
        self._good = flat.copy()
        self.steps = settings.epochs * -(-len(self.dataset.train) // settings.batch_size)
        self._step = 0

    def run(self) -> Generator[Event, None, None]:
        """Yield a StepResult a step, Evaluating in between, and an EpochResult at the end of each epoch.

        Running again trains for as many epochs once more, with the optimizer's moments as they are.

        Raises:
            DivergedError: the loss became NaN or infinite; the model has its last good weights.
        """
        shards = Shards(self.model, self._threads)
        self._step = 0
        try:
            for epoch in range(1, self.settings.epochs + 1):
                yield from self._epoch(epoch, shards)
        finally:
            shards.close()
            if not np.isfinite(self.model.parameters.flat).all():  # stopped before the next loss could tell
                np.copyto(self.model.parameters.flat, self._good)

    def _epoch(self, epoch: int, shards: Shards) -> Iterator[Event]:
        meter, start = _Meter(), perf_counter()
        mark = start
        for batch in batches(self.dataset.train, self.settings.batch_size, self._rng, self.settings.augment):
            loss, accuracy = self._train_step(batch, shards, meter)
            meter.seconds += perf_counter() - mark
            yield StepResult(self._step, self.steps, epoch, loss, accuracy, meter.images / meter.seconds)
            mark = perf_counter()
        self._check_last_step(batch, shards)
        validation = yield from _evaluate(self.dataset.validation, shards)
        test = yield from _evaluate(self.dataset.test, shards)
        result = EpochResult(
            len(self.history.epochs) + 1, self.history.steps, meter.loss / meter.images, meter.correct / meter.images,
            *validation, *test, perf_counter() - start, meter.images / meter.seconds,
        )  # fmt: skip
        self.history.epochs.append(result)
        yield result

    def _train_step(self, batch: Batch, shards: Shards, meter: _Meter) -> tuple[float, float]:
        """Train on one mini-batch and return its (mean loss, share of right answers)."""
        parameters, count = self.model.parameters.flat, len(batch.samples)
        rate = self.settings.learning_rate * schedules.BY_NAME[self.settings.schedule](self._step / self.steps)
        with np.errstate(all="ignore"):  # a diverging run is told from its loss, not by warnings
            loss, correct = shards.train(batch.inputs, batch.samples.labels)
            if not isfinite(loss):
                raise self._diverged(batch)
            np.copyto(self._good, parameters)
            self._optimizer.step(parameters, shards.gradient, rate)
        self._step += 1
        meter.images += count
        meter.loss += loss * count
        meter.correct += correct
        self.history.add_step(loss, correct / count)
        return loss, correct / count

    def _check_last_step(self, batch: Batch, shards: Shards) -> None:
        """Raise DivergedError where the last update spoiled the weights: no later loss would tell."""
        if not isfinite(shards.evaluate(batch.inputs, batch.samples.labels)[0]):
            raise self._diverged(batch)

    def _diverged(self, batch: Batch) -> DivergedError:
        """Put the last good weights back and say in which layer the numbers ran away."""
        with np.errstate(all="ignore"):
            values = self.model.activations(batch.inputs(slice(None)))
        np.copyto(self.model.parameters.flat, self._good)
        bad = next((i for i, v in enumerate(values) if not np.isfinite(v).all()), None)
        what = "the loss is not finite"
        if bad is not None:
            label = self.model.architecture.layers[bad - 1].type.label
            what = f"layer {bad} ({label}) puts out values that are not finite"
        return DivergedError(
            f"Training diverged after step {self._step}: {what}. The last good weights were kept."
            f" Use a learning rate smaller than {self.settings.learning_rate:g}."
        )


def evaluate(model: Model, split: Split, threads: int | None = None) -> tuple[float, float]:
    """Return (mean loss, share of right answers) of *model* on *split*."""
    shards = Shards(model, default_threads() if threads is None else threads)
    try:
        steps = _evaluate(split, shards)
        while True:
            next(steps)
    except StopIteration as end:
        figures: tuple[float, float] = end.value
        return figures
    finally:
        shards.close()


def _evaluate(split: Split | None, shards: Shards) -> Generator[Evaluating, None, tuple[float, float]]:
    """Return (mean loss, share of right answers), NaN where there is nothing to measure."""
    if split is None or not len(split):
        return nan, nan
    total, correct = 0.0, 0
    for start in range(0, len(split), EVALUATION_BATCH):
        piece = split.take(np.arange(start, min(start + EVALUATION_BATCH, len(split))))
        loss, right = shards.evaluate(Batch(piece).inputs, piece.labels)
        total, correct = total + loss, correct + right
        yield Evaluating()
    return total / len(split), correct / len(split)
