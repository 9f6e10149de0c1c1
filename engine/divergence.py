"""Training that ran away: whether, in which layer, and what to do about it."""

from collections import deque
from collections.abc import Sequence
from math import isfinite, sqrt

import numpy as np

from engine import losses
from engine.layer import Array, Workspace
from engine.model import Model
from engine.settings import RATES, TrainingSettings

FACTOR = 100  # times the first loss: far above whatever noise and a change of data can make of it
PATIENCE = 10  # steps that it must last, so that a loss which comes down again is no alarm
SHORT_PATIENCE = 3  # steps, where it is far worse than guessing
LEAST_IMAGES = 256  # that an accuracy is measured on
SIGMAS = 8  # standard deviations of that accuracy between what was learned and chance


class DivergedError(ArithmeticError):
    """Training ran away. The model has the best weights of the run or of before it.

    Attributes:
        rate: a learning rate to try instead.
    """

    def __init__(self, text: str, rate: float = 0.0) -> None:
        super().__init__(text)
        self.rate = rate


class RunawayError(ArithmeticError):
    """A number became NaN or infinite in one step; the text says where. The model has the weights of before it."""


class Stability:
    """Tells from the figures of each step whether training has run away although every number is finite.

    Args:
        guess: loss of a network that knows nothing.
        chance: accuracy of one that always says the most frequent class, from 0 to 1.
    """

    def __init__(self, guess: float, chance: float) -> None:
        self._guess, self._chance = guess, chance
        self._start: float | None = None
        self._losses = deque[float](maxlen=PATIENCE)
        self._answers = deque[tuple[int, int]]()  # right ones and all, of the last mini-batches
        self._right = self._images = self._still = 0
        self._learned = 0.0  # the best accuracy so far, less what can be luck

    def note(self, loss: float, correct: int, count: int, still: bool) -> str:
        """Take the figures of one mini-batch of *count* images, measured before its step; say what is wrong, or ''.

        Args:
            loss: its mean.
            correct: right answers.
            still: whether no gradient reached the first layer.
        """
        if self._start is None:
            self._start = loss
            self._learned = correct / count - 3 * self._deviation(count)
        self._losses.append(loss)
        self._still = self._still + 1 if still and correct < count else 0
        self._add(correct, count)
        return self._high_loss() or self._lost_accuracy()

    @property
    def stuck(self) -> bool:
        """Whether no gradient has reached the first layer for a while, although there is much to learn."""
        return self._still >= PATIENCE

    def _add(self, correct: int, count: int) -> None:
        self._answers.append((correct, count))
        self._right, self._images = self._right + correct, self._images + count
        while len(self._answers) > PATIENCE and self._images - self._answers[0][1] >= LEAST_IMAGES:
            right, images = self._answers.popleft()
            self._right, self._images = self._right - right, self._images - images

    def _high_loss(self) -> str:
        start = self._start or 0.0
        recent = list(self._losses)
        limit = max(FACTOR * start, 2 * self._guess)
        for steps, least in ((PATIENCE, limit), (SHORT_PATIENCE, FACTOR * max(start, self._guess))):
            if len(recent) >= steps and min(recent[-steps:]) > least:
                return (
                    f"the loss was above {least:.4g} in the last {steps} steps, and {start:.4g} at the beginning of"
                    " the run"
                )
        return ""

    def _lost_accuracy(self) -> str:
        if len(self._answers) < PATIENCE or self._images < LEAST_IMAGES:
            return ""
        accuracy, deviation = self._right / self._images, self._deviation(self._images)
        margin = max((1 - self._chance) / 2, SIGMAS * deviation)
        if accuracy <= self._chance + 2 * deviation and self._learned >= self._chance + margin:
            return (
                f"only {accuracy:.1%} of the last {self._images} training images were classified correctly, which is no"
                " more than by chance"
            )
        self._learned = max(self._learned, accuracy - 3 * deviation)
        return ""

    def _deviation(self, count: int) -> float:
        """Return the standard deviation of the accuracy of guesses on *count* images."""
        return sqrt(self._chance * (1 - self._chance) / count)


def guess_loss(loss: str, classes: int) -> float:
    """Return the *loss* of a network whose scores are 0 for each of so many *classes*."""
    scores = np.zeros((classes, 1), np.float32)
    return losses.named(loss)(scores, np.zeros(1, np.intp), 1, Workspace(scores.dtype)).total


def chance(labels: Array, classes: int) -> float:
    """Return the share of the most frequent of *classes* among *labels* (N,)."""
    return float(np.bincount(labels, minlength=classes).max() / max(len(labels), 1))


def lower_rate(settings: TrainingSettings) -> float:
    """Return a learning rate to try where that of *settings* was too high: the usual one, or a tenth."""
    usual, rate = RATES[settings.optimizer], settings.learning_rate
    return usual if usual <= rate / 3 else float(f"{rate / 10:.1g}")


def silent_layer(model: Model, inputs: Array) -> str:
    """Say which layer is the first to put out 0 everywhere for all *inputs* (N, C, H, W); '' where none does."""
    values = model.activations(inputs)[1:]
    bad = next((place for place, y in enumerate(values) if not y.any()), None)
    return "" if bad is None else f"{_name(model, bad)} outputs 0 for every image, so that no gradient passes it"


def all_finite(vector: Array) -> bool:
    """Return whether no value of *vector* (n,) is NaN or infinite; a single pass where that is so."""
    return isfinite(np.dot(vector, vector)) or bool(np.isfinite(vector).all())  # finite values may have huge squares


def bad_output(model: Model, inputs: Array) -> str:
    """Say which layer is the first to put out what is not finite for *inputs* (N, C, H, W), if one does."""
    values = model.activations(inputs)[1:]
    bad = next((place for place, y in enumerate(values) if not np.isfinite(y).all()), None)
    return "the loss is not finite" if bad is None else f"{_name(model, bad)} produces values that are not finite"


def bad_part(model: Model, parts: Sequence[slice], vector: Array, what: str) -> str:
    """Say the *what* of which layer is not finite in *vector* (P,), cut into the layers' *parts*: the first."""
    bad = next(place for place, part in enumerate(parts) if not np.isfinite(vector[part]).all())
    return f"the {what} of {_name(model, bad)} is not finite"


def bad_statistics(model: Model) -> str:
    """Say which layer is the first that keeps statistics that are not finite."""
    layers = model.parameters.layers
    bad = next(place for place, views in enumerate(layers) if not all(np.isfinite(v).all() for v in views.values()))
    return f"the statistics of {_name(model, bad)} are not finite"


def _name(model: Model, place: int) -> str:
    return f"layer {place + 1} ({model.architecture.layers[place].type.label})"
