"""Sums over all parts of a mini-batch, for layers that measure it: they are right, and nobody waits for ever."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from engine.architecture import Architecture, LayerSpec
from engine.layer import Layer, LayerConfig, Shape, Workspace
from engine.model import Model
from engine.parallel import Shards, Together
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.shards import SHAPE, batch, inputs, no_thread_left, trained  # noqa: F401  (a fixture is among them)


def in_parts(parts: int, work: Callable[[int], Any]) -> list[Any]:
    """Run *work* with each place in a thread of its own and return the results in order."""
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(work, range(parts)))


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
@pytest.mark.timeout(30)
def test_that_totals_are_right_however_the_parts_hurry(parts: int) -> None:
    rounds, together = 40, Together(parts)
    values = np.random.default_rng(0).integers(-99, 99, (rounds, parts, 3)).astype(float)

    def work(place: int) -> list[Array]:
        delays, results = random.Random(place), []
        for handed_in in values[:, place].copy():
            if delays.random() < 0.2:
                time.sleep(delays.random() * 1e-3)
            results.append(together.total(place, handed_in).copy())
            handed_in[:] = np.nan  # a part may use its array again at once
        return results

    for results in in_parts(parts, work):
        assert (np.array(results) == values.sum(axis=1)).all()


def test_that_every_part_gets_the_same_bits_and_float32_stays() -> None:
    values, together = np.random.default_rng(0).standard_normal((3, 100)).astype(np.float32), Together(3)
    first, *others = in_parts(3, lambda place: together.total(place, values[place]))
    assert first.dtype == np.float32
    assert all((other == first).all() for other in others)
    assert (first == (values[0] + values[1]) + values[2]).all()


@dataclass(frozen=True, slots=True)
class CentredConfig(LayerConfig):
    """Takes the mean over the whole mini-batch away: y = x - mean(x); and may be told to fail."""

    fails: Callable[[str, int], bool] = lambda when, first: False

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return Centred(self.fails)


class Centred(Layer):
    """y = x - mean(x) over samples, dx = dy - mean(dy)."""

    def __init__(self, fails: Callable[[str, int], bool]) -> None:
        super().__init__()
        self._fails = fails

    def forward(self, x: Array, work: Workspace) -> Array:
        return self._centred(x, work, "forward")

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        return self._centred(grad_output, work, "backward")

    def _centred(self, x: Array, work: Workspace, way: str) -> Array:
        for when in (f"before {way}", f"after {way}"):
            if self._fails(when, work.part.first):
                raise RuntimeError(f"gone {when}")
            if when.startswith("before"):
                y = x - (work.part.total(x.sum(axis=-1)) / work.part.batch)[..., None]
        return y


def centred(fails: Callable[[str, int], bool] = lambda when, first: False) -> Model:
    layers = [LayerSpec(f"c{i}", CentredConfig(fails)) for i in range(2)]
    conv, relu, pool, *rest = tiny.architecture().layers
    chain = Architecture((conv, layers[0], relu, pool, layers[1], *rest))
    return Model.build(chain, SHAPE, np.random.default_rng(0), np.float64)


@pytest.mark.parametrize("threads", [2, 3, 5])
@pytest.mark.timeout(30)
def test_that_a_layer_that_measures_the_whole_batch_does_so_on_any_number_of_threads(threads: int) -> None:
    model = centred()
    loss, correct, gradient = trained(model, threads)
    alone = trained(model, 1)
    assert (loss, correct) == (pytest.approx(alone[0], rel=1e-12), alone[1])
    np.testing.assert_allclose(gradient, alone[2], rtol=1e-9, atol=1e-14)
    assert (gradient == trained(model, threads)[2]).all()


WHEN = [f"{when} {way}" for way in ("forward", "backward") for when in ("before", "after")]


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("bad", [0, 14, 28])
@pytest.mark.timeout(30)
def test_that_a_part_that_fails_anywhere_leaves_nobody_waiting_and_is_the_one_that_is_told(when: str, bad: int) -> None:
    failing = [True]
    model, (x, labels) = centred(lambda at, first: failing[0] and (at, first) == (when, bad)), batch(42)
    with closing(Shards(model, 3)) as shards:
        for _ in range(3):
            with pytest.raises(RuntimeError, match=f"^gone {when}$"):
                shards.train(inputs(x), labels)
        failing[0] = False
        shards.train(inputs(x), labels)
        assert (shards.gradient == trained(model, 3, 42)[2]).all()


@pytest.mark.timeout(60)
def test_that_parts_that_fail_at_random_never_hang_nor_spoil_the_next_batch() -> None:
    chance = random.Random(0)
    model, (x, labels) = centred(lambda at, first: chance.random() < 0.02), batch(42)
    expected, failed = trained(centred(), 3, 42), 0
    with closing(Shards(model, 3)) as shards:
        for _ in range(150):
            try:
                loss, correct = shards.train(inputs(x), labels)
            except RuntimeError as error:
                failed += str(error).startswith("gone")
            else:
                assert (loss, correct) == expected[:2]
                assert (shards.gradient == expected[2]).all()
    assert 20 < failed < 130


@pytest.mark.timeout(30)
def test_that_several_parts_that_fail_at_once_are_told_by_one_of_their_own_errors() -> None:
    model, (x, labels) = centred(lambda at, first: at == "before backward"), batch(42)
    with closing(Shards(model, 3)) as shards, pytest.raises(RuntimeError, match="gone before backward"):
        shards.train(inputs(x), labels)


@pytest.mark.timeout(30)
def test_that_an_interrupt_of_one_part_frees_the_others() -> None:
    model, (x, labels) = centred(), batch(42)

    def interrupted(part: slice) -> Array:
        if part.start == 0:
            raise KeyboardInterrupt
        return x[part]

    with closing(Shards(model, 3)) as shards, pytest.raises(KeyboardInterrupt):
        shards.train(interrupted, labels)


@pytest.mark.timeout(30)
def test_that_a_thread_that_cannot_start_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    (x, labels), started = batch(42), []
    submit = ThreadPoolExecutor.submit

    def one_alone(self: ThreadPoolExecutor, *args: Any) -> Any:
        started.append(args)
        if len(started) > 1:
            raise RuntimeError("can't start new thread")
        return submit(self, *args)

    with closing(Shards(centred(), 3)) as shards:
        monkeypatch.setattr(ThreadPoolExecutor, "submit", one_alone)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            shards.train(inputs(x), labels)
