"""The public functions on arrays: whose memory it is, which type comes out, and arguments that do not fit."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from engine import ops
from engine.errors import BadInputError
from tests.helpers.windows import Array


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


@pytest.mark.parametrize("finer", [0, 1, 2])
def test_that_one_argument_of_float64_is_enough_for_results_of_float64(finer: int) -> None:
    arguments: list[Array] = [np.ones(shape, np.float32) for shape in ((1, 1, 3, 3), (2, 1, 2, 2), (2,))]
    assert ops.conv2d(*arguments).dtype == np.float32
    arguments[finer] = arguments[finer].astype(np.float64) / 3
    y = ops.conv2d(*arguments)
    assert y.dtype == np.float64
    np.testing.assert_allclose(y, 4 + 1 / 3 if finer == 2 else 4 / 3 + 1, rtol=1e-15)  # a third is not cut to float32


def test_that_types_between_and_beyond_the_two_floats_become_one_of_them() -> None:
    x = np.ones((1, 1, 2, 2))
    for given, result in ((np.float16, np.float32), (bool, np.float32), (np.uint16, np.float32)):
        assert ops.pool2d(x.astype(given), 2).dtype == result
    for wide in (np.int32, np.int64, np.longdouble):
        assert ops.pool2d(x.astype(wide), 2).dtype == np.float64


def test_that_lists_are_as_good_as_arrays() -> None:
    rng = np.random.default_rng(0)
    x, weight, bias, d = (rng.standard_normal(s) for s in ((1, 2, 4, 5), (2, 2, 3, 3), (2,), (1, 2, 2, 3)))
    listed = [array.tolist() for array in (x, weight, bias, d)]
    assert (ops.conv2d(*listed[:3]) == ops.conv2d(x, weight, bias)).all()
    for ours, same in zip(ops.conv2d_backward(listed[3], *listed[:2]), ops.conv2d_backward(d, x, weight), strict=True):
        assert (ours == same).all()
    assert (ops.pool2d(listed[0], [2, 2]) == ops.pool2d(x, 2)).all()
    assert (ops.pool2d_backward(listed[3], listed[0], 3, 1) == ops.pool2d_backward(d, x, 3, 1)).all()


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
        ((X, W, None, 1.5), r"stride=1.5 is not a size; give a whole number or a pair \(rows, columns\)"),
        ((X, W, None, (1, 1, 1)), r"stride=\(1, 1, 1\) is not a size"),
        ((X, W, None, "2"), "stride='2' is not a size"),
        ((X, W, None, 1, -1), "padding=-1 is too small; give 0 or more"),
        ((X[..., :2, :], W), "kernel height 3 exceeds input height 2 with padding 0; add padding or make the kernel"),
        ((X[..., :1], np.ones((3, 2, 3, 4)), None, 1, (0, 1)), "kernel width 4 exceeds input width 1 with padding 1"),
        ((X, W, None, 1, "SAME"), "padding='SAME' is not known; give numbers or one of valid, same, full"),
        ((X, W, None, 1, ("same", 0)), r"padding=\('same', 0\) is not a size; give a whole number or a pair"),
        ((X, W, None, 1, None), "padding=None is not a size"),
        ((X, W, None, 1, 0, 0), "dilation=0 is too small; give 1 or more"),
        ((X, W, None, 1, 0, (1, 2.5)), r"dilation=\(1, 2.5\) is not a size"),
        ((X, W, None, 1, 0, 3), r"kernel height 7 \(3 with dilation 3\) exceeds input height 5 with padding 0"),
        ((X, W, None, 1, 0, (1, 3)), r"kernel width 7 \(3 with dilation 3\) exceeds input width 6"),
        ((X, W, None, 1, 0, 1, 2), "groups=2 does not divide 2 channels and 3 filters; give a number that does"),
        ((X, np.ones((4, 2, 3, 3)), None, 1, 0, 1, 2), r"x has 2 in 2 groups; give weight of shape \(F, 1, KH, KW\)"),
        ((X, W, None, 1, 0, 1, 0), "groups=0 is too small; give 1 or more"),
        ((X, W, None, 1, 0, 1, (1, 1)), r"groups=\(1, 1\) is not a count; give a whole number"),
        ((X, W, None, 1, 0, 1, "1"), "groups='1' is not a count; give a whole number"),
        ((None, W), "x holds values of type object; give an array of real numbers"),
        ((X.astype(str), W), "x holds values of type <U32; give an array of real numbers"),
        ((X, W + 1j), "weight holds values of type complex128; give an array of real numbers"),
        ((X, W, ["a", "b", "c"]), "bias holds values of type <U1; give an array of real numbers"),
        (([[[[1.0, 2.0], [3.0]]]], W), "x holds values of type object; give an array of real numbers"),
        ((1.0, W), r"x has shape \(\); give an array \(N, C, H, W\)"),
        ((X, W, 1.0), r"bias has shape \(\); give one value for each filter, \(3,\)"),
    ],
)
def test_that_a_convolution_that_cannot_be_names_the_argument_and_the_remedy(
    arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        ops.conv2d(*arguments)
    if len(arguments) < 3 or arguments[2] is None:  # the gradients have the same arguments, but for the bias
        with pytest.raises(BadInputError, match=message):
            ops.conv2d_backward(np.ones((1, 3, 3, 4)), *arguments[:2], *arguments[3:])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, 2, None, 0, "avg"), "mode='avg' is not known; use one of max, mean, min"),
        ((X[0], 2), r"x has shape \(2, 5, 6\)"),
        ((X, 0), "size=0 is too small; give 1 or more"),
        ((X, (7, 2)), "window height 7 exceeds input height 5 with padding 0; add padding or make the window smaller"),
        ((X, 2, None, 2), "padding=2 makes windows that hold no pixel; make it smaller than size=2"),
        ((X, (3, 2), None, (2, 2)), "hold no pixel"),
        ((X, 2, 0), "stride=0 is too small; give 1 or more"),
        ((X, 2, (2, 2, 2)), r"stride=\(2, 2, 2\) is not a size; give a whole number or a pair \(rows, columns\)"),
        ((X, None), "size=None is not a size"),
        ((X, 2, None, "causal"), "padding='causal' is not known; give numbers or one of valid, same, full"),
        ((X, 2, None, -1), "padding=-1 is too small; give 0 or more"),
        ((X, 2, None, 0, None), "mode=None is not known; use one of max, mean, min"),
        ((X[:, :, :0], 2), r"x has shape \(1, 2, 0, 6\); give an array \(N, C, H, W\) that is not empty"),
        ((X.astype(object), 2), "x holds values of type object; give an array of real numbers"),
    ],
)
def test_that_a_pooling_that_cannot_be_names_the_argument_and_the_remedy(
    arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        ops.pool2d(*arguments)
    with pytest.raises(BadInputError, match=message):
        ops.pool2d_backward(np.ones((1, 2, 2, 3)), *arguments)


def test_that_a_gradient_of_another_shape_than_the_output_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"grad_output has shape \(1, 3, 1, 1\); give the shape of the output"):
        ops.conv2d_backward(np.ones((1, 3, 1, 1)), X, W)
    with pytest.raises(BadInputError, match=r"the shape of the output, \(1, 2, 2, 3\)"):
        ops.pool2d_backward(np.ones((1, 2, 5, 6)), X, 2)
    with pytest.raises(BadInputError, match="grad_output holds values of type <U32; give an array of real numbers"):
        ops.pool2d_backward(np.ones((1, 2, 2, 3)).astype(str), X, 2)
