"""The fast path's memory: overlapping views stay inside their buffer, and buffers may be used again and again."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.geometry import Window
from engine.layer import Workspace
from engine.ops import conv, pool
from tests.helpers.layers import Sliding, slidings

Array = npt.NDArray[Any]
GUARD = 64  # cells on each side of a buffer


class GuardedBuffers:
    """Buffers that lie between cells of NaN, so that one step outside spoils a result or a guard."""

    def __init__(self) -> None:
        self._guards: list[Array] = []

    def __call__(self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike = np.float64) -> Array:
        if np.dtype(dtype) == bool:
            return np.zeros(shape, bool)
        size = int(np.prod(shape))
        memory = np.full(size + 2 * GUARD, np.nan)
        memory[GUARD : GUARD + size] = 0
        self._guards += [memory[:GUARD], memory[GUARD + size :]]
        return memory[GUARD : GUARD + size].reshape(shape)

    def untouched(self) -> bool:
        return all(np.isnan(guard).all() for guard in self._guards)


def in_rows(x: Array) -> Array:
    return np.ascontiguousarray(x.transpose(2, 1, 3, 0))


def conv_pass(x: Array, weight: Array, bias: Array, d: Array, window: Window, buffer: Callable[..., Array]) -> Array:
    """Return output, weight gradient and input gradient, one after the other."""
    low = conv.lower(in_rows(x), window, 1, buffer)
    y = conv.forward(low, weight, bias, window, buffer)
    grad_weight = np.empty_like(weight)
    conv.grad_weight(in_rows(d), low, weight, window, out=grad_weight)
    grad_input = conv.grad_input(in_rows(d), weight, window, 1, buffer)
    return np.concatenate([y.ravel(), grad_weight.ravel(), grad_input.ravel()])


def conv_arguments(sliding: Sliding, seed: int, n: int = 2) -> tuple[Array, Array, Array, Array, Window]:
    rng = np.random.default_rng(seed)
    window = Window.of(sliding.size, sliding.kernel, sliding.stride, sliding.padding)
    x, weight = rng.standard_normal((n, 2, *sliding.size)), rng.standard_normal((3, 2, *sliding.kernel))
    return x, weight, rng.standard_normal(3), rng.standard_normal((n, 3, *window.output)), window


@settings(max_examples=200)
@given(slidings())
def test_that_row_views_end_inside_their_buffer(sliding: Sliding) -> None:
    window = Window.of(sliding.size, sliding.kernel, sliding.stride, sliding.padding)
    low = conv.lower(in_rows(np.ones((2, 3, *sliding.size))), window, 1, Workspace(np.float64).buffer)
    view = conv.row_matrices(low, window)
    start = view.__array_interface__["data"][0] - low.__array_interface__["data"][0]
    last = sum((extent - 1) * step for extent, step in zip(view.shape, view.strides, strict=True))
    assert start == 0
    assert last + view.itemsize <= low.nbytes
    assert not view.flags.writeable


@pytest.mark.parametrize("stride", [1, 2, 3, 4, 5])
def test_that_row_views_reach_exactly_the_last_cell_that_a_window_reads(stride: int) -> None:
    window = Window.of((17, 9), (3, 2), (stride, 1))
    low = conv.lower(in_rows(np.ones((1, 1, 17, 9))), window, 1, Workspace(np.float64).buffer)
    view = conv.row_matrices(low, window)
    last = sum((extent - 1) * step for extent, step in zip(view.shape, view.strides, strict=True))
    assert last + view.itemsize == low.nbytes


def test_that_row_views_of_a_buffer_with_other_rows_are_refused() -> None:
    window = Window.of((8, 8), (3, 3), (3, 3))
    low = conv.lower(in_rows(np.ones((1, 1, 8, 8))), window, 1, Workspace(np.float64).buffer)
    for other in (low[:, :-1], low[..., ::2, :], np.concatenate([low, low], axis=1)):
        with pytest.raises(ValueError, match="the window spans 6"):
            conv.row_matrices(other, window)


@settings(max_examples=100)
@given(slidings(), st.integers(0, 2**32 - 1))
def test_that_convolution_neither_reads_nor_writes_outside_its_buffers(sliding: Sliding, seed: int) -> None:
    arguments, buffers = conv_arguments(sliding, seed), GuardedBuffers()
    guarded = conv_pass(*arguments, buffer=buffers)
    assert np.isfinite(guarded).all()
    assert buffers.untouched()


@settings(max_examples=100)
@given(slidings(padded_windows=False), st.sampled_from(["max", "mean", "min"]), st.integers(0, 2**32 - 1))
def test_that_pooling_neither_reads_nor_writes_outside_its_buffers(sliding: Sliding, mode: str, seed: int) -> None:
    window = Window.of(sliding.size, sliding.kernel, sliding.stride, sliding.padding)
    rng, buffers = np.random.default_rng(seed), GuardedBuffers()
    x = rng.standard_normal((sliding.size[0], 2, sliding.size[1], 3))
    y = pool.forward(x, window, mode, buffers)
    dx = pool.backward(np.ones_like(y), x, y, window, mode, buffers)
    assert np.isfinite(y).all() and np.isfinite(dx).all()
    assert buffers.untouched()


@given(slidings(), st.lists(st.integers(1, 3), min_size=2, max_size=4))
def test_that_used_buffers_give_what_fresh_ones_give(sliding: Sliding, batches: list[int]) -> None:
    used = Workspace(np.float64)
    for seed, n in enumerate(batches):
        arguments = conv_arguments(sliding, seed, n)
        assert (conv_pass(*arguments, buffer=used.buffer) == conv_pass(*arguments, buffer=GuardedBuffers())).all()


def test_that_a_workspace_keeps_one_buffer_for_each_name_and_shape() -> None:
    work = Workspace(np.float32)
    buffer = work.buffer("y", (2, 3))
    assert not buffer.any() and buffer.dtype == np.float32
    buffer[...] = 5
    assert work.buffer("y", (2, 3)) is buffer
    assert not work.buffer("y", (3, 2)).any()
    assert not work.buffer("z", (2, 3)).any()
    assert work.buffer("flags", (2,), np.bool_).dtype == bool


def test_that_the_batch_of_one_with_one_place_is_not_special() -> None:
    x, weight = np.arange(4.0).reshape(1, 1, 2, 2), np.ones((1, 1, 2, 2))
    assert ops.conv2d(x, weight).tolist() == [[[[6.0]]]]
