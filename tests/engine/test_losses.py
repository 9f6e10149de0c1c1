"""The losses: softmax with cross-entropy, sigmoid with binary cross-entropy, mean squared error."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layer import Workspace
from engine.losses import BY_NAME, LossResult
from tests.helpers.layers import Array

EACH = pytest.mark.parametrize("name", sorted(BY_NAME))
SEEDS = st.integers(0, 2**32 - 1)


def loss(scores: Array, labels: list[int], batch: int | None = None, name: str = "cross-entropy") -> LossResult:
    return BY_NAME[name](scores, np.array(labels), batch or len(labels), Workspace(scores.dtype))


# Softmax and cross-entropy.


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


@given(st.integers(2, 6), st.integers(1, 5), SEEDS)
def test_that_the_gradient_is_p_minus_y_over_n_and_adds_up_to_zero(classes: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = rng.standard_normal((classes, n)), rng.integers(0, classes, n)
    p = np.exp(scores) / np.exp(scores).sum(axis=0)
    result = loss(scores, labels.tolist())
    np.testing.assert_allclose(result.grad_scores, (p - np.eye(classes)[labels].T) / n, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(result.grad_scores.sum(axis=0), 0, atol=1e-15)
    assert result.total == pytest.approx(-np.log(p[labels, np.arange(n)]).sum())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_scores_of_any_size_give_a_finite_loss_and_gradient(dtype: type) -> None:
    scores = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e30], [0, 0, -1e30]], dtype)
    result = loss(scores, [1, 1, 0])
    assert np.isfinite(result.total) and result.total >= 2e4
    assert np.isfinite(result.grad_scores).all()


def test_that_each_sample_is_shifted_by_its_own_maximum() -> None:
    scores = np.array([[1000.0, 1.0], [0.0, 2.0]])  # with the batch's maximum the second sample would be 0 / 0
    assert loss(scores, [0, 1]).grad_scores[:, 1].tolist() == pytest.approx([0.13447071, -0.13447071])


# Mean squared error.


def test_that_the_squared_error_is_a_mean_over_the_outputs_and_then_over_the_samples() -> None:
    outputs = np.array([[0.5, 1.0], [0.25, 0.0], [0.0, -2.0], [1.0, 0.0]])
    result = loss(outputs, [0, 3], name="mean squared error")
    assert result.total == pytest.approx((0.25 + 0.0625 + 0 + 1) / 4 + (1 + 0 + 4 + 1) / 4)
    assert result.grad_scores[:, 0].tolist() == pytest.approx([2 * e / 4 / 2 for e in (-0.5, 0.25, 0, 1)])
    assert result.grad_scores[:, 1].tolist() == pytest.approx([2 * e / 4 / 2 for e in (1, 0, -2, -1)])
    assert result.correct == 0


def test_that_outputs_that_are_the_targets_cost_nothing() -> None:
    result = loss(np.eye(3), [0, 1, 2], name="mean squared error")
    assert (result.total, result.correct) == (0, 3)
    assert not result.grad_scores.any()


# Sigmoid and binary cross-entropy.


def test_that_each_class_is_a_yes_or_no_of_its_own() -> None:
    result = loss(np.array([[0.0], [np.log(3)]]), [0], name="binary cross-entropy")
    assert result.total == pytest.approx((np.log(2) + np.log(4)) / 2)  # yes with p = 1/2, no with p = 3/4
    assert result.grad_scores[:, 0].tolist() == pytest.approx([-0.5 / 2, 0.75 / 2])
    assert result.correct == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_the_binary_loss_of_scores_of_any_size_is_how_wrong_they_are(dtype: type) -> None:
    scores = np.array([[1e4, -1e4, 1e30], [-1e4, 1e4, -1e30]], dtype)
    right, wrong = (loss(scores, labels, name="binary cross-entropy") for labels in ([0, 1, 0], [1, 0, 1]))
    assert right.total == 0 and not right.grad_scores.any()
    assert wrong.total == pytest.approx(2e4 + 1e30)
    np.testing.assert_allclose(wrong.grad_scores * 6, [[1, -1, 1], [-1, 1, -1]])


def test_that_a_small_binary_loss_keeps_its_digits_in_float32() -> None:
    scores = np.array([[20], [-20]], np.float32)
    result = loss(scores, [0], name="binary cross-entropy")
    assert result.total == pytest.approx(np.log1p(np.exp(-20)), rel=1e-6)
    assert (result.grad_scores[:, 0] * 2).tolist() == pytest.approx([-np.exp(-20), np.exp(-20)], rel=1e-6)


# Every loss.


@EACH
@settings(max_examples=30)
@given(SEEDS)
def test_that_the_gradient_is_the_slope_of_the_mean_loss(name: str, seed: int) -> None:
    rng, step = np.random.default_rng(seed), 1e-5
    scores, labels = rng.standard_normal((4, 3)), rng.integers(0, 4, 3).tolist()
    gradient = loss(scores, labels, name=name).grad_scores.copy()
    for cell in np.ndindex(4, 3):
        up, down = scores.copy(), scores.copy()
        up[cell] += step
        down[cell] -= step
        slope = (loss(up, labels, name=name).total - loss(down, labels, name=name).total) / (2 * step) / 3
        assert gradient[cell] == pytest.approx(slope, abs=1e-9)


@EACH
def test_that_scores_and_labels_stay_as_they_were_and_buffers_carry_nothing_over(name: str) -> None:
    scores, labels, work = np.array([[1.0, 2.0], [3.0, -4.0]]), np.array([0, 1]), Workspace(np.float64)
    first = BY_NAME[name](scores, labels, 2, work)
    kept = first.grad_scores.copy()
    assert scores.tolist() == [[1, 2], [3, -4]] and labels.tolist() == [0, 1]
    BY_NAME[name](-7 * scores, labels, 2, work)
    again = BY_NAME[name](scores, labels, 2, work)
    assert (again.total, again.correct) == (first.total, first.correct)
    assert (again.grad_scores == kept).all()


@EACH
def test_that_shards_with_the_whole_batchs_size_add_up_to_the_whole_batch(name: str) -> None:
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((5, 7)), rng.integers(0, 5, 7)
    whole = loss(scores, labels.tolist(), name=name)
    parts = [loss(scores[:, s], labels[s].tolist(), 7, name) for s in (slice(0, 3), slice(3, 7))]
    assert sum(p.total for p in parts) == pytest.approx(whole.total)
    assert sum(p.correct for p in parts) == whole.correct
    np.testing.assert_allclose(np.hstack([p.grad_scores for p in parts]), whole.grad_scores, rtol=1e-14)


@EACH
@pytest.mark.parametrize("n", [1, 3])
def test_that_a_loss_is_the_same_for_scores_in_any_memory_order(name: str, n: int) -> None:
    scores, labels = np.random.default_rng(0).standard_normal((4, n)), [2] * n
    one, other = (loss(order(scores), labels, name=name) for order in (np.ascontiguousarray, np.asfortranarray))
    assert one.total == pytest.approx(other.total)
    np.testing.assert_allclose(one.grad_scores, other.grad_scores, rtol=1e-14)
