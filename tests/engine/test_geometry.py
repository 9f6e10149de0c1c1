"""Where windows read, against a count by hand and a count by brute force."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.geometry import Axis, Exclusion, Window
from tests.helpers.windows import Reading, readings

any_axis = st.builds(
    Axis,
    st.integers(1, 12), st.integers(1, 6), st.integers(1, 6), st.integers(0, 7), st.integers(0, 7), st.integers(1, 4),
)  # fmt: skip


def cells(axis: Axis) -> list[list[int]]:
    """Return the pixels under each place of the window, by sliding it until it no longer fits; padding is outside."""
    places, start = [], 0
    while start + (axis.kernel - 1) * axis.dilation < axis.size + axis.before + axis.after:
        places.append([start + offset * axis.dilation - axis.before for offset in range(axis.kernel)])
        start += axis.stride
    return places


def excluded_from(axis: Axis) -> int:
    return int(np.count_nonzero(axis.read_counts() == 0))


def never_read(size: int, kernel: int, stride: int, padding: int = 0, dilation: int = 1) -> int:
    window = Window.of((size, size), *((each, each) for each in (kernel, stride, padding, dilation)))
    return int(np.count_nonzero(window.read_counts() == 0))


@given(any_axis)
def test_that_the_output_size_is_the_number_of_places_the_window_takes(axis: Axis) -> None:
    assert axis.output == len(cells(axis))


@given(any_axis)
def test_that_a_read_count_is_what_sliding_the_window_counts(axis: Axis) -> None:
    read = [pixel for window in cells(axis) for pixel in window]
    assert axis.read_counts().tolist() == [read.count(pixel) for pixel in range(axis.size)]


@given(any_axis, st.integers(0, 5))
def test_that_a_tap_pairs_each_window_with_the_real_pixel_under_it(axis: Axis, offset: int) -> None:
    offset %= axis.kernel
    places, pixels = axis.tap(offset)
    pairs = list(zip(range(axis.output)[places], range(axis.size)[pixels], strict=True))
    assert pairs == [(i, window[offset]) for i, window in enumerate(cells(axis)) if 0 <= window[offset] < axis.size]


@given(any_axis)
def test_that_used_and_trailing_make_up_the_padded_input(axis: Axis) -> None:
    windows = cells(axis)
    assert axis.used == (windows[-1][-1] + axis.before + 1 if windows else 0)
    assert axis.used + axis.trailing == axis.padded == axis.size + axis.before + axis.after


@given(any_axis)
def test_that_places_and_cells_are_the_two_ways_of_one_relation(axis: Axis) -> None:
    bare = cells(axis.bare())
    assert [list(axis.cells(place)) for place in range(axis.output)] == bare
    for cell in range(axis.padded):
        assert list(axis.places(cell)) == [place for place, window in enumerate(bare) if cell in window]


@given(any_axis)
def test_that_a_bare_axis_has_the_same_windows_over_a_larger_input(axis: Axis) -> None:
    bare = axis.bare()
    assert (bare.output, bare.trailing, bare.size) == (axis.output, axis.trailing, axis.padded)
    assert bare.read_counts()[axis.before : axis.before + axis.size].tolist() == axis.read_counts().tolist()


@given(any_axis)
def test_that_a_trimmed_axis_has_the_same_windows_and_nothing_after_them(axis: Axis) -> None:
    trimmed = axis.trimmed()
    assert (trimmed.taps, trimmed.trailing) == (axis.taps, 0)
    assert trimmed.size <= axis.size


@given(any_axis, st.data())
def test_that_the_first_places_of_an_axis_read_what_they_read_before(axis: Axis, data: st.DataObject) -> None:
    assume(axis.output)
    places = data.draw(st.integers(1, axis.output))
    fewer = axis.first(places)
    assert (fewer.output, fewer.size, fewer.trailing) == (places, axis.size, 0)
    assert cells(fewer) == cells(axis)[:places]


@given(any_axis)
def test_that_dilation_puts_stride_minus_one_zeros_between_neighbours(axis: Axis) -> None:
    windows = cells(axis)
    assert axis.dilated == (windows[-1][0] - windows[0][0] + 1 if windows else 0)


@given(readings())
def test_that_output_and_trailing_part_are_quotient_and_remainder_of_one_division(reading: Reading) -> None:
    for axis, d in zip((reading.window.rows, reading.window.cols), reading.dilation, strict=True):
        spare = axis.size + axis.before + axis.after - ((axis.kernel - 1) * d + 1)
        assert (axis.output - 1, axis.trailing) == divmod(spare, axis.stride)


@given(readings())
def test_that_a_window_reads_the_product_of_what_its_axes_read(reading: Reading) -> None:
    window = reading.window
    rows, cols = cells(window.rows), cells(window.cols)
    counts = np.zeros(reading.size, int)
    for row, col in ((row, col) for i in rows for j in cols for row in i for col in j):
        if 0 <= row < reading.size[0] and 0 <= col < reading.size[1]:
            counts[row, col] += 1
    assert (window.read_counts() == counts).all()
    assert window.output == (len(rows), len(cols))
    assert window.taps == len(rows[0]) * len(cols[0])


# What is excluded, and why.


def counted(axis: Axis) -> tuple[list[bool], list[bool], list[bool], list[bool]]:
    """Return of each cell of the padded input: is it a pixel, before the end, under a window's span, and read?"""
    windows = cells(axis.bare())
    everything = range(axis.padded)
    pixels = [axis.before <= cell < axis.before + axis.size for cell in everything]
    leading = [any(cell <= window[-1] for window in windows) for cell in everything]
    under = [any(window[0] <= cell <= window[-1] for window in windows) for cell in everything]
    return pixels, leading, under, [any(cell in window for window in windows) for cell in everything]


