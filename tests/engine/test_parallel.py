"""Shards of a mini-batch side by side."""

import threading
import time
from contextlib import closing

import numpy as np
import pytest
import threadpoolctl

from engine.architecture import Architecture, new_layer
from engine.errors import BadInputError
from engine.model import Model, Pass
from engine.parallel import Shards, default_threads, pin_blas
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.shards import SHAPE, batch, inputs, no_thread_left, trained  # noqa: F401  (a fixture is among them)
from tests.helpers.tiny import SMALLEST_SHARD


@pytest.fixture
def model() -> Model:
    return Model.build(tiny.architecture(), SHAPE, np.random.default_rng(0))


@pytest.mark.parametrize("threads", [2, 3, 5])
def test_that_any_number_of_threads_gives_the_gradient_of_one_up_to_rounding(model: Model, threads: int) -> None:
    loss, correct, gradient = trained(model, 1)
    other_loss, other_correct, other = trained(model, threads)
    assert other_loss == pytest.approx(loss, rel=1e-6)
    assert other_correct == correct
    assert np.abs(other - gradient).max() <= 1e-6 * np.abs(gradient).max()


def test_that_in_float64_the_shards_agree_to_the_last_digits() -> None:
    model = Model.build(tiny.architecture(), SHAPE, np.random.default_rng(0), np.float64)
    np.testing.assert_allclose(trained(model, 3)[2], trained(model, 1)[2], rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(
    ("loss", "ending"),
    [("cross-entropy", "softmax"), ("binary cross-entropy", "sigmoid"), ("mean squared error", "softmax"),
     ("mean squared error", "sigmoid")],
)  # fmt: skip
def test_that_every_loss_is_the_whole_batchs_mean_on_any_number_of_threads(
    loss: str, ending: str, threads: int
) -> None:
    chain = Architecture((*tiny.architecture().layers[:-1], new_layer(ending)))
    model = Model.build(chain, SHAPE, np.random.default_rng(0), np.float64)
    (x, labels), whole = batch(), Pass(model, loss)
    expected = whole.loss_and_gradients(x, labels)
    mean, correct, gradient = trained(model, threads, loss=loss)
    assert mean == pytest.approx(expected.total / len(x), rel=1e-12)
    assert correct == expected.correct
    np.testing.assert_allclose(gradient, whole.gradients.flat, rtol=1e-11, atol=1e-15)
    with closing(Shards(model, threads, loss)) as shards:
        assert shards.evaluate(inputs(x), labels) == (pytest.approx(expected.total, rel=1e-12), correct)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_that_the_same_number_of_threads_repeats_bit_for_bit(model: Model, threads: int) -> None:
    first, again = trained(model, threads), trained(model, threads)
    assert first[:2] == again[:2]
    assert (first[2] == again[2]).all()


def test_that_the_gradient_is_the_whole_batchs_mean(model: Model) -> None:
    x, labels = batch()
    whole = Pass(model)
    total = whole.loss_and_gradients(x, labels).total
    loss, _, gradient = trained(model, 2)
    assert loss == pytest.approx(total / len(labels), rel=1e-6)
    np.testing.assert_allclose(gradient, whole.gradients.flat, rtol=1e-4, atol=1e-7)


def test_that_no_gradient_of_an_earlier_batch_is_left_whatever_its_number_of_shards(model: Model) -> None:
    x, labels = batch()
    with closing(Shards(model, 3)) as shards:
        for n in (40, 9, 40, 20, 1):
            shards.train(inputs(x[:n]), labels[:n])
            with closing(Shards(model, 3)) as fresh:
                fresh.train(inputs(x[:n]), labels[:n])
            assert (shards.gradient == fresh.gradient).all()


@pytest.mark.parametrize("n", [1, SMALLEST_SHARD - 1, SMALLEST_SHARD, 2 * SMALLEST_SHARD, 2 * SMALLEST_SHARD + 1])
def test_that_small_batches_use_fewer_shards_and_miss_no_image(model: Model, n: int) -> None:
    x, labels = batch(n)
    seen: list[slice] = []

    def recorded(part: slice) -> Array:
        seen.append(part)
        return x[part]

    with closing(Shards(model, 3)) as shards:
        shards.train(recorded, labels)
    covered = sorted(i for part in seen for i in range(part.start, part.stop))
    assert covered == list(range(n))
    assert len(seen) == max(1, min(3, n // SMALLEST_SHARD))


def test_that_evaluation_returns_the_sum_of_losses_and_touches_no_gradient(model: Model) -> None:
    x, labels = batch()
    with closing(Shards(model, 2)) as shards:
        loss, correct = shards.train(inputs(x), labels)
        before = shards.gradient.copy()
        total, right = shards.evaluate(inputs(x), labels)
        assert (shards.gradient == before).all()
    assert total == pytest.approx(loss * len(labels), rel=1e-6)
    assert right == correct


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_that_an_error_in_any_shard_reaches_the_caller_and_the_shards_work_on(model: Model, bad: int) -> None:
    x, labels = batch(42)
    starts = [0, 14, 28]

    def failing(part: slice) -> Array:
        if part.start == starts[bad]:
            raise RuntimeError("the disk is gone")
        return x[part]

    with closing(Shards(model, 3)) as shards:
        with pytest.raises(RuntimeError, match="the disk is gone"):
            shards.train(failing, labels)
        shards.train(inputs(x), labels)
        gradient = shards.gradient.copy()
    assert (gradient == trained(model, 3, 42)[2]).all()


def test_that_after_an_error_no_shard_is_still_at_work(model: Model) -> None:
    x, labels = batch()
    done = threading.Event()

    def slow(part: slice) -> Array:
        if part.start == 0:
            raise RuntimeError("first")
        time.sleep(0.05)
        done.set()
        return x[part]

    with closing(Shards(model, 2)) as shards:
        with pytest.raises(RuntimeError, match="first"):
            shards.train(slow, labels)
        assert done.is_set()


def test_that_numbers_that_run_away_are_told_by_the_loss_and_not_by_warnings(model: Model) -> None:
    model.parameters.flat *= 1e30
    assert not np.isfinite(trained(model, 2)[0])


@pytest.mark.parametrize("threads", [0, -1])
def test_that_fewer_than_one_thread_is_refused(model: Model, threads: int) -> None:
    with pytest.raises(BadInputError, match=f"threads={threads} .*use 1 or more"):
        Shards(model, threads)


def test_that_blas_runs_on_one_thread_once_pinned() -> None:
    pin_blas()
    counts = {pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"}
    assert counts <= {1}


def test_that_the_default_is_a_thread_for_each_core_of_this_process() -> None:
    assert 1 <= default_threads() <= 4096
