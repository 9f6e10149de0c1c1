"""The public functions on arrays: whose memory it is, which type comes out, and arguments that do not fit."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine import ops
from engine.errors import BadInputError


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
