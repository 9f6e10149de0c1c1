"""This engine in the race: the steps of ``engine.trainer``, without what an epoch ends with."""

from collections.abc import Iterator

import numpy as np

from engine.benchmark.contestant import Entry
from engine.data.dataset import Batch, Dataset, batches
from engine.learner import Learner
from engine.model import Model
from engine.parallel import Shards
from engine.settings import TrainingSettings


class EngineSide:
    """See ``engine.benchmark.contestant.Side``."""

    def __init__(self, entry: Entry, dataset: Dataset) -> None:
        model = Model.build(entry.architecture, dataset.image_shape, np.random.default_rng(0))
        self._learner = Learner(model, TrainingSettings(batch_size=entry.batch), 1)
        self._shards, self._batches = Shards(model, entry.threads), _endless(dataset, entry.batch)

    def step(self) -> None:
        """Train on the next mini-batch."""
        self._learner.step(next(self._batches), self._shards, 0)

    def close(self) -> None:
        """End the processes."""
        self._shards.close()


start = EngineSide


def _endless(dataset: Dataset, size: int) -> Iterator[Batch]:
    rng = np.random.default_rng(0)
    while True:
        yield from (batch for batch in batches(dataset.train, size, rng) if len(batch.samples) == size)
