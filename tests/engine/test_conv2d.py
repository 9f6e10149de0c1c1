"""Convolution and its gradients: examples by hand, and the loops that define them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.geometry import Window
from engine.ops import reference
from tests.helpers.images import image
from tests.helpers.layers import Sliding, slidings

SEEDS = st.integers(0, 2**32 - 1)
EXAMPLE = image([1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0])
EXAMPLE_KERNEL = image([6, 0], [-7, -1])


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
