"""One mini-batch in shards, and a check that no thread is left behind."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest

from engine.model import Model
from engine.parallel import Shards
from tests.helpers.layers import Array

SHAPE = (1, 8, 8)


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def batch(n: int = 40) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    return rng.random((n, *SHAPE), np.float32), rng.integers(0, 2, n)


def inputs(x: Array) -> Callable[[slice], Array]:
    return lambda part: x[part]


def trained(model: Model, threads: int, n: int = 40, loss: str = "cross-entropy") -> tuple[float, int, Array]:
    """Return (mean loss, correct, gradient) of one batch."""
    x, labels = batch(n)
    with closing(Shards(model, threads, loss)) as shards:
        mean, correct = shards.train(inputs(x), labels)
        return mean, correct, shards.gradient.copy()