@given(any_axis)
def test_that_the_cases_of_an_axis_are_what_counting_counts(axis: Axis) -> None:
    pixels, leading, under, read = (np.array(each, bool) for each in counted(axis))
    found = axis.exclusion
    assert found.trailing == axis.trailing == np.count_nonzero(~leading)
    assert found.lost == np.count_nonzero(pixels & ~leading)
    assert found.absorbed == np.count_nonzero(~pixels & ~leading)
    assert found.between == np.count_nonzero(pixels & leading & ~under)
    assert found.within == np.count_nonzero(pixels & under & ~read)
    assert found.unread == np.count_nonzero(axis.read_counts() == 0)


@given(any_axis, any_axis)
def test_that_the_cases_of_a_window_are_what_counting_pixels_counts(rows: Axis, cols: Axis) -> None:
    pixels, leading, under, read = (
        np.logical_and.outer(*both) for both in zip(counted(rows), counted(cols), strict=True)
    )
    found = Window(rows, cols).exclusion
    assert found.trailing == np.count_nonzero(~leading)
    assert found.lost == np.count_nonzero(pixels & ~leading)
    assert found.absorbed == np.count_nonzero(~pixels & ~leading)
    assert found.between == np.count_nonzero(pixels & leading & ~under)
    assert found.within == np.count_nonzero(pixels & under & ~read)
    assert found.unread == np.count_nonzero(Window(rows, cols).read_counts() == 0)


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation", "of_rows", "of_pixels"),
    [
        (5, 2, 0, 1, (1, 1, 0, 0), (55, 55, 0, 0)),
        (5, 3, 0, 1, (2, 2, 0, 0), (108, 108, 0, 0)),
        (2, 3, 0, 1, (2, 2, 8, 0), (108, 108, 352, 0)),  # 460: the formula alone says 108
        (3, 2, 1, 1, (1, 0, 0, 0), (59, 0, 0, 0)),  # all of it is padding
        (5, 1, 0, 1, (0, 0, 0, 0), (0, 0, 0, 0)),
        (2, 1, 0, 20, (0, 0, 0, 12), (0, 0, 0, 528)),  # 28 x 28 - 16 x 16
    ],
)  # fmt: skip
def test_that_the_cases_of_28_pixels_are_as_by_hand(
    kernel: int, stride: int, padding: int, dilation: int,
    of_rows: tuple[int, int, int, int], of_pixels: tuple[int, int, int, int],
) -> None:  # fmt: skip
    window = Window.of((28, 28), *((each, each) for each in (kernel, stride, padding, dilation)))
    assert window.rows.exclusion == window.cols.exclusion == Exclusion(*of_rows)
    assert window.exclusion == Exclusion(*of_pixels)
    assert window.exclusion.unread == never_read(28, kernel, stride, padding, dilation)


