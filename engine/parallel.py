"""Mini-batches in shards, one thread each. NumPy's BLAS is pinned to one thread, so that shards do not fight."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np
import threadpoolctl

from engine.errors import BadInputError
from engine.layer import Array, Part
from engine.losses import LossResult
from engine.model import Model, Pass
from engine.shapes import CROSS_ENTROPY

SMALLEST_SHARD = 32  # images: with fewer, LeNet-5's Python between two products costs more than a core saves


@lru_cache(maxsize=1)
def pin_blas() -> object:
    """Pin BLAS to one thread for the whole process; call it from the main thread at start."""
    return threadpoolctl.threadpool_limits(1, "blas")


def default_threads() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Together:
    """Sums over the parts of a mini-batch, for layers that measure all of it: each part waits for the others."""

    def __init__(self, parts: int) -> None:
        self._barrier = threading.Barrier(parts)
        self._values: list[Array] = [np.empty(0)] * parts

    def total(self, place: int, values: Array) -> Array:
        """Return the sum of the *values* that all parts hand in, in the order of their places."""
        if len(self._values) == 1:
            return values
        self._values[place] = values
        self._barrier.wait()
        result: Array = np.add.reduce(self._values, axis=0)
        self._barrier.wait()  # nobody hands in the next ones before all have read these
        return result

    def give_up(self) -> None:
        """Let nobody wait any longer: a part has failed."""
        self._barrier.abort()


class Shards:
    """Runs parts of a mini-batch side by side. The same number of threads cuts a batch the same way each time.

    Args:
        model: its parameters are read, never written.
        threads: the number of parts.
        loss: one of ``engine.losses.BY_NAME``.

    Attributes:
        gradient: (P,), the whole batch's, after ``train``; parts are added in a fixed order.

    Raises:
        BadInputError: fewer than one thread.
    """

    def __init__(self, model: Model, threads: int, loss: str = CROSS_ENTROPY) -> None:
        if threads < 1:
            raise BadInputError(f"threads={threads} leaves nobody to work; use 1 or more.")
        pin_blas()
        self._passes = [Pass(model, loss) for _ in range(threads)]
        self._pool = ThreadPoolExecutor(max(1, threads - 1), "shard")
        self.gradient: Array = self._passes[0].gradients.flat

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()

    def train(
        self, inputs: Callable[[slice], Array], labels: Array, key: tuple[int, int] = (0, 0)
    ) -> tuple[float, int]:
        """Return (mean loss, correct) of a batch and leave its gradient in ``gradient``.

        Args:
            inputs: makes x (n, C, H, W) for a part of the batch, in the thread that needs it.
            labels: (N,).
            key: (seed of the run, step), for layers that draw random numbers.
        """
        count = len(labels)
        slices = self._slices(count)
        together = Together(len(slices))

        def run(place: int) -> LossResult:
            part = Part(True, slices[place].start, count, key, partial(together.total, place))
            try:
                return self._passes[place].loss_and_gradients(inputs(slices[place]), labels[slices[place]], part)
            except BaseException:
                together.give_up()
                raise

        try:
            results = self._side_by_side(len(slices), run)
        except BaseException:  # perhaps of a part that could not even begin
            together.give_up()
            raise
        for shard in self._passes[1 : len(results)]:
            self.gradient += shard.gradients.flat
        return sum(r.total for r in results) / count, sum(r.correct for r in results)

    def evaluate(self, inputs: Callable[[slice], Array], labels: Array) -> tuple[float, int]:
        """Return (sum of losses, correct) of a batch, without gradients."""
        slices = self._slices(len(labels))

        def run(place: int) -> LossResult:
            return self._passes[place].loss(inputs(slices[place]), labels[slices[place]])

        results = self._side_by_side(len(slices), run)
        return sum(r.total for r in results), sum(r.correct for r in results)

    def _slices(self, count: int) -> list[slice]:
        """Cut *count* samples into parts, one for each pass that is needed."""
        parts = min(len(self._passes), max(1, count // SMALLEST_SHARD))
        return [slice(a, b) for a, b in pairwise(count * i // parts for i in range(parts + 1))]

    def _side_by_side(self, parts: int, run: Callable[[int], LossResult]) -> list[LossResult]:
        """Run each part in a thread, the first in this one, and return the results in order."""

        def attempt(place: int) -> LossResult | BaseException:
            try:
                with np.errstate(all="ignore"):  # a diverging run is told from its loss, not by warnings
                    return run(place)
            except BaseException as error:
                return error

        waiting = [self._pool.submit(attempt, place) for place in range(1, parts)]
        outcomes = [attempt(0), *(future.result() for future in waiting)]  # even after an error: all buffers are free
        errors = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for error in sorted(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError)):
            raise error  # what broke, rather than that others no longer wait for it
        return [outcome for outcome in outcomes if isinstance(outcome, LossResult)]
