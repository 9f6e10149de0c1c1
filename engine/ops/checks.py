"""The checks of arguments that the public functions of ``engine.ops`` share."""

from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import BadInputError
from engine.geometry import PADDING_WORDS, Axis, Padding, Window

Array = npt.NDArray[Any]
Pair = tuple[int, int]
Extent = int | Pair  # both axes alike, or (rows, columns)

MODES = ("max", "mean", "min")


def floats(**arguments: npt.ArrayLike) -> tuple[Array, ...]:
    """Return *arguments* as arrays of one float type: float32, or float64 where one of them needs it.

    Whole numbers become floats too; they would cut gradients off.

    Raises:
        BadInputError: an argument that is no array of real numbers.
    """
    arrays = [_numbers(name, value) for name, value in arguments.items()]
    single = np.result_type(np.float32, *(array.dtype for array in arrays)) == np.float32
    return tuple(np.asarray(array, np.float32 if single else np.float64) for array in arrays)


def conv_window(
    x: Array, weight: Array, stride: Extent, padding: Extent | str, dilation: Extent, groups: int
) -> Window:
    """Return where the kernels read; raises BadInputError where the arguments do not belong together."""
    _four_axes("x", x, "(N, C, H, W)")
    _four_axes("weight", weight, "(F, C, KH, KW)")
    _grouped(x, weight, groups)
    dilated = _pair("dilation", dilation, least=1)
    window = Window.of(x.shape[2:], weight.shape[2:], _pair("stride", stride, least=1), _padding(padding), dilated)
    _fits(window, "kernel")
    return window


def pool_window(x: Array, size: Extent, stride: Extent | None, padding: Extent | str, mode: str) -> Window:
    """Return where the window reads; raises BadInputError where the arguments do not belong together."""
    if mode not in MODES:
        raise BadInputError(f"mode={mode!r} is not known; use one of {', '.join(MODES)}.")
    _four_axes("x", x, "(N, C, H, W)")
    extent = _pair("size", size, least=1)
    step = extent if stride is None else _pair("stride", stride, least=1)
    window = Window.of(x.shape[2:], extent, step, _padding(padding))
    if any(axis.before >= axis.kernel for axis in (window.rows, window.cols)):
        raise BadInputError(f"padding={padding} makes windows that hold no pixel; make it smaller than size={size}.")
    _fits(window, "window")
    return window


def shape_of(name: str, array: Array, shape: tuple[int, ...], meaning: str) -> None:
    """Raise BadInputError unless *array* has *shape*."""
    if array.shape != shape:
        raise BadInputError(f"{name} has shape {array.shape}; give {meaning}, {shape}.")


def _numbers(name: str, value: npt.ArrayLike) -> Array:
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.empty(0, object)
    if array.dtype.kind not in "buif":
        raise BadInputError(f"{name} holds values of type {array.dtype}; give an array of real numbers.")
    return array


def _grouped(x: Array, weight: Array, groups: int) -> None:
    """Raise BadInputError unless *groups* divides the channels and the filters, and *weight* has a group's channels."""
    (channels, filters), count = (x.shape[1], len(weight)), _count("groups", groups)
    if channels % count or filters % count:
        raise BadInputError(
            f"groups={groups} does not divide {channels} channels and {filters} filters; give a number that does."
        )
    if weight.shape[1] != channels // count:
        raise BadInputError(
            f"weight has shape {weight.shape} for {weight.shape[1]} channels, but x has {channels}"
            + (f" in {count} groups" if count > 1 else "")
            + f"; give weight of shape (F, {channels // count}, KH, KW)."
        )


def _padding(value: Extent | str) -> Padding:
    if isinstance(value, str):
        if value not in PADDING_WORDS:
            raise BadInputError(f"padding={value!r} is not known; give numbers or one of {', '.join(PADDING_WORDS)}.")
        return value
    return _pair("padding", value, least=0)


def _count(name: str, value: int) -> int:
    if not isinstance(value, int | np.integer):
        raise BadInputError(f"{name}={value!r} is not a count; give a whole number.")
    return _pair(name, int(value), least=1)[0]


def _pair(name: str, value: Extent, least: int) -> Pair:
    """Return *value* as (rows, columns)."""
    try:
        rows, cols = map(index, value if isinstance(value, tuple | list) else (value, value))
    except (TypeError, ValueError):
        raise BadInputError(f"{name}={value!r} is not a size; give a whole number or a pair (rows, columns).") from None
    if min(rows, cols) < least:
        raise BadInputError(f"{name}={value} is too small; give {least} or more.")
    return rows, cols


def _four_axes(name: str, array: Array, layout: str) -> None:
    if array.ndim != 4 or 0 in array.shape:
        raise BadInputError(f"{name} has shape {array.shape}; give an array {layout} that is not empty.")


def _fits(window: Window, name: str) -> None:
    axes: tuple[tuple[str, Axis], ...] = (("height", window.rows), ("width", window.cols))
    for word, axis in axes:
        if not axis.output:
            apart = f" ({axis.kernel} with dilation {axis.dilation})" if axis.extent > axis.kernel else ""
            raise BadInputError(
                f"{name} {word} {axis.extent}{apart} exceeds input {word} {axis.size} with padding {axis.before};"
                f" add padding or make the {name} smaller."
            )
