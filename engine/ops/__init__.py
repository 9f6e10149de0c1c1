"""Pure functions on arrays in the field's layout: x (N, C, H, W), weight (F, C, KH, KW), outputs (N, F, OH, OW).

They run the fast path of ``engine.ops.conv`` and ``engine.ops.pool`` on arrays of their own;
``engine.ops.reference`` defines in plain loops what they compute. Strides, paddings and pooling windows are
whole numbers or pairs (rows, columns); a padding may also be a word, 'valid', 'same' or 'full' (see
``engine.geometry.Window.of``). Arrays may be given as lists. Results are float32, or float64 where an argument is or
holds whole numbers of more than 16 bits.
"""

import numpy as np
import numpy.typing as npt

from engine.ops import checks, conv, pool
from engine.ops.checks import Array, Extent
from engine.ops.lowering import lower

__all__ = ["conv2d", "conv2d_backward", "pool2d", "pool2d_backward"]


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Extent = 1,
    padding: Extent | str = 0,
    dilation: Extent = 1,
    groups: int = 1,
) -> Array:
    """Correlate: y[n,f,i,j] = bias[f] + sum over c,u,v of x[n, c, i S + u D - P, j S + v D - P] weight[f,c,u,v].

    Args:
        x: (N, C, H, W); padding adds zeros around it.
        weight: (F, C/G, KH, KW), not rotated.
        bias: (F,); None adds nothing.
        stride: step of the window, >= 1.
        padding: zeros added on both sides of an axis, >= 0, or a word.
        dilation: distance between neighbouring cells of the kernel, >= 1.
        groups: G; filters of group g see the channels of group g alone. G divides C and F.

    Returns:
        y (N, F, OH, OW) with O = floor((X + 2P - (K - 1) D - 1) / S) + 1.

    Raises:
        BadInputError: shapes that do not belong together, or a kernel larger than its padded input.

    Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", 2016; groups: Krizhevsky et
    al., "ImageNet classification with deep convolutional neural networks", 2012, section 3.5.
    """
    x, weight = checks.floats(x=x, weight=weight)
    window = checks.conv_window(x, weight, stride, padding, dilation, groups)
    bias = np.zeros(len(weight), x.dtype) if bias is None else bias
    x, weight, bias = checks.floats(x=x, weight=weight, bias=bias)
    checks.shape_of("bias", bias, (len(weight),), "one value for each filter")
    buffers = _Buffers(x.dtype)
    low = lower(_in_rows(x), window, groups, buffers)
    return _in_field_order(conv.forward(low, weight, window, buffers)) + bias[:, None, None]


def conv2d_backward(
    grad_output: Array,
    x: Array,
    weight: Array,
    stride: Extent = 1,
    padding: Extent | str = 0,
    dilation: Extent = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Return (grad_input, grad_weight, grad_bias) of ``conv2d`` for dC/dY = *grad_output* (N, F, OH, OW).

    grad_weight[f,c,u,v] = sum over n,i,j of grad_output[n,f,i,j] x[n, c, i S + u D - P, j S + v D - P]; the others
    likewise. All are summed over the batch; dC/dX is exactly zero where no window reads.

    Returns:
        grad_input (N, C, H, W), grad_weight (F, C/G, KH, KW), grad_bias (F,).

    Raises:
        BadInputError: shapes that do not belong together.
    """
    grad_output, x, weight = checks.floats(grad_output=grad_output, x=x, weight=weight)
    window = checks.conv_window(x, weight, stride, padding, dilation, groups)
    checks.shape_of("grad_output", grad_output, (len(x), len(weight), *window.output), "the shape of the output")
    buffers, grad_weight = _Buffers(x.dtype), np.empty_like(weight, order="C")
    d = np.ascontiguousarray(_in_rows(grad_output))
    conv.grad_weight(d, lower(_in_rows(x), window, groups, buffers), weight, window, grad_weight, buffers)
    grad_input = _in_field_order(conv.grad_input(d, weight, window, groups, buffers))
    return grad_input, grad_weight, grad_output.sum(axis=(0, 2, 3))


def pool2d(x: Array, size: Extent, stride: Extent | None = None, padding: Extent | str = 0, mode: str = "max") -> Array:
    """Keep one value of each window: its largest ('max'), smallest ('min') or mean ('mean').

    Args:
        x: (N, C, H, W).
        size: rows and columns of the window, >= 1.
        stride: step of the window, >= 1; None means *size*.
        padding: pixels added on both sides of an axis, fewer than *size*, or a word. They never win a max or min; in a
            mean they count as 0, and the divisor is always KH KW.
        mode: 'max', 'mean' or 'min'.

    Returns:
        y (N, C, OH, OW).

    Raises:
        BadInputError: a window that does not fit, or an unknown mode.
    """
    (x,) = checks.floats(x=x)
    window = checks.pool_window(x, size, stride, padding, mode)
    return _in_field_order(pool.forward(_in_rows(x), window, mode, _Buffers(x.dtype)))


def pool2d_backward(
    grad_output: Array,
    x: Array,
    size: Extent,
    stride: Extent | None = None,
    padding: Extent | str = 0,
    mode: str = "max",
) -> Array:
    """Return dC/dX (N, C, H, W) of ``pool2d`` for dC/dY = *grad_output* (N, C, OH, OW).

    Max and min: the first winner in reading order takes all. Mean: equal shares of 1 / (KH KW). Where windows
    overlap, shares add up.

    Raises:
        BadInputError: shapes that do not belong together, a window that does not fit, or an unknown mode.
    """
    grad_output, x = checks.floats(grad_output=grad_output, x=x)
    window = checks.pool_window(x, size, stride, padding, mode)
    checks.shape_of("grad_output", grad_output, (*x.shape[:2], *window.output), "the shape of the output")
    buffers = _Buffers(x.dtype)
    pool.forward(_in_rows(x), window, mode, buffers)
    return _in_field_order(pool.backward(_in_rows(grad_output), window, mode, buffers))


class _Buffers:
    """The buffers of one call: a result belongs to the caller."""

    def __init__(self, dtype: npt.DTypeLike) -> None:
        self._dtype = dtype
        self._made: dict[tuple[str, tuple[int, ...]], Array] = {}

    def __call__(self, name: str, shape: tuple[int, ...]) -> Array:
        return self._made.setdefault((name, shape), np.zeros(shape, self._dtype))


def _in_rows(x: Array) -> Array:
    """Return (N, C, H, W) as a view in the fast path's layout (H, C, W, N)."""
    return x.transpose(2, 1, 3, 0)


def _in_field_order(x: Array) -> Array:
    """Return (H, C, W, N) as a contiguous array (N, C, H, W)."""
    return np.ascontiguousarray(x.transpose(3, 1, 0, 2))
