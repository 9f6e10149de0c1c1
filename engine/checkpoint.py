"""What a run needs to go on where it was, bit for bit; ``engine.files.checkpoint`` keeps it in a file."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine import schema
from engine.architecture import Architecture
from engine.data.dataset import Dataset
from engine.errors import BadInputError
from engine.history import History
from engine.layer import Array
from engine.model import Model
from engine.settings import TrainingSettings


@dataclass(slots=True)
class Progress:
    """How far a run is, and what has added up in its present epoch.

    Attributes:
        step: optimizer steps done.
        epoch: epochs done, their evaluation too.
        images, correct, loss: trained on in this epoch, those of them that were classified right, sum of their losses.
        training, seconds: s, spent on training on them, and on the clock.
    """

    step: int = 0
    epoch: int = 0
    images: int = 0
    correct: int = 0
    loss: float = 0.0
    training: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TrainingState:
    """A run at one moment between two steps. No random number is in it: the seed and the step give them all.

    Attributes:
        architecture, settings: of the run.
        data: the fingerprint of the data that it trains and measures on.
        threads: parts of a mini-batch; with another number, what follows differs by rounding.
        backend: what convolution and pooling are computed with.
        progress: how far it is.
        arrays: weights and statistics, the last good ones, the optimizer's state, what the last step moved.
        history: from its beginning.
    """

    architecture: Architecture
    settings: TrainingSettings
    data: str
    threads: int
    backend: str
    progress: Progress
    arrays: Mapping[str, Array]
    history: History


def fingerprint(dataset: Dataset) -> str:
    """Return a short text that is another one for other images, labels or classes."""
    code = zlib.crc32(repr((dataset.image_shape, dataset.class_names)).encode())
    for split in (dataset.train, dataset.validation, dataset.test):
        for array in (split.images, split.labels) if split is not None else ():
            code = zlib.crc32(np.ascontiguousarray(array).data, code)
    return f"{code:08x}"


def check_same_run(state: TrainingState, model: Model, settings: TrainingSettings) -> None:
    """Raise BadInputError where *model* or *settings* are not those of the run that *state* is of."""
    for param in schema.params_of(settings):
        now, then = getattr(settings, param.name), getattr(state.settings, param.name)
        if now != then:
            raise BadInputError(
                f"{param.label} is {now}, but the saved run has {then}; leave it so, or start a new run."
            )
    if model.backend != state.backend:
        raise BadInputError(f"The network runs on {model.backend}, but the saved run on {state.backend}; use that.")
    layers, saved = ([spec.config for spec in a.layers] for a in (model.architecture, state.architecture))
    if layers != saved:
        raise BadInputError("The network is not the one of the saved run; build it from the run's own architecture.")
