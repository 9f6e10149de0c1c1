"""The same steps of training on each backend in turn: naive loops, im2col, the fast path. How fast, and do they agree?

All begin with the same weights and see the same mini-batches. They add up the same products in different orders, so
they differ by rounding: a float32 sum of n products is off by n 6e-8 at worst. Adam and RMSprop divide a gradient by
its size, which can make a whole step of the rounding of a gradient near zero, though of few weights: so weights are
compared as a whole, the distance between two results as a share of the way from the common start. (A bias in front
of batch normalisation has a gradient of nothing but rounding; with these optimizers such a network does not agree.)
"""

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from engine import architecture as architectures
from engine import optimizers, schema
from engine.architecture import Architecture
from engine.data import catalogue
from engine.data.dataset import pixels
from engine.layer import Array, Part, Shape
from engine.model import Model
from engine.passes import Pass
from engine.pieces import finished
from engine.presets import Preset
from engine.settings import TrainingSettings
from engine.summary import summarise
from engine.threads import pin_blas

LOOPS, IM2COL, FAST = "reference", "im2col", "fast"
LOSS_TOLERANCE, WAY_TOLERANCE = 1e-4, 1e-2
LOOPS_WORK = 3_000_000  # multiply-adds forward that the loops may take in all: some 5 to 10 s
LOOPS_SPEED = 400_000  # multiply-adds forward a second that the loops manage, with backward, roughly
LAPS_TIME, MOST_LAPS = 0.5, 20  # s, and how often at most the others go over the same steps; the fastest time counts


