"""Convolution and its gradients: examples by hand, and the loops that define them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from engine import ops
from engine.geometry import Axis, Window
from engine.ops import im2col, reference
from tests.helpers.images import image
from tests.helpers.windows import SEEDS, Array, Convolution, convolutions

EXAMPLE = image([1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0])
EXAMPLE_KERNEL = image([6, 0], [-7, -1])


def test_that_the_worked_example_of_a_4_by_4_input_comes_out() -> None:
    y = ops.conv2d(EXAMPLE, EXAMPLE_KERNEL)
    assert y[0, 0].tolist() == [[-37, -75, -112], [70, 34, 43], [-19, -15, 7]]


def test_that_the_patches_of_the_worked_example_come_in_reading_order() -> None:
    window = Window.of((4, 4), (2, 2))
    patches = im2col.im2col(EXAMPLE, window)[0, 0].reshape(4, 9).T.tolist()
    assert (patches[0], patches[-1]) == ([1, -2, 5, 8], [0, -1, -1, 0])
    assert patches[1] == [-2, -9, 8, 7] and patches[3] == [5, 8, -6, 2]


def test_that_the_kernel_is_not_rotated() -> None:
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


# Examples by hand of what is rarer.


def test_that_a_dilated_kernel_skips_pixels_between_its_cells() -> None:
    x = image([1, 2, 3], [4, 5, 6], [7, 8, 9])
    assert ops.conv2d(x, image([1, 10], [100, 1000]), dilation=2)[0, 0].tolist() == [[9731]]
    assert ops.conv2d(x, image([1, 10]), dilation=(1, 2))[0, 0].tolist() == [[31], [64], [97]]


def test_that_the_gradients_of_a_dilated_convolution_are_those_by_hand() -> None:
    x, weight = image([1, 2, 3, 4]), image([5, 6])
    grad_input, grad_weight, grad_bias = ops.conv2d_backward(image([1, 10]), x, weight, dilation=2)
    assert grad_input[0, 0].tolist() == [[5, 50, 6, 60]]
    assert grad_weight[0, 0].tolist() == [[1 + 20, 3 + 40]]
    assert grad_bias.tolist() == [11]


def test_that_the_filters_of_a_group_see_its_channels_alone() -> None:
    x = np.array([1.0, 10, 100, 1000]).reshape(1, 4, 1, 1)
    weight = np.arange(1.0, 9).reshape(4, 2, 1, 1)  # two groups of two channels and two filters
    assert ops.conv2d(x, weight, groups=2).ravel().tolist() == [21, 43, 6500, 8700]
    d = np.array([1.0, 10, 1, 10]).reshape(1, 4, 1, 1)
    grad_input, grad_weight, _ = ops.conv2d_backward(d, x, weight, groups=2)
    assert grad_input.ravel().tolist() == [31, 42, 75, 86]
    assert grad_weight.reshape(4, 2).tolist() == [[1, 10], [10, 100], [100, 1000], [1000, 10_000]]


def test_that_depthwise_with_a_multiplier_gives_each_channel_its_own_filters() -> None:
    x = np.array([1.0, 10]).reshape(1, 2, 1, 1)
    weight = np.array([2.0, 3, 4, 5]).reshape(4, 1, 1, 1)
    assert ops.conv2d(x, weight, groups=2).ravel().tolist() == [2, 3, 40, 50]


@pytest.mark.parametrize(
    ("padding", "row"), [("valid", [3, 5, 7]), ("same", [3, 5, 7, 4]), ("full", [1, 3, 5, 7, 4]), (0, [3, 5, 7])]
)
def test_that_a_word_pads_as_it_says_and_same_puts_the_odd_one_at_the_end(padding: Any, row: list[float]) -> None:
    assert ops.conv2d(image([1, 2, 3, 4]), image([1, 1]), padding=padding)[0, 0, 0].tolist() == row


def test_that_same_with_a_stride_divides_the_size_and_rounds_up() -> None:
    x = image([1, 2, 3, 4, 5])
    assert ops.conv2d(x, image([1, 1]), stride=2, padding="same")[0, 0].tolist() == [[3, 7, 5]]
    assert ops.conv2d(x, image([1, 1, 1]), stride=3, padding="same")[0, 0].tolist() == [[6, 9]]
    assert ops.conv2d(x, image([1]), stride=4, padding="same")[0, 0].tolist() == [[1, 5]]


# The gradients as correlations of their own. Source: Dumoulin & Visin, sections 4.5 and 4.6.


def dilated(d: Array, rows: Axis, cols: Axis) -> Array:
    """Return dC/dY with S - 1 zeros between neighbours."""
    spread = np.zeros((*d.shape[:2], rows.dilated, cols.dilated))
    spread[:, :, :: rows.stride, :: cols.stride] = d
    return spread


@given(convolutions(), SEEDS)
def test_that_the_kernels_gradient_correlates_the_trimmed_input_with_the_dilated_gradient(
    case: Convolution, seed: int
) -> None:
    x, weight, _, d = replace(case, groups=1, n=1).arguments(seed)
    rows, cols = case.reading.window.rows, case.reading.window.cols
    padded = np.pad(x, ((0, 0), (0, 0), (rows.before, rows.after), (cols.before, cols.after)))
    trimmed = padded[:, :, : rows.used, : cols.used].swapaxes(0, 1)  # each channel is correlated alone
    kernels = dilated(d, rows, cols).swapaxes(0, 1)
    y = ops.conv2d(trimmed, kernels)[:, :, :: rows.dilation, :: cols.dilation]
    _, grad_weight, _ = ops.conv2d_backward(d, x, weight, **{**case.how, "groups": 1})
    np.testing.assert_allclose(grad_weight, y.swapaxes(0, 1), rtol=1e-10, atol=1e-12)


@given(convolutions(), SEEDS)
def test_that_the_inputs_gradient_is_the_full_convolution_of_the_dilated_gradient_with_the_rotated_kernel(
    case: Convolution, seed: int
) -> None:
    x, weight, _, d = replace(case, groups=1).arguments(seed)
    rows, cols = case.reading.window.rows, case.reading.window.cols
    rotated = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    full = ops.conv2d(dilated(d, rows, cols), rotated, padding="full", dilation=case.reading.dilation)
    padded = np.pad(full, ((0, 0), (0, 0), (0, rows.trailing), (0, cols.trailing)))  # zeros for what is excluded
    cropped = padded[:, :, rows.before : rows.before + rows.size, cols.before : cols.before + cols.size]
    grad_input, _, _ = ops.conv2d_backward(d, x, weight, **{**case.how, "groups": 1})
    np.testing.assert_allclose(grad_input, cropped, rtol=1e-10, atol=1e-12)


# Against the loops: any window, groups, bias or none.


@settings(max_examples=120)
@given(convolutions(), SEEDS)
def test_that_convolution_and_every_gradient_equal_the_loops(case: Convolution, seed: int) -> None:
    arguments = case.arguments(seed)
    case.assert_same(case.results(ops, *arguments), case.results(reference, *biased(*arguments)), arguments)


@settings(max_examples=120)
@given(convolutions(), SEEDS)
def test_that_columns_of_patches_give_what_the_fast_path_gives(case: Convolution, seed: int) -> None:
    arguments = case.arguments(seed)
    case.assert_same(case.results(im2col, *biased(*arguments)), case.results(ops, *arguments), arguments)


@settings(max_examples=50)
@pytest.mark.parametrize("functions", [ops, im2col, reference], ids=lambda module: module.__name__)
@given(convolutions(), SEEDS)
def test_that_float32_is_float64_up_to_its_own_rounding(functions: Any, case: Convolution, seed: int) -> None:
    exact = biased(*case.arguments(seed))
    single = [array.astype(np.float32) for array in exact]
    ours = case.results(functions, *single)
    assert {result.dtype for result in ours} == {np.dtype(np.float32)}
    case.assert_same(ours, case.results(im2col, *exact), exact, np.float32)


@given(convolutions(), SEEDS)
def test_that_the_gradient_is_exactly_zero_where_no_kernel_reads_and_nowhere_else(case: Convolution, seed: int) -> None:
    x, weight, _, d = (np.ones(1) if array is None else 1 + np.abs(array) for array in case.arguments(seed))
    for functions in (ops, im2col):
        grad_input, _, _ = functions.conv2d_backward(d, x, weight, **case.how)
        assert ((grad_input != 0) == (case.reading.window.read_counts() > 0)).all()


@given(convolutions(), SEEDS)
def test_that_a_pixel_that_is_not_a_number_spoils_every_output_that_reads_it(case: Convolution, seed: int) -> None:
    x, weight, _, _ = case.arguments(seed)
    spot = (0, 0, *np.array(case.reading.size) // 2)
    x[spot], alone = np.nan, np.zeros_like(x)
    alone[spot] = 1
    reads = ops.conv2d(alone, np.ones_like(weight), **case.how) != 0
    assert np.isnan(ops.conv2d(x, weight, **case.how)[reads]).all()


def biased(x: Any, weight: Any, bias: Any, d: Any) -> tuple[Any, Any, Any, Any]:
    """Return the arguments with a bias of zeros where they have none: the other backends need one."""
    return x, weight, np.zeros(len(weight), x.dtype) if bias is None else bias, d