# Padding by words.


@given(readings())
def test_that_a_word_pads_each_axis_as_it_says(reading: Reading) -> None:
    for axis in (reading.window.rows, reading.window.cols):
        if reading.padding == "valid":
            assert (axis.before, axis.after) == (0, 0)
        elif reading.padding == "full":
            assert axis.before == axis.after == axis.extent - 1
            assert axis.stride > 1 or axis.output == axis.size + axis.extent - 1
        elif reading.padding == "same":
            assert axis.output == -(-axis.size // axis.stride)
            assert axis.after - axis.before in (0, 1)
        else:
            assert axis.before == axis.after


@given(readings())
def test_that_same_pads_no_more_than_its_output_needs(reading: Reading) -> None:
    for axis in (reading.window.rows, reading.window.cols):
        if reading.padding == "same" and axis.after:
            less = Axis(axis.size, axis.kernel, axis.stride, axis.before, axis.after - 1, axis.dilation)
            assert less.output < axis.output


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "output", "before", "after"),
    [
        (28, 5, 1, 1, 28, 2, 2), (28, 2, 1, 1, 28, 0, 1), (28, 3, 2, 1, 14, 0, 1), (28, 5, 3, 1, 10, 2, 2),
        (5, 2, 3, 1, 2, 0, 0), (6, 3, 1, 3, 6, 3, 3), (7, 2, 2, 4, 4, 2, 2), (3, 1, 5, 1, 1, 0, 0),
    ],
)  # fmt: skip
def test_that_same_is_tensorflows_rule_in_figures(
    size: int, kernel: int, stride: int, dilation: int, output: int, before: int, after: int
) -> None:
    axis = Window.of((size, 1), (kernel, 1), (stride, 1), "same", (dilation, 1)).rows
    assert (axis.output, axis.before, axis.after) == (output, before, after)


# Figures by hand.


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


def test_that_the_remainder_alone_says_108_where_460_pixels_are_never_read() -> None:
    axis = Axis(28, 2, 3)
    assert 28**2 - (28 - axis.trailing) ** 2 == 108
    assert never_read(28, 2, 3) == 460


def test_that_the_dilated_gradient_of_a_28_pixel_input_has_23_rows_with_kernel_5_and_stride_2() -> None:
    axis = Axis(28, 5, 2)
    assert (axis.output, axis.trailing, axis.dilated) == (12, 1, 23)


@given(st.integers(1, 20), st.integers(1, 6), st.integers(0, 8), st.data())
def test_that_a_stride_up_to_the_kernel_loses_what_padding_does_not_absorb(
    size: int, kernel: int, padding: int, data: st.DataObject
) -> None:
    axis = Axis(size, kernel, data.draw(st.integers(1, kernel)), padding, padding)
    if axis.output:
        assert excluded_from(axis) == max(0, axis.trailing - padding)


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


def test_that_dilation_leaves_gaps_between_its_windows_too() -> None:
    assert Axis(5, 2, dilation=3).read_counts().tolist() == [1, 1, 0, 1, 1]
    assert Axis(7, 3, stride=2, dilation=2).read_counts().tolist() == [1, 0, 2, 0, 2, 0, 1]


def test_that_a_window_larger_than_its_input_takes_no_place() -> None:
    axis = Axis(5, 7, 3)
    assert (axis.output, axis.used, axis.trailing, axis.dilated) == (0, 0, 5, 0)
    assert not axis.read_counts().any()


def test_that_unequal_padding_reads_from_the_side_that_has_it() -> None:
    assert Axis(4, 3, 2, before=0, after=1).read_counts().tolist() == [1, 1, 2, 1]
    assert Axis(4, 3, 2, before=1, after=0).read_counts().tolist() == [1, 2, 1, 1]
