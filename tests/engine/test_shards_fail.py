"""Parts of a mini-batch that fail, at any place: the caller is told, nobody waits for ever, the next one is right."""

import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from engine import parallel
from engine.architecture import Architecture, new_layer
from engine.data.dataset import Batch, Split
from engine.model import Model
from engine.parallel import Shards
from tests.helpers import tiny
from tests.helpers.shards import SHAPE, batch, no_process_left, trained  # noqa: F401  (one is a fixture)

N, PARTS = 42, 3
SUMS = 6  # that two batch normalisations need: mean and variance forward, one more backward


def network() -> Model:
    """Return a network whose parts wait for one another, forward and backward."""
    conv, relu, pool, *rest = tiny.architecture().layers
    chain = Architecture((conv, new_layer("batch_norm"), relu, pool, new_layer("batch_norm"), *rest))
    return Model.build(chain, SHAPE, np.random.default_rng(0))


@pytest.fixture(scope="module")
def expected() -> tuple[float, int, Any]:
    return trained(network(), PARTS, N)


@pytest.fixture
def shards() -> Iterator[Shards]:
    with closing(Shards(network(), PARTS)) as shards:
        yield shards


def assert_right(shards: Shards, expected: tuple[float, int, Any]) -> None:
    assert shards.train(batch(N)) == expected[:2]
    assert (shards.gradient == expected[2]).all()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("bad", range(PARTS))
def test_that_a_part_that_cannot_be_done_frees_those_that_wait_for_it(
    shards: Shards, expected: tuple[float, int, Any], bad: int
) -> None:
    good = batch(N).samples
    labels = good.labels.copy()
    labels[bad * N // PARTS] = 99
    with pytest.raises((IndexError, ChildProcessError), match="out of bounds"):
        shards.train(Batch(Split(good.images, labels)))
    assert_right(shards, expected)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("place", [0, 3, SUMS - 1])
def test_that_an_error_at_any_sum_frees_the_parts_that_wait_for_it(
    shards: Shards, expected: tuple[float, int, Any], place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, total = iter(range(SUMS)), parallel._total

    def failing(*given: Any) -> Any:
        if next(calls) == place:
            raise RuntimeError("the cable is out")
        return total(*given)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="the cable is out"):
        patch.setattr(parallel, "_total", failing)
        shards.train(batch(N))
    assert_right(shards, expected)


@pytest.mark.timeout(60)
def test_that_an_interrupt_at_a_sum_frees_the_parts_too(
    shards: Shards, expected: tuple[float, int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(parallel, "_total", interrupted)
        shards.train(batch(N))
    assert_right(shards, expected)


@pytest.mark.timeout(60)
def test_that_a_process_that_cannot_start_leaves_no_other_behind(
    shards: Shards, expected: tuple[float, int, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    start, started = subprocess.Popen, []

    def one_alone(*given: Any, **options: Any) -> Any:
        started.append(given)
        if len(started) > 1:
            raise OSError("no more processes")
        return start(*given, **options)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no more processes"):
        patch.setattr(subprocess, "Popen", one_alone)
        shards.train(batch(N))
    assert len(started) == 2
    assert_right(shards, expected)


@pytest.mark.timeout(100)
def test_that_processes_killed_at_any_moment_never_hang_a_run_nor_spoil_it(
    shards: Shards, expected: tuple[float, int, Any]
) -> None:
    chance, told = random.Random(0), 0
    for _ in range(5):
        assert_right(shards, expected)
        victim = chance.choice(shards._workers)._process
        killing = threading.Timer(chance.random() * 0.02, victim.kill)
        killing.start()
        try:
            while killing.is_alive():
                assert_right(shards, expected)
            victim.wait()
            shards.train(batch(N))
        except ChildProcessError as error:
            told += "train again" in str(error)
        killing.join()
    assert told == 5
    assert_right(shards, expected)
