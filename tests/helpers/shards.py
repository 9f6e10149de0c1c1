"""One mini-batch in shards, and a check that no process is left behind."""

import os
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from engine.data.dataset import Batch, Split
from engine.model import Model
from engine.parallel import Shards
from tests.helpers.layers import Array

SHAPE = (1, 8, 8)


@pytest.fixture(autouse=True)
def no_process_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):  # there is none to wait for
        os.waitpid(-1, os.WNOHANG)


def batch(n: int = 40) -> Batch:
    rng = np.random.default_rng(1)
    return Batch(Split(rng.integers(0, 256, (n, *SHAPE), np.uint8), rng.integers(0, 2, n)))


def arrays(n: int = 40) -> tuple[Array, Array]:
    """Return the same batch as the network sees it: x (N, 1, 8, 8) and labels (N,)."""
    whole = batch(n)
    return whole.inputs(slice(None)), whole.samples.labels


def trained(model: Model, threads: int, n: int = 40, loss: str = "cross-entropy") -> tuple[float, int, Array]:
    """Return (mean loss, correct, gradient) of one batch."""
    with closing(Shards(model, threads, loss)) as shards:
        mean, correct = shards.train(batch(n))
        return mean, correct, shards.gradient.copy()
