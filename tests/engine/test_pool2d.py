"""Pooling and its gradient: examples by hand, and the loops that define them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.ops import im2col, reference
from tests.helpers.images import image
from tests.helpers.rounding import assert_same_sums
from tests.helpers.windows import SEEDS, Array, Reading, readings

MODES = st.sampled_from(["max", "mean", "min"])
WAYS = pytest.mark.parametrize("functions", [ops, im2col, reference], ids=lambda module: module.__name__)


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


@pytest.mark.parametrize(
    ("padding", "largest", "mean"),
    [("valid", [2, 4], [1.5, 3.5]), ("same", [2, 4, 5], [1.5, 3.5, 2.5]), ("full", [1, 3, 5], [0.5, 2.5, 4.5])],
)
def test_that_a_word_pads_as_it_says_and_same_puts_the_odd_one_at_the_end(
    padding: str, largest: list[float], mean: list[float]
) -> None:
    x = image([1, 2, 3, 4, 5])
    assert ops.pool2d(x, (1, 2), padding=padding)[0, 0].tolist() == [largest]
    assert ops.pool2d(x, (1, 2), padding=padding, mode="mean")[0, 0].tolist() == [mean]


def test_that_nothing_flows_back_to_a_pixel_that_no_window_reads() -> None:
    for mode in ("max", "mean", "min"):
        grad = ops.pool2d_backward(np.ones((1, 1, 2, 2)), np.ones((1, 1, 7, 8)), 2, stride=(4, 5), mode=mode)
        assert not grad[0, 0, [2, 3, 6]].any() and not grad[0, 0, :, [2, 3, 4, 7]].any()
        assert grad.sum() == pytest.approx(4)


# Against the loops: any window, ties or none.


def pixels(reading: Reading, counts: tuple[int, int], seed: int, ties: bool) -> tuple[Array, Array]:
    """Return x and grad_output: numbers that float32 holds exactly, as float64."""
    rng = np.random.default_rng(seed)
    shape = (*counts, *reading.size)
    x = rng.integers(-1, 2, shape) if ties else rng.standard_normal(shape, np.float32)
    return x.astype(float), rng.standard_normal((*counts, *reading.window.output), np.float32).astype(float)


def results(functions: Any, x: Array, d: Array, reading: Reading, mode: str) -> tuple[Array, Array]:
    how = (reading.kernel, reading.stride, reading.padding, mode)
    return functions.pool2d(x, *how), functions.pool2d_backward(d, x, *how)


def assert_same(
    ours: tuple[Array, Array], theirs: tuple[Array, Array], x: Array, d: Array, reading: Reading, mode: str, dtype: Any
) -> None:
    """Assert equality up to the order of adding up; a maximum and a minimum are a pixel, to the last bit."""
    absolute = results(im2col, np.abs(x), np.abs(d), reading, "mean")
    absolute_winner = absolute if mode == "mean" else (np.zeros_like(absolute[0]), reading.taps * absolute[1])
    for each in zip(ours, theirs, absolute_winner, strict=True):
        assert_same_sums(*each, terms=reading.taps + 1, dtype=dtype)


@settings(max_examples=80)
@WAYS
@given(readings(pooling=True), MODES, st.tuples(st.integers(1, 2), st.integers(1, 2)), SEEDS, st.booleans())
def test_that_pooling_and_its_gradient_equal_the_loops_with_ties_and_without(
    functions: Any, reading: Reading, mode: str, counts: tuple[int, int], seed: int, ties: bool
) -> None:
    x, d = pixels(reading, counts, seed, ties)
    expected = results(reference, x, d, reading, mode)
    assert_same(results(functions, x, d, reading, mode), expected, x, d, reading, mode, float)
    single = results(functions, x.astype(np.float32), d.astype(np.float32), reading, mode)
    assert {result.dtype for result in single} == {np.dtype(np.float32)}
    assert_same(single, expected, x, d, reading, mode, np.float32)


@given(readings(pooling=True), MODES, SEEDS)
def test_that_all_that_comes_in_goes_back_to_pixels_but_for_the_share_of_padding(
    reading: Reading, mode: str, seed: int
) -> None:
    _, d = pixels(reading, (1, 1), seed, ties=False)
    x = np.zeros((1, 1, *reading.size))
    grad = ops.pool2d_backward(d, x, reading.kernel, reading.stride, reading.padding, mode)
    assert not grad[0, 0][reading.window.read_counts() == 0].any()
    share = ops.pool2d(x + 1, reading.kernel, reading.stride, reading.padding, "mean") if mode == "mean" else 1
    assert grad.sum() == pytest.approx((share * d).sum())


@WAYS
@pytest.mark.parametrize("mode", ["max", "mean", "min"])
def test_that_a_pixel_that_is_not_a_number_spoils_the_windows_that_read_it_and_no_other(
    functions: Any, mode: str
) -> None:
    x = np.ones((1, 1, 4, 5))
    x[0, 0, 1, 2] = np.nan
    y = functions.pool2d(x, (2, 2), (1, 1), (1, 0), mode)
    assert np.argwhere(np.isnan(y[0, 0])).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]
