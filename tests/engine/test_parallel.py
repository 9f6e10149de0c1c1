"""Shards of a mini-batch side by side."""

from contextlib import closing

import numpy as np
import pytest
import threadpoolctl

from engine.architecture import Architecture, new_layer
from engine.errors import BadInputError
from engine.model import Model
from engine.parallel import SMALLEST_SHARD, Shards
from engine.passes import Pass
from engine.task import Task
from engine.threads import default_threads, pin_blas
from tests.helpers import tiny
from tests.helpers.shards import SHAPE, arrays, batch, no_process_left, trained  # noqa: F401  (one is a fixture)


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
    (x, labels), whole = arrays(), Pass(model, loss)
    expected = whole.loss_and_gradients(x, labels)
    mean, correct, gradient = trained(model, threads, loss=loss)
    assert mean == pytest.approx(expected.total / len(x), rel=1e-12)
    assert correct == expected.correct
    np.testing.assert_allclose(gradient, whole.gradients.flat, rtol=1e-11, atol=1e-15)
    with closing(Shards(model, threads, loss)) as shards:
        assert shards.evaluate(batch()) == (pytest.approx(expected.total, rel=1e-12), correct)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_that_the_same_number_of_threads_repeats_bit_for_bit(model: Model, threads: int) -> None:
    first, again = trained(model, threads), trained(model, threads)
    assert first[:2] == again[:2]
    assert (first[2] == again[2]).all()


def test_that_the_gradient_is_the_whole_batchs_mean(model: Model) -> None:
    x, labels = arrays()
    whole = Pass(model)
    total = whole.loss_and_gradients(x, labels).total
    loss, _, gradient = trained(model, 2)
    assert loss == pytest.approx(total / len(labels), rel=1e-6)
    np.testing.assert_allclose(gradient, whole.gradients.flat, rtol=1e-4, atol=1e-7)


def test_that_no_gradient_of_an_earlier_batch_is_left_whatever_its_number_of_shards(model: Model) -> None:
    with closing(Shards(model, 3)) as shards:
        for n in (40, 9, 40, 20, 1):
            shards.train(batch(n))
            assert (shards.gradient == trained(model, 3, n)[2]).all()


@pytest.mark.parametrize("n", [1, SMALLEST_SHARD - 1, SMALLEST_SHARD, 2 * SMALLEST_SHARD, 2 * SMALLEST_SHARD + 1, 40])
def test_that_small_batches_use_fewer_shards_and_miss_no_image(
    model: Model, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[Task] = []
    monkeypatch.setattr("engine.parallel.Task", lambda *given: tasks.append(Task(*given)) or tasks[-1])
    with closing(Shards(model, 3)) as shards:
        shards.train(batch(n))
    assert [task.part.first for task in tasks] == [n * i // len(tasks) for i in range(len(tasks))]
    assert (np.concatenate([task.batch.samples.images for task in tasks]) == batch(n).samples.images).all()
    assert len(tasks) == max(1, min(3, n // SMALLEST_SHARD))


def test_that_evaluation_returns_the_sum_of_losses_and_touches_no_gradient(model: Model) -> None:
    with closing(Shards(model, 2)) as shards:
        loss, correct = shards.train(batch())
        before = shards.gradient.copy()
        total, right = shards.evaluate(batch())
        assert (shards.gradient == before).all()
    assert total == pytest.approx(loss * len(batch().samples), rel=1e-6)
    assert right == correct


def test_that_an_error_here_reaches_the_caller_and_the_shards_work_on(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Shards(model, 3)) as shards:
        for _ in range(3):
            with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="the disk is gone"):
                patch.setattr(Task, "run", fail)
                shards.train(batch(42))
        shards.train(batch(42))
        gradient = shards.gradient.copy()
    assert (gradient == trained(model, 3, 42)[2]).all()


def fail(*_: object) -> None:
    raise RuntimeError("the disk is gone")


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