@dataclass(frozen=True, slots=True)
class Course:
    """What is run: a network, the settings that it is trained by, and mini-batches of (x (N, C, H, W), labels (N,)).

    Of the settings, the optimizer, its constants, the loss, the learning rate and the seed count; the rate is constant.
    """

    architecture: Architecture
    input_shape: Shape
    settings: TrainingSettings
    batches: Sequence[tuple[Array, Array]]

    def shortened(self, work: int) -> "Course":
        """Return one of at most *work* multiply-adds forward: the first images of the first mini-batches."""
        most = max(1, work // max(1, summarise(self.architecture, self.input_shape).multiply_adds))
        images = max(1, min(len(self.batches[0][1]), most // len(self.batches)))
        return replace(self, batches=[(x[:images], y[:images]) for x, y in self.batches[: max(1, most // images)]])

    @property
    def shortened_images(self) -> int:
        """How many images of a mini-batch the loops are given."""
        return len(self.shortened(LOOPS_WORK).batches[0][1])

    @property
    def loops_seconds(self) -> float:
        """Roughly how long the loops take for the part of it that they run."""
        images = len(self.shortened(LOOPS_WORK).batches) * self.shortened_images
        return images * summarise(self.architecture, self.input_shape).multiply_adds / LOOPS_SPEED

    def to_bytes(self) -> bytes:
        """Return it as a message for another process."""
        described = {
            "architecture": architectures.to_dict(self.architecture), "input_shape": self.input_shape,
            "settings": schema.to_dict(self.settings),
        }  # fmt: skip
        message, (images, labels) = BytesIO(), zip(*self.batches, strict=True)
        text = np.frombuffer(json.dumps(described).encode(), np.uint8)
        np.savez(message, described=text, images=np.stack(images), labels=np.stack(labels))
        return message.getvalue()

    @classmethod
    def from_bytes(cls, message: bytes) -> "Course":
        """Return what ``to_bytes`` wrote."""
        with np.load(BytesIO(message), allow_pickle=False) as arrays:
            described = json.loads(arrays["described"].tobytes())
            batches = list(zip(arrays["images"], arrays["labels"], strict=True))
        architecture = architectures.from_dict(described["architecture"])
        settings = schema.from_dict(TrainingSettings, described["settings"])
        return cls(architecture, tuple(described["input_shape"]), settings, batches)


class Progress(NamedTuple):
    """A backend, and how many steps of its lap are done."""

    backend: str
    step: int
    steps: int


@dataclass(frozen=True, slots=True)
class Lap:
    """What one backend made of a course: the mean loss of each step, and the weights (P,) before and after."""

    backend: str
    images: int
    seconds: float
    losses: tuple[float, ...]
    before: Array
    after: Array

    @property
    def images_per_second(self) -> float:
        """Images trained on a second; ``images`` counts those of each of the steps."""
        return self.images * len(self.losses) / self.seconds


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two laps over one course are apart: losses as a share of the largest, weights of the way they went."""

    loss: float
    weights: float

    @classmethod
    def between(cls, lap: Lap, other: Lap) -> "Difference":
        """Compare *lap* with *other*."""
        losses = np.abs(np.subtract(lap.losses, other.losses)).max() / np.abs(other.losses).max()
        apart, way = (np.linalg.norm(np.subtract(a, other.after, dtype=float)) for a in (lap.after, other.before))
        return cls(float(losses), float(apart / way))

    @property
    def tolerable(self) -> bool:
        """Whether both are within their tolerance; NaN is not."""
        return self.loss <= LOSS_TOLERANCE and self.weights <= WAY_TOLERANCE


@dataclass(frozen=True, slots=True)
class Race:
    """The laps of loops, im2col and the fast path; how far the first two are from the third over the same course."""

    laps: tuple[Lap, Lap, Lap]
    differences: Mapping[str, Difference]

    @property
    def agrees(self) -> bool:
        """Whether all differences are tolerable."""
        return all(difference.tolerable for difference in self.differences.values())

    def to_values(self) -> dict[str, Any]:
        """Return the result as plain values for JSON; a difference that is no number is None."""
        laps = [
            {
                "backend": lap.backend, "images": lap.images, "steps": len(lap.losses), "seconds": lap.seconds,
                "images_per_second": lap.images_per_second, "times_the_loops": self.times(lap),
                "loss_difference": self._finite(lap, "loss"), "weight_difference": self._finite(lap, "weights"),
            }
            for lap in self.laps
        ]  # fmt: skip
        tolerances = {"loss_tolerance": LOSS_TOLERANCE, "weight_tolerance": WAY_TOLERANCE}
        return {"agrees": self.agrees, **tolerances, "laps": laps}

    def times(self, lap: Lap) -> float:
        """Return how many times as fast as the loops a lap was."""
        return lap.images_per_second / self.laps[0].images_per_second

    def _finite(self, lap: Lap, name: str) -> float | None:
        value = getattr(self.differences.get(lap.backend), name, None)
        return value if value is not None and value < float("inf") else None


def course_of(preset: Preset, batch_size: int, steps: int, seed: int) -> Course:
    """Return a course on images drawn from the data that *preset* is meant for, or random pixels where none ships."""
    rng = np.random.default_rng(seed)
    if preset.ships:
        train = catalogue.load(preset.source).train
        parts = [train.take(rng.integers(0, len(train), batch_size)) for _ in range(steps)]
        batches = [(pixels(part.images), part.labels) for part in parts]
    else:
        shape, outputs = (batch_size, *preset.input_shape), preset.summary.layers[-1].values
        batches = [(rng.random(shape, np.float32), rng.integers(0, outputs, batch_size)) for _ in range(steps)]
    return Course(preset.architecture, preset.input_shape, replace(preset.settings, seed=seed), batches)


def race(course: Course, told: Callable[[], None] = lambda: None) -> Race:
    """Run *course*: the loops over a shortened one, the fast path over that one too, but only to compare with them.

    Args:
        course: at least one mini-batch, all of one size.
        told: called after each step of the loops, which take most of the time.
    """
    return finished(racing(course), lambda done: told() if done.backend == LOOPS else None)


def racing(course: Course) -> Generator[Progress, None, Race]:
    """Do what ``race`` does step by step, and tell after each."""
    pin_blas()  # so that no backend has more than one core
    short = course.shortened(LOOPS_WORK)
    loops = yield from running(short, LOOPS, 1)
    beside = yield from running(short, FAST, 1)
    im2col = yield from running(course, IM2COL, MOST_LAPS)
    fast = yield from running(course, FAST, MOST_LAPS)
    differences = {LOOPS: Difference.between(loops, beside), IM2COL: Difference.between(im2col, fast)}
    return Race((loops, im2col, fast), differences)


def run(course: Course, backend: str, laps: int) -> Lap:
    """Train along *course* up to *laps* times from the same start, and return the fastest lap; all end alike."""
    return finished(running(course, backend, laps))


def running(course: Course, backend: str, laps: int) -> Generator[Progress, None, Lap]:
    """Do what ``run`` does step by step, and tell after each; what the listener does then is no part of the time."""
    rng = np.random.default_rng(course.settings.seed)
    model = Model.build(course.architecture, course.input_shape, rng, backend=backend)
    before, shard = model.parameters.flat.copy(), Pass(model, course.settings.loss)
    times: list[float] = []
    losses: list[float] = []
    while len(times) < laps and sum(times) < LAPS_TIME:
        np.copyto(model.parameters.flat, before)
        step, losses, seconds = _stepper(course, model, shard), [], 0.0
        for number in range(len(course.batches)):
            began = perf_counter()
            losses.append(step(number))
            seconds += perf_counter() - began
            yield Progress(backend, number + 1, len(course.batches))
        times.append(seconds)
    return Lap(backend, len(course.batches[0][1]), min(times), tuple(losses), before, model.parameters.flat)


def _stepper(course: Course, model: Model, shard: Pass) -> Callable[[int], float]:
    """Return what trains on one of the mini-batches and returns its mean loss."""
    settings, learned = course.settings, model.parameters.learned
    decays = optimizers.decaying(view for views in shard.gradients.layers for view in views.values())
    optimizer = optimizers.create(settings, learned.size, learned.dtype, decays)

    def step(number: int) -> float:
        x, labels = course.batches[number]
        part = Part(training=True, batch=len(labels), key=(settings.seed, number))
        loss = shard.loss_and_gradients(x, labels, part).total / len(labels)
        optimizer.step(learned, shard.gradients.learned, settings.learning_rate)
        return loss

    return step
