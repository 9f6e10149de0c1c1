"""Pooling and its gradient: examples by hand, and the loops that define them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.ops import reference
from tests.helpers.images import image
from tests.helpers.layers import Sliding, slidings

MODES = st.sampled_from(["max", "mean", "min"])
SEEDS = st.integers(0, 2**32 - 1)


def test_that_each_mode_keeps_its_value_of_a_window() -> None:
    x = image([1, 2, 5, 6], [3, 4, 7, 12])
    assert ops.pool2d(x, 2)[0, 0].tolist() == [[4, 12]]
    assert ops.pool2d(x, 2, mode="min")[0, 0].tolist() == [[1, 5]]
    assert ops.pool2d(x, 2, mode="mean")[0, 0].tolist() == [[2.5, 7.5]]


def test_that_the_stride_is_the_window_unless_it_is_given() -> None:
    x = image([1, 5, 2, 4, 3])
    assert ops.pool2d(x, (1, 2))[0, 0].tolist() == [[5, 4]]
    assert ops.pool2d(x, (1, 2), stride=1)[0, 0].tolist() == [[5, 5, 4, 4]]
    assert ops.pool2d(x, (1, 2), stride=(1, 3))[0, 0].tolist() == [[5, 4]]


def test_that_padding_counts_as_zeros_in_a_mean_and_the_divisor_stays() -> None:
    assert ops.pool2d(image([4.0]), 2, stride=1, padding=1, mode="mean")[0, 0].tolist() == [[1, 1], [1, 1]]


def test_that_overlapping_windows_add_their_gradients_up_at_a_winner() -> None:
    grad = ops.pool2d_backward(image([1, 10, 100]), image([0, 9, 0, 8]), (1, 2), stride=1)
    assert grad[0, 0].tolist() == [[0, 11, 0, 100]]


def test_that_the_mean_hands_equal_shares_back_where_windows_leave_gaps() -> None:
    grad = ops.pool2d_backward(image([2, 4]), image([1, 1, 1, 1, 1]), (1, 2), stride=(1, 3), mode="mean")
    assert grad[0, 0].tolist() == [[1, 1, 0, 2, 2]]


@settings(max_examples=150)
@given(slidings(padded_windows=False), MODES, st.tuples(st.integers(1, 2), st.integers(1, 2)), SEEDS, st.booleans())
def test_that_pooling_and_its_gradient_equal_the_loops_with_ties_and_without(
    sliding: Sliding, mode: str, counts: tuple[int, int], seed: int, ties: bool
) -> None:
    rng = np.random.default_rng(seed)
    shape = (*counts, *sliding.size)
    x = rng.integers(-1, 2, shape).astype(float) if ties else rng.standard_normal(shape)
    arguments = (sliding.kernel, sliding.stride, sliding.padding, mode)
    y = ops.pool2d(x, *arguments)
    np.testing.assert_allclose(y, reference.pool2d(x, *arguments), rtol=1e-13, atol=1e-15)
    d = rng.standard_normal(y.shape)
    np.testing.assert_allclose(
        ops.pool2d_backward(d, x, *arguments), reference.pool2d_backward(d, x, *arguments), rtol=1e-12, atol=1e-14
    )
