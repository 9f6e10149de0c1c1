"""Mini-batches in shards, one thread each. NumPy's BLAS is pinned to one thread, so that shards do not fight."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
import threadpoolctl

from engine.errors import BadInputError
from engine.layer import Array
from engine.losses import LossResult
from engine.model import Model, Pass

T = TypeVar("T")
SMALLEST_SHARD = 32  # images: with fewer, LeNet-5's Python between two products costs more than a core saves


@lru_cache(maxsize=1)
def pin_blas() -> object:
    """Pin BLAS to one thread for the whole process; call it from the main thread at start."""
    return threadpoolctl.threadpool_limits(1, "blas")


def default_threads() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Shards:
    """Runs parts of a mini-batch side by side. The same number of threads cuts a batch the same way each time.

    Attributes:
        gradient: (P,), the whole batch's, after ``train``; parts are added in a fixed order.

    Raises:
        BadInputError: fewer than one thread.
    """

    def __init__(self, model: Model, threads: int) -> None:
        if threads < 1:
            raise BadInputError(f"threads={threads} leaves nobody to work; use 1 or more.")
        pin_blas()
        self._passes = [Pass(model) for _ in range(threads)]
        self._pool = ThreadPoolExecutor(max(1, threads - 1), "shard")
        self.gradient: Array = self._passes[0].gradients.flat

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def train(self, inputs: Callable[[slice], Array], labels: Array) -> tuple[float, int]:
        """Return (mean loss, correct) of a batch and leave its gradient in ``gradient``.

        Args:
            inputs: makes x (n, C, H, W) for a part of the batch, in the thread that needs it.
            labels: (N,).
        """
        count = len(labels)

        def run(shard: Pass, part: slice) -> LossResult:
            return shard.loss_and_gradients(inputs(part), labels[part], count)

        results = self._each_part(count, run)
        for shard in self._passes[1 : len(results)]:
            self.gradient += shard.gradients.flat
        return sum(r.total for r in results) / count, sum(r.correct for r in results)

    def evaluate(self, inputs: Callable[[slice], Array], labels: Array) -> tuple[float, int]:
        """Return (sum of losses, correct) of a batch, without gradients."""
        results = self._each_part(len(labels), lambda p, part: p.loss(inputs(part), labels[part], 1))
        return sum(r.total for r in results), sum(r.correct for r in results)

    def _each_part(self, count: int, run: Callable[[Pass, slice], T]) -> list[T]:
        """Run each part in a thread, the first in this one, and return the results in order."""

        def quietly(shard: Pass, part: slice) -> T:
            with np.errstate(all="ignore"):  # a diverging run is told from its loss, not by warnings
                return run(shard, part)

        parts = min(len(self._passes), max(1, count // SMALLEST_SHARD))
        edges = [count * i // parts for i in range(parts + 1)]
        slices = [slice(a, b) for a, b in pairwise(edges)]
        waiting = [self._pool.submit(quietly, p, s) for p, s in zip(self._passes[1:], slices[1:], strict=False)]
        try:
            first = quietly(self._passes[0], slices[0])
        finally:
            wait(waiting)  # even after an error: the next batch must find every shard's buffers free
        return [first, *(future.result() for future in waiting)]
