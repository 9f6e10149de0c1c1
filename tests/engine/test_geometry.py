"""Where windows read, against a count by hand and a count by brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.geometry import Axis, Window
from tests.helpers.layers import Sliding, axes, slidings

any_axis = st.builds(
    Axis, st.integers(1, 12), st.integers(1, 6), st.integers(1, 6), st.integers(0, 7), st.integers(0, 7)
)


def window_starts(axis: Axis) -> list[int]:
    """Return every place of the window in the padded input, by sliding it until it no longer fits."""
    starts, start = [], 0
    while start + axis.kernel <= axis.size + axis.before + axis.after:
        starts.append(start)
        start += axis.stride
    return starts


def never_read(size: int, kernel: int, stride: int, padding: int = 0) -> int:
    window = Window.of((size, size), (kernel, kernel), (stride, stride), (padding, padding))
    return int(np.count_nonzero(window.read_counts() == 0))


@given(any_axis)
def test_that_the_output_size_is_the_number_of_places_the_window_takes(axis: Axis) -> None:
    assert axis.output == len(window_starts(axis))


@given(any_axis)
def test_that_a_read_count_is_what_sliding_the_window_counts(axis: Axis) -> None:
    counts = np.zeros(axis.size, int)
    for start in window_starts(axis):
        for pixel in range(start - axis.before, start - axis.before + axis.kernel):
            if 0 <= pixel < axis.size:
                counts[pixel] += 1
    assert axis.read_counts().tolist() == counts.tolist()


@given(any_axis, st.integers(0, 5))
def test_that_a_tap_pairs_each_window_with_the_real_pixel_under_it(axis: Axis, offset: int) -> None:
    offset %= axis.kernel
    places, pixels = axis.tap(offset)
    pairs = list(zip(range(axis.output)[places], range(axis.size)[pixels], strict=True))
    under = [(i, start + offset - axis.before) for i, start in enumerate(window_starts(axis))]
    assert pairs == [(i, pixel) for i, pixel in under if 0 <= pixel < axis.size]


@given(any_axis)
def test_that_used_and_trailing_make_up_the_padded_input(axis: Axis) -> None:
    starts = window_starts(axis)
    assert axis.used == (starts[-1] + axis.kernel if starts else 0)
    assert axis.used + axis.trailing == axis.padded == axis.size + axis.before + axis.after


@given(any_axis)
def test_that_dilation_puts_stride_minus_one_zeros_between_neighbours(axis: Axis) -> None:
    starts = window_starts(axis)
    assert axis.dilated == (starts[-1] - starts[0] + 1 if starts else 0)


@given(axes(padded_windows=True))
def test_that_the_trailing_part_is_the_remainder_of_the_output_formula(drawn: tuple[int, int, int, int]) -> None:
    size, kernel, stride, padding = drawn
    axis = Axis(size, kernel, stride, padding, padding)
    assert axis.trailing == (size + 2 * padding - kernel) % stride


@given(slidings())
def test_that_a_window_reads_the_product_of_what_its_axes_read(sliding: Sliding) -> None:
    window = Window.of(sliding.size, sliding.kernel, sliding.stride, sliding.padding)
    rows, cols = window.rows.read_counts(), window.cols.read_counts()
    assert window.read_counts().tolist() == [[int(r * c) for c in cols] for r in rows]
    assert window.output == (window.rows.output, window.cols.output)
    assert window.taps == sliding.kernel[0] * sliding.kernel[1]


def test_that_stride_two_excludes_the_last_row_and_column_of_an_even_input() -> None:
    window = Window.of((10, 10), (3, 3), (2, 2))
    counts = window.read_counts()
    assert (window.rows.trailing, window.cols.trailing) == (1, 1)
    assert not counts[-1].any() and not counts[:, -1].any()
    assert counts[:-1, :-1].all()


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "excluded"),
    [(28, 5, 2, 0, 55), (28, 5, 3, 0, 108), (28, 2, 3, 0, 460), (28, 3, 2, 1, 0), (28, 5, 1, 0, 0), (28, 2, 2, 0, 0)],
)
def test_that_excluded_pixels_are_counted_as_by_hand(
    size: int, kernel: int, stride: int, padding: int, excluded: int
) -> None:
    assert never_read(size, kernel, stride, padding) == excluded


def test_that_padding_can_absorb_the_trailing_row() -> None:
    axis = Axis(28, 3, 2, 1, 1)
    assert axis.trailing == 1
    assert axis.read_counts().all()


def test_that_padding_absorbs_only_as_many_trailing_rows_as_it_has() -> None:
    axis = Axis(9, 3, 4, 1, 1)  # r = (9 + 2 - 3) mod 4 = 0; with 11 rows r = 2, of which one is padding
    assert axis.trailing == 0
    wider = Axis(11, 3, 4, 1, 1)
    assert wider.trailing == 2
    assert np.flatnonzero(wider.read_counts() == 0).tolist()[-1:] == [10]


def test_that_a_stride_larger_than_the_window_leaves_gaps_inside() -> None:
    assert Axis(8, 2, 3).read_counts().tolist() == [1, 1, 0, 1, 1, 0, 1, 1]


def test_that_a_window_larger_than_its_input_takes_no_place() -> None:
    axis = Axis(5, 7, 3)
    assert (axis.output, axis.used, axis.trailing, axis.dilated) == (0, 0, 5, 0)
    assert not axis.read_counts().any()


def test_that_unequal_padding_reads_from_the_side_that_has_it() -> None:
    assert Axis(4, 3, 2, before=0, after=1).read_counts().tolist() == [1, 1, 2, 1]
    assert Axis(4, 3, 2, before=1, after=0).read_counts().tolist() == [1, 2, 1, 1]
