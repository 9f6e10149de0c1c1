"""Mini-batches in shards, side by side: the first here, each of the others in a process of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise
from time import monotonic

import numpy as np

from engine.architecture import LayerSpec
from engine.data.dataset import Batch
from engine.errors import BadInputError
from engine.layer import Array, Part
from engine.model import Model
from engine.passes import Pass
from engine.shapes import CROSS_ENTROPY
from engine.task import Task
from engine.threads import pin_blas
from engine.worker import PATIENCE, Worker

SMALLEST_SHARD = 8  # images: with fewer, the Python between two products costs more than another core saves


class Shards:
    """Runs parts of a mini-batch side by side. The same number of threads cuts a batch the same way each time.

    Args:
        model: its parameters are read, never written; batch statistics are.
        threads: the number of parts, each on a core of its own; 1 for a network with layers that are not the
            engine's own, or with deliberate faults, which another process does not know.
        loss: one of ``engine.losses.BY_NAME``.

    Attributes:
        gradient: (P,), the whole batch's, after ``train``; parts are added in a fixed order.

    Raises:
        BadInputError: fewer than one thread.
        OSError: from ``train`` and ``evaluate``, a process cannot be started, has ended, failed or does not answer.
        MemoryError: likewise, one of the parts does not fit into memory.
    """

    def __init__(self, model: Model, threads: int, loss: str = CROSS_ENTROPY) -> None:
        if threads < 1:
            raise BadInputError(f"threads={threads} leaves nobody to work; use 1 or more.")
        pin_blas()
        self._model, self._loss = model, loss
        alone = os.name != "posix" or bool(model.faults) or not all(map(_is_known, model.architecture.layers))
        self._threads = 1 if alone else threads
        self._pass = Pass(model, loss)
        self._workers: list[Worker] = []  # started when first needed
        self.gradient: Array = self._pass.gradients.learned

    def close(self) -> None:
        """End the processes; the next mini-batch that needs them starts new ones."""
        for worker in self._workers:
            worker.hang_up()
        until = monotonic() + PATIENCE  # for all of them together
        while self._workers:
            self._workers.pop().close(max(0.0, until - monotonic()))

    def kill(self) -> None:
        """End the processes at once, from any thread: what waits for their answer is told that they have ended."""
        for worker in [*self._workers]:
            worker.kill()

    def train(self, batch: Batch, key: tuple[int, int] = (0, 0)) -> tuple[float, int]:
        """Return (mean loss, correct) of a batch and leave its gradient in ``gradient``.

        Args:
            batch: the images and their labels.
            key: (seed of the run, step), for layers that draw random numbers.
        """
        count = len(batch.samples)
        loss, correct = self._run(batch, Part(True, 0, count, key))
        for worker in self._workers[: len(self._slices(count)) - 1]:
            self.gradient += worker.gradient
        return loss / count, correct

    def evaluate(self, batch: Batch) -> tuple[float, int]:
        """Return (sum of losses, correct) of a batch, without gradients."""
        return self._run(batch, Part(batch=len(batch.samples)))

    def _run(self, batch: Batch, whole: Part) -> tuple[float, int]:
        """Return (sum of losses, correct) over all parts."""
        tasks = [Task(batch.part(s), replace(whole, first=s.start)) for s in self._slices(len(batch.samples))]
        with self._ready(len(tasks) - 1) as workers:
            for worker, task in zip(workers, tasks[1:], strict=True):
                worker.begin(self._model.parameters.flat, task)
            with np.errstate(all="ignore"):  # a diverging run is told from its loss, not by warnings
                own = tasks[0].run(self._pass, partial(_total, workers))
            results = [(own.total, own.correct), *(worker.result() for worker in workers)]
        return sum(total for total, _ in results), sum(correct for _, correct in results)

    @contextmanager
    def _ready(self, count: int) -> Iterator[list[Worker]]:
        """Give *count* workers; after an error, whose work nobody will ask for, all of them are ended."""
        try:
            while len(self._workers) < count:
                self._workers.append(Worker(self._model, self._loss))
            yield self._workers[:count]
        except BaseException:
            self.kill()
            self.close()
            raise

    def _slices(self, count: int) -> list[slice]:
        parts = min(self._threads, max(1, count // SMALLEST_SHARD))
        return [slice(a, b) for a, b in pairwise(count * i // parts for i in range(parts + 1))]


def _is_known(spec: LayerSpec) -> bool:
    return type(spec.config).__module__.startswith("engine.layers.")


def _total(workers: list[Worker], values: Array) -> Array:
    """Return the sum of *values* and what every worker hands in, and tell it to each."""
    total: Array = np.add.reduce([values, *(worker.values(values) for worker in workers)], axis=0)
    for worker in workers:
        worker.reply(total)
    return total
