"""The fast path's memory: overlapping views stay inside their buffer, and buffers may be used again and again."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ops
from engine.geometry import Window
from engine.layer import MOST_SHAPES, Workspace
from engine.ops import conv, pool
from engine.ops.lowering import lower, row_matrices, stacked_rows
from tests.helpers.windows import SEEDS, Array, Convolution, Reading, convolutions, readings

GUARD = 64  # cells on each side of a buffer


class GuardedBuffers:
    """Buffers that lie between cells of NaN, so that one step outside spoils a result or a guard."""

    def __init__(self) -> None:
        self._guards: list[Array] = []
        self._made: dict[tuple[str, tuple[int, ...]], Array] = {}

    def __call__(self, name: str, shape: tuple[int, ...]) -> Array:
        if (name, shape) not in self._made:
            size = int(np.prod(shape))
            memory = np.full(size + 2 * GUARD, np.nan)
            memory[GUARD : GUARD + size] = 0
            self._guards += [memory[:GUARD], memory[GUARD + size :]]
            self._made[name, shape] = memory[GUARD : GUARD + size].reshape(shape)
        return self._made[name, shape]

    def untouched(self) -> bool:
        return all(np.isnan(guard).all() for guard in self._guards)


def in_rows(x: Array) -> Array:
    return np.ascontiguousarray(x.transpose(2, 1, 3, 0))


def conv_pass(case: Convolution, seed: int, buffer: Callable[..., Array]) -> Array:
    """Return output, weight gradient and input gradient, one after the other."""
    (x, weight, _, d), window = case.arguments(seed), case.reading.window
    low = lower(in_rows(x), window, case.groups, buffer)
    y = conv.forward(low, weight, window, buffer)
    grad_weight = np.empty_like(weight)
    conv.grad_weight(in_rows(d), low, weight, window, grad_weight, buffer)
    grad_input = conv.grad_input(in_rows(d), weight, window, case.groups, buffer)
    return np.concatenate([y.ravel(), grad_weight.ravel(), grad_input.ravel()])


@settings(max_examples=200)
@given(convolutions())
def test_that_row_views_end_inside_their_buffer(case: Convolution) -> None:
    window = case.reading.window
    x = np.ones((case.n, case.channels, *case.reading.size))
    low = lower(in_rows(x), window, case.groups, Workspace(np.float64).buffer)
    view = row_matrices(low, window)
    start = view.__array_interface__["data"][0] - low.__array_interface__["data"][0]
    last = sum((extent - 1) * step for extent, step in zip(view.shape, view.strides, strict=True))
    assert start == 0
    assert last + view.itemsize <= low.nbytes
    assert not view.flags.writeable


@pytest.mark.parametrize("stride", [1, 2, 3, 4, 5])
def test_that_row_views_reach_exactly_the_last_cell_that_a_window_reads(stride: int) -> None:
    window = Window.of((17, 9), (3, 2), (stride, 1))
    low = lower(in_rows(np.ones((1, 1, 17, 9))), window, 1, Workspace(np.float64).buffer)
    view = row_matrices(low, window)
    last = sum((extent - 1) * step for extent, step in zip(view.shape, view.strides, strict=True))
    assert last + view.itemsize == low.nbytes


@pytest.mark.parametrize("at_once", [2, 3])
def test_that_views_of_several_rows_reach_exactly_the_last_cell_too(at_once: int) -> None:
    window = Window.of((14, 9), (3, 2), (2, 1))
    low = lower(in_rows(np.ones((1, 1, 14, 9))), window, 1, Workspace(np.float64).buffer)
    view = row_matrices(low, window, at_once)
    last = sum((extent - 1) * step for extent, step in zip(view.shape, view.strides, strict=True))
    assert last + view.itemsize == low.nbytes


@pytest.mark.parametrize(("first", "count", "high"), [(-1, 1, 1), (0, 4, 3), (5, 1, 1), (3, 1, 3)])
def test_that_slices_of_rows_that_are_not_there_are_refused(first: int, count: int, high: int) -> None:
    with pytest.raises(ValueError, match="do not fit into 5 contiguous rows"):
        stacked_rows(np.zeros((1, 5, 2, 3)), first, count, high)


def test_that_row_views_of_a_buffer_with_other_rows_are_refused() -> None:
    window = Window.of((8, 8), (3, 3), (3, 3))
    low = lower(in_rows(np.ones((1, 1, 8, 8))), window, 1, Workspace(np.float64).buffer)
    for other in (low[:, :-1], low[..., ::2, :], np.concatenate([low, low], axis=1)):
        with pytest.raises(ValueError, match="the window spans 6"):
            row_matrices(other, window)


@settings(max_examples=100)
@given(convolutions(), SEEDS)
def test_that_convolution_neither_reads_nor_writes_outside_its_buffers(case: Convolution, seed: int) -> None:
    buffers = GuardedBuffers()
    assert np.isfinite(conv_pass(case, seed, buffers)).all()
    assert buffers.untouched()


@settings(max_examples=100)
@given(readings(pooling=True), st.sampled_from(["max", "mean", "min"]), SEEDS)
def test_that_pooling_neither_reads_nor_writes_outside_its_buffers(reading: Reading, mode: str, seed: int) -> None:
    window, rng, buffers = reading.window, np.random.default_rng(seed), GuardedBuffers()
    x = rng.standard_normal((reading.size[0], 2, reading.size[1], 3))
    y = pool.forward(x, window, mode, buffers)
    dx = pool.backward(np.ones_like(y), window, mode, buffers)
    assert np.isfinite(y).all() and np.isfinite(dx).all()
    assert buffers.untouched()


@given(convolutions(), st.lists(st.integers(1, 3), min_size=2, max_size=4))
def test_that_used_buffers_give_what_fresh_ones_give(case: Convolution, batches: list[int]) -> None:
    used = Workspace(np.float64)
    for seed, n in enumerate(batches):
        each = replace(case, n=n)
        assert (conv_pass(each, seed, used.buffer) == conv_pass(each, seed, GuardedBuffers())).all()


@given(readings(pooling=True), st.sampled_from(["max", "mean", "min"]), st.lists(st.integers(1, 3), min_size=2))
def test_that_pooling_in_used_buffers_gives_what_fresh_ones_give(
    reading: Reading, mode: str, batches: list[int]
) -> None:
    used = Workspace(np.float64)
    for seed, n in enumerate(batches):
        rng = np.random.default_rng(seed)
        x = rng.integers(-1, 2, (reading.size[0], 2, reading.size[1], n)).astype(float)
        d = rng.standard_normal((reading.window.output[0], 2, reading.window.output[1], n))
        results = []
        for buffer in (used.buffer, GuardedBuffers()):
            y = pool.forward(x, reading.window, mode, buffer).copy()
            results.append((y, pool.backward(d, reading.window, mode, buffer)))
        assert all((a == b).all() for a, b in zip(*results, strict=True))


def test_that_a_workspace_keeps_one_buffer_for_each_name_and_shape() -> None:
    work = Workspace(np.float32)
    buffer = work.buffer("y", (2, 3))
    assert not buffer.any() and buffer.dtype == np.float32
    buffer[...] = 5
    assert work.buffer("y", (2, 3)) is buffer
    assert not work.buffer("y", (3, 2)).any()
    assert not work.buffer("z", (2, 3)).any()
    assert work.buffer("flags", (2,), np.bool_).dtype == bool


@given(st.permutations(range(4)), st.lists(st.integers(1, 4), min_size=4, max_size=4))
def test_that_a_buffer_like_an_array_has_its_shape_and_its_order_in_memory(order: list[int], shape: list[int]) -> None:
    array = np.zeros(shape, np.float32).transpose(order)
    work = Workspace(np.float32)
    like = work.like("y", array)
    assert like.shape == array.shape and like.dtype == np.float32
    assert [s for s, n in zip(like.strides, like.shape, strict=True) if n > 1] == [
        s for s, n in zip(array.strides, array.shape, strict=True) if n > 1
    ]
    like[...] = 7
    assert (work.like("y", array) == 7).all()


def test_that_the_batch_of_one_with_one_place_is_not_special() -> None:
    x, weight = np.arange(4.0).reshape(1, 1, 2, 2), np.ones((1, 1, 2, 2))
    assert ops.conv2d(x, weight).tolist() == [[[[6.0]]]]


def test_that_a_workspace_forgets_the_shapes_it_has_not_needed_for_long() -> None:
    work = Workspace(np.float32)
    kept = work.buffer("y", (0,))
    for n in range(1, 3 * MOST_SHAPES):
        work.buffer("y", (n,))[...] = 7
    assert work.buffer("y", (3 * MOST_SHAPES - 1,)).all()
    assert work.buffer("y", (0,)) is not kept
    assert not work.buffer("y", (1,)).any()  # zeros again: what relies on them finds them
