"""Softmax and cross-entropy in one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.layer import Workspace
from engine.losses import LossResult, softmax_cross_entropy
from tests.helpers.layers import Array


def loss(scores: Array, labels: list[int], batch: int | None = None) -> LossResult:
    return softmax_cross_entropy(scores, np.array(labels), batch or len(labels), Workspace(scores.dtype))


def test_that_the_worked_example_of_three_classes_comes_out() -> None:
    result = loss(np.array([[1.0], [2.0], [3.0]]), [2])
    assert result.total == pytest.approx(0.4076059644443804)
    assert result.correct == 1
    assert result.grad_scores[:, 0].tolist() == pytest.approx(
        [0.09003057317038046, 0.24472847105479764, 0.6652409557748219 - 1]
    )


def test_that_equal_scores_cost_the_logarithm_of_the_number_of_classes() -> None:
    assert loss(np.zeros((10, 1)), [3]).total == pytest.approx(np.log(10))


def test_that_right_answers_are_counted_and_the_first_of_equal_scores_is_the_answer() -> None:
    scores = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 2.0]])
    assert loss(scores, [0, 1, 0]).correct == 3
    assert loss(scores, [1, 1, 1]).correct == 1


@given(st.integers(2, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_that_the_gradient_is_p_minus_y_over_n_and_adds_up_to_zero(classes: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = rng.standard_normal((classes, n)), rng.integers(0, classes, n)
    p = np.exp(scores) / np.exp(scores).sum(axis=0)
    result = loss(scores, labels.tolist())
    np.testing.assert_allclose(result.grad_scores, (p - np.eye(classes)[labels].T) / n, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(result.grad_scores.sum(axis=0), 0, atol=1e-15)
    assert result.total == pytest.approx(-np.log(p[labels, np.arange(n)]).sum())


@given(st.integers(0, 2**32 - 1))
def test_that_the_gradient_is_the_slope_of_the_mean_loss(seed: int) -> None:
    rng, step = np.random.default_rng(seed), 1e-5
    scores, labels = rng.standard_normal((4, 3)), rng.integers(0, 4, 3).tolist()
    gradient = loss(scores, labels).grad_scores.copy()
    for cell in np.ndindex(4, 3):
        up, down = scores.copy(), scores.copy()
        up[cell] += step
        down[cell] -= step
        slope = (loss(up, labels).total - loss(down, labels).total) / (2 * step) / 3
        assert gradient[cell] == pytest.approx(slope, abs=1e-9)


def test_that_the_scores_stay_as_they_were() -> None:
    scores = np.array([[1.0, 2.0], [3.0, 4.0]])
    loss(scores, [0, 1])
    assert scores.tolist() == [[1, 2], [3, 4]]


def test_that_shards_with_the_whole_batchs_size_add_up_to_the_whole_batch() -> None:
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((5, 7)), rng.integers(0, 5, 7)
    whole = loss(scores, labels.tolist())
    parts = [loss(scores[:, s], labels[s].tolist(), batch=7) for s in (slice(0, 3), slice(3, 7))]
    assert sum(p.total for p in parts) == pytest.approx(whole.total)
    np.testing.assert_allclose(np.hstack([p.grad_scores for p in parts]), whole.grad_scores, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_scores_of_any_size_give_a_finite_loss_and_gradient(dtype: type) -> None:
    scores = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e30], [0, 0, -1e30]], dtype)
    result = loss(scores, [1, 1, 0])
    assert np.isfinite(result.total) and result.total >= 2e4
    assert np.isfinite(result.grad_scores).all()


def test_that_each_sample_is_shifted_by_its_own_maximum() -> None:
    scores = np.array([[1000.0, 1.0], [0.0, 2.0]])  # with the batch's maximum the second sample would be 0 / 0
    assert loss(scores, [0, 1]).grad_scores[:, 1].tolist() == pytest.approx([0.13447071, -0.13447071])
