"""The public functions on arrays: examples by hand, the loops that define them, and arguments that do not fit."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.errors import BadInputError
from engine.geometry import Window
from engine.ops import reference
from tests.helpers.layers import Sliding, slidings

Array = npt.NDArray[Any]

MODES = st.sampled_from(["max", "mean", "min"])
SEEDS = st.integers(0, 2**32 - 1)


def image(*rows: list[float]) -> Array:
    """Return rows as a batch of one image with one channel."""
    return np.array(rows, float)[None, None]


EXAMPLE = image([1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0])
EXAMPLE_KERNEL = image([6, 0], [-7, -1])


# Convolution.


def test_that_the_worked_example_of_a_4_by_4_input_comes_out() -> None:
    y = ops.conv2d(EXAMPLE, EXAMPLE_KERNEL)
    assert y[0, 0].tolist() == [[-37, -75, -112], [70, 34, 43], [-19, -15, 7]]


def test_that_the_kernel_is_not_flipped() -> None:
    assert ops.conv2d(image([0, 0, 0], [0, 1, 0], [0, 0, 0]), image([1, 2], [3, 4]))[0, 0].tolist() == [[4, 3], [2, 1]]


def test_that_the_vertical_edge_kernel_answers_to_a_vertical_edge_alone() -> None:
    across = image(*[[9, 9, 9, 0, 0, 0]] * 4)
    vertical, horizontal = image(*[[1, 0, -1]] * 3), image([1, 1, 1], [0, 0, 0], [-1, -1, -1])
    assert ops.conv2d(across, vertical)[0, 0].tolist() == [[0, 27, 27, 0]] * 2
    assert not ops.conv2d(across, horizontal).any()
    assert ops.conv2d(across.swapaxes(2, 3), horizontal)[0, 0].T.tolist() == [[0, 27, 27, 0]] * 2


def test_that_channels_add_up_and_each_filter_adds_its_bias() -> None:
    x = np.array([[[[1.0]], [[10.0]]]])  # one image, two channels of one pixel
    weight = np.array([[[[2.0]], [[3.0]]], [[[4.0]], [[5.0]]]])
    assert ops.conv2d(x, weight, np.array([0.5, -0.5]))[0, :, 0, 0].tolist() == [32.5, 53.5]


def test_that_padding_is_zeros_all_around() -> None:
    y = ops.conv2d(image([1, 2], [3, 4]), image([1, 1], [1, 1]), padding=1)
    assert y[0, 0].tolist() == [[1, 3, 2], [4, 10, 6], [3, 7, 4]]


def test_that_strides_and_paddings_are_rows_then_columns() -> None:
    y = ops.conv2d(image([1, 2, 3, 4]), image([1]), stride=(1, 2), padding=(1, 0))
    assert y[0, 0].tolist() == [[0, 0], [1, 3], [0, 0]]


def test_that_the_gradients_of_a_stride_two_convolution_are_those_by_hand() -> None:
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    weight, d = image([1, 2], [3, 4]), image([1, 10], [100, 1000])
    grad_input, grad_weight, grad_bias = ops.conv2d_backward(d, x, weight, stride=2)
    assert grad_input[0, 0].tolist() == [
        [1, 2, 10, 20],
        [3, 4, 30, 40],
        [100, 200, 1000, 2000],
        [300, 400, 3000, 4000],
    ]
    corners = np.array([[0, 2], [8, 10]])
    assert grad_weight[0, 0].tolist() == [[float((d * (corners + k)).sum()) for k in row] for row in ([0, 1], [4, 5])]
    assert grad_bias.tolist() == [1111]


@settings(max_examples=150)
@given(slidings(), st.tuples(*[st.integers(1, 2)] * 3), SEEDS)
def test_that_convolution_and_its_gradients_equal_the_loops(
    sliding: Sliding, counts: tuple[int, int, int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    n, channels, filters = counts
    x = rng.standard_normal((n, channels, *sliding.size))
    weight, bias = rng.standard_normal((filters, channels, *sliding.kernel)), rng.standard_normal(filters)
    y = ops.conv2d(x, weight, bias, sliding.stride, sliding.padding)
    np.testing.assert_allclose(
        y, reference.conv2d(x, weight, bias, sliding.stride, sliding.padding), rtol=1e-12, atol=1e-12
    )
    d = rng.standard_normal(y.shape)
    fast = ops.conv2d_backward(d, x, weight, sliding.stride, sliding.padding)
    slow = reference.conv2d_backward(d, x, weight, sliding.stride, sliding.padding)
    for ours, expected in zip(fast, slow, strict=True):
        assert ours.shape == expected.shape
        np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)


@given(slidings(), SEEDS)
def test_that_the_gradient_is_exactly_zero_where_no_kernel_reads(sliding: Sliding, seed: int) -> None:
    window = Window.of(sliding.size, sliding.kernel, sliding.stride, sliding.padding)
    rng = np.random.default_rng(seed)
    weight = 1 + rng.random((1, 1, *sliding.kernel))
    d = 1 + rng.random((1, 1, *window.output))
    grad_input, _, _ = ops.conv2d_backward(d, np.ones((1, 1, *sliding.size)), weight, sliding.stride, sliding.padding)
    assert ((grad_input[0, 0] == 0) == (window.read_counts() == 0)).all()


# Pooling.


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


# What belongs to the caller.


def test_that_results_are_the_callers_own_and_arguments_stay_as_they_were() -> None:
    x, weight = np.ones((2, 1, 4, 4)), np.ones((3, 1, 2, 2))
    x.flags.writeable = weight.flags.writeable = False
    first, again = ops.conv2d(x, weight), ops.conv2d(x, 2 * weight)
    assert first.flags.c_contiguous and first.flags.writeable
    assert not np.shares_memory(first, again)
    assert (first == 4).all() and (again == 8).all()
    pooled = ops.pool2d(x, 2)
    pooled[...] = 7
    assert (ops.pool2d(x, 2) == 1).all()


def test_that_whole_numbers_are_taken_as_floats_so_that_nothing_is_cut_off() -> None:
    x, weight = np.arange(9).reshape(1, 1, 3, 3), np.array([[[[1, 2], [3, 4]]]])
    y = ops.conv2d(x, weight, bias=np.array([0.25]))
    assert y[0, 0, 0, 0] == 0 + 2 + 9 + 16 + 0.25
    assert ops.pool2d(x, 2, mode="mean")[0, 0].tolist() == [[2.0]]
    assert ops.pool2d(np.full((1, 1, 2, 2), 5, np.uint8), 2, mode="min").tolist() == [[[[5]]]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_float_arrays_keep_their_type(dtype: npt.DTypeLike) -> None:
    x, weight = np.ones((1, 1, 3, 3), dtype), np.ones((1, 1, 2, 2), dtype)
    y = ops.conv2d(x, weight)
    results = (y, *ops.conv2d_backward(y, x, weight), ops.pool2d(x, 2), ops.pool2d_backward(x[..., :1, :1], x, 2))
    assert {r.dtype for r in results} == {np.dtype(dtype)}


def test_that_arrays_in_any_memory_order_give_the_same() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((2, 3, 6, 5)), rng.standard_normal((4, 3, 3, 2))
    y = ops.conv2d(x, weight, stride=2)
    d = rng.standard_normal(y.shape)
    expected = y, *ops.conv2d_backward(d, x, weight, stride=2)
    odd = [np.asfortranarray(a) for a in (x, weight, d)]
    results = ops.conv2d(odd[0], odd[1], stride=2), *ops.conv2d_backward(odd[2], odd[0], odd[1], stride=2)
    for a, b in zip(results, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13)


# Arguments that do not fit.

X, W = np.ones((1, 2, 5, 6)), np.ones((3, 2, 3, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X[0], W), r"x has shape \(2, 5, 6\); give an array \(N, C, H, W\)"),
        ((X[:0], W), r"x has shape \(0, 2, 5, 6\); give an array \(N, C, H, W\) that is not empty"),
        ((X, W[0]), r"weight has shape \(2, 3, 3\); give an array \(F, C, KH, KW\)"),
        ((X, W[:, :1]), r"for 1 channels, but x has 2; give weight of shape \(F, 2, KH, KW\)"),
        ((X, W, np.ones(2)), r"bias has shape \(2,\); give one value for each filter, \(3,\)"),
        ((X, W, None, 0), "stride=0 is too small; give 1 or more"),
        ((X, W, None, (1, -1)), r"stride=\(1, -1\) is too small; give 1 or more"),
        ((X, W, None, 1.5), r"stride=1.5 is no size; give a whole number or a pair \(rows, columns\)"),
        ((X, W, None, (1, 1, 1)), r"stride=\(1, 1, 1\) is no size"),
        ((X, W, None, "2"), "stride='2' is no size"),
        ((X, W, None, 1, -1), "padding=-1 is too small; give 0 or more"),
        ((X[..., :2, :], W), "kernel height 3 exceeds input height 2 with padding 0; add padding or make the kernel"),
        ((X[..., :1], np.ones((3, 2, 3, 4)), None, 1, (0, 1)), "kernel width 4 exceeds input width 1 with padding 1"),
    ],
)
def test_that_a_convolution_that_cannot_be_names_the_argument_and_the_remedy(
    arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        ops.conv2d(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, 2, None, 0, "avg"), "mode='avg' is not known; use one of max, mean, min"),
        ((X[0], 2), r"x has shape \(2, 5, 6\)"),
        ((X, 0), "size=0 is too small; give 1 or more"),
        ((X, (7, 2)), "window height 7 exceeds input height 5 with padding 0; add padding or make the window smaller"),
        ((X, 2, None, 2), "padding=2 makes windows that hold no pixel; make it smaller than size=2"),
        ((X, (3, 2), None, (2, 2)), "hold no pixel"),
    ],
)
def test_that_a_pooling_that_cannot_be_names_the_argument_and_the_remedy(
    arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        ops.pool2d(*arguments)


def test_that_a_gradient_of_another_shape_than_the_output_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"grad_output has shape \(1, 3, 1, 1\); give the shape of the output"):
        ops.conv2d_backward(np.ones((1, 3, 1, 1)), X, W)
    with pytest.raises(BadInputError, match=r"the shape of the output, \(1, 2, 2, 3\)"):
        ops.pool2d_backward(np.ones((1, 2, 5, 6)), X, 2)
