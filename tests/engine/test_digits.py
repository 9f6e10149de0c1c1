"""MNIST's preparation of a digit: worked examples, and what holds for any ink."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.data.digits import fit_pen, fit_strokes, fit_strokes_on_sheet, normalise_digit, stroke_widths

Ink = npt.NDArray[np.float32]
any_ink = hnp.arrays(
    np.float32, hnp.array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.floats(0, 1, width=32)
)

small_ink = hnp.arrays(np.float32, st.tuples(*[st.integers(1, 12)] * 2), elements=st.floats(0, 1, width=32))


def on_paper(mark: npt.ArrayLike, top: int = 11, left: int = 7, shape: tuple[int, int] = (280, 280)) -> Ink:
    mark = np.asarray(mark, dtype=np.float32)
    paper = np.zeros(shape, np.float32)
    paper[top : top + mark.shape[0], left : left + mark.shape[1]] = mark
    return paper


def block(rows: slice, columns: slice, value: float = 1.0) -> Ink:
    picture = np.zeros((28, 28), np.float32)
    picture[rows, columns] = value
    return picture


def centre_of_mass(picture: Ink) -> npt.NDArray[np.float64]:
    return np.array([np.average(np.arange(28), weights=picture.sum(axis=axis)) for axis in (1, 0)])


def test_that_empty_paper_gives_an_empty_picture() -> None:
    picture = normalise_digit(np.zeros((280, 280), np.float32))
    assert picture.shape == (28, 28)
    assert picture.dtype == np.float32
    assert not picture.any()


def test_that_a_rectangle_is_scaled_to_a_side_of_20_and_put_in_the_middle() -> None:
    picture = normalise_digit(on_paper(np.ones((40, 20))))
    np.testing.assert_allclose(picture, block(slice(4, 24), slice(9, 19)), atol=1e-6)


def test_that_shrinking_averages_areas() -> None:
    chequered = np.indices((40, 40)).sum(axis=0) % 2
    picture = normalise_digit(on_paper(chequered))
    np.testing.assert_allclose(picture, block(slice(4, 24), slice(4, 24), 0.5), atol=1e-6)


def test_that_a_width_that_is_no_whole_number_of_pixels_becomes_grey_edges() -> None:
    picture = normalise_digit(on_paper(np.ones((40, 3))))  # 1.5 px wide after scaling: two columns of 0.75
    np.testing.assert_allclose(picture, block(slice(4, 24), slice(13, 15), 0.75), atol=1e-6)


def test_that_a_line_thinner_than_a_pixel_becomes_one_grey_row() -> None:
    picture = normalise_digit(on_paper(np.ones((5, 200))))
    np.testing.assert_allclose(picture, block(slice(14, 15), slice(4, 24), 0.5), atol=1e-6)


def test_that_a_single_pixel_fills_the_box() -> None:
    picture = normalise_digit(on_paper([[1.0]]))
    np.testing.assert_allclose(picture, block(slice(4, 24), slice(4, 24)), atol=1e-6)


def test_that_enlarging_interpolates_between_the_middles_of_pixels() -> None:
    picture = normalise_digit(on_paper([[1.0, 0.5]]))
    row = picture[14, picture[14] > 0]
    np.testing.assert_allclose(row, [*[1] * 5, *np.arange(0.975, 0.5, -0.05), *[0.5] * 5], atol=1e-6)


def test_that_the_centre_of_mass_and_not_of_the_box_is_in_the_middle() -> None:
    heavy_left = np.ones((40, 40)) * np.where(np.arange(40) < 10, 1.0, 0.5)
    picture = normalise_digit(on_paper(heavy_left))
    centre = centre_of_mass(picture)
    assert np.abs(centre - 14).max() <= 0.5
    assert np.flatnonzero(picture.any(axis=0))[0] == 6  # 4 if the box were in the middle


def test_that_nothing_is_cut_off_however_lopsided_the_ink_is() -> None:
    corner = np.full((40, 40), 0.01)
    corner[:4, :4] = 1
    picture = normalise_digit(on_paper(corner))
    np.testing.assert_allclose(picture.sum(), corner.sum() / 4, rtol=1e-5)
    assert np.flatnonzero(picture.any(axis=0)).tolist() == list(range(8, 28))


def test_that_ink_fainter_than_half_a_grey_level_is_paper() -> None:
    paper = np.full((280, 280), 0.001, np.float32)
    assert not normalise_digit(paper).any()
    np.testing.assert_array_equal(
        normalise_digit(np.maximum(paper, on_paper(np.ones((40, 20))))),
        normalise_digit(on_paper(np.ones((40, 20)))),
    )


@given(any_ink, st.tuples(st.integers(0, 30), st.integers(0, 30)), st.tuples(st.integers(0, 30), st.integers(0, 30)))
def test_that_the_place_of_the_drawing_does_not_matter(
    mark: Ink, first: tuple[int, int], second: tuple[int, int]
) -> None:
    here, there = (normalise_digit(on_paper(mark, *place, shape=(70, 70))) for place in (first, second))
    np.testing.assert_allclose(here, there, atol=1e-6)


@given(small_ink, st.integers(2, 3))
def test_that_the_resolution_of_the_canvas_does_not_matter_once_it_is_finer_than_the_picture(
    mark: Ink, times: int
) -> None:
    mark[0, 0] = mark[-1, -1] = 1  # so that the box is the whole mark
    fine = np.kron(mark, np.ones((20, 20), np.float32))
    finer = np.kron(fine, np.ones((times, times), np.float32))
    np.testing.assert_allclose(normalise_digit(finer), normalise_digit(fine), atol=1e-4)


@given(any_ink)
def test_that_the_result_is_always_a_picture_of_28_by_28_in_0_to_1(ink: Ink) -> None:
    picture = normalise_digit(ink)
    assert picture.shape == (28, 28)
    assert picture.dtype == np.float32
    assert picture.min() >= 0
    assert picture.max() <= 1


@given(any_ink)
def test_that_the_centre_of_mass_is_within_half_a_pixel_of_14_or_the_digit_touches_the_border(ink: Ink) -> None:
    picture = normalise_digit(ink)
    if not picture.any():
        return
    for axis, centre in zip((1, 0), centre_of_mass(picture), strict=True):
        border = picture.any(axis=axis)[[0, -1]].any()
        assert border or abs(centre - 14) <= 0.5 + 1e-4


def test_that_a_canvas_of_four_million_pixels_gives_the_same_digit_as_a_small_one() -> None:
    ring = np.hypot(*(np.indices((40, 40)) - 19.5)) < 15
    huge = np.kron(on_paper(ring, shape=(100, 100)), np.ones((20, 20), np.float32))
    np.testing.assert_allclose(normalise_digit(huge), normalise_digit(on_paper(ring)), atol=1e-5)


def test_that_a_picture_prepared_by_mnist_comes_back_unchanged() -> None:
    ring = np.hypot(*(np.indices((90, 60)) - [[[44.5]], [[29.5]]]) / [[[44]], [[29]]]) < 1
    once = normalise_digit(on_paper(ring))
    np.testing.assert_allclose(normalise_digit(once), once, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "side"), [((28, 28), 20), ((56, 56), 40), ((14, 14), 10), ((14, 40), 10), ((1, 1), 1)]
)
def test_that_another_size_keeps_the_proportion_of_20_to_28(shape: tuple[int, int], side: int) -> None:
    picture = normalise_digit(on_paper(np.ones((90, 90))), shape)
    assert picture.shape == shape
    assert [np.count_nonzero(picture.any(axis=axis)) for axis in (0, 1)] == [side, side]


def test_that_the_ink_is_left_as_it_was() -> None:
    ink = on_paper(np.ones((30, 30)))
    before = ink.copy()
    normalise_digit(ink)
    np.testing.assert_array_equal(ink, before)


@pytest.mark.parametrize(
    ("ink", "said"),
    [
        (np.zeros(28), r"shape \(28,\)"),
        (np.zeros((1, 28, 28)), r"shape \(1, 28, 28\)"),
        (np.zeros((0, 28)), r"shape \(0, 28\)"),
        (np.full((28, 28), np.nan), "from nan to nan"),
        (np.where(np.eye(28) > 0, np.nan, 0), "from nan to nan"),
        (np.full((28, 28), np.inf), "from inf to inf"),
        (np.eye(28) * 255, "from 0 to 255"),
        (-np.eye(28), "from -1 to"),
    ],
)
def test_that_what_is_no_ink_is_refused_in_a_sentence_with_the_remedy(ink: Ink, said: str) -> None:
    with pytest.raises(ValueError, match=said + r".*; give a 2-D array of numbers in \[0, 1\]\.$"):
        normalise_digit(ink)


# Strokes of another thickness


def test_that_the_thickness_of_a_line_is_twice_its_area_by_its_outline() -> None:
    lines = np.zeros((3, 100, 100), np.float32)
    lines[0, 40:44, 10:90], lines[1, 10:90, 40:48], lines[2, 30:33, 10:90] = 1, 1, 0.5
    np.testing.assert_allclose(stroke_widths(lines), [4 * 80 / 84, 8 * 80 / 88, 3 * 80 / 83], rtol=0.02)
    assert stroke_widths(np.zeros((1, 5, 5))).tolist() == [0]


@given(st.floats(0.5, 30), st.floats(30, 200))
def test_that_a_pen_is_changed_just_so_far_that_strokes_are_within_bounds(pen: float, length: float) -> None:
    drawn = fit_pen(pen, length, 20, 2, 4)
    thickness = 20 * drawn / (length + drawn)
    assert 2 - 1e-9 <= thickness <= 4 + 1e-9
    if 2 <= 20 * pen / (length + pen) <= 4:
        assert drawn == pen
    else:
        assert thickness == pytest.approx(2 if drawn > pen else 4)


def test_that_a_dot_keeps_its_pen() -> None:
    assert fit_pen(10, 0, 20, 2, 4) == fit_pen(10, 2, 20, 2, 4) == 10 > fit_pen(10, 3, 20, 2, 4)


@given(any_ink)
def test_that_any_ink_can_be_fitted(ink: Ink) -> None:
    for fitted in (fit_strokes(ink, 20, 2, 4), fit_strokes_on_sheet(ink, 28, 2, 4)):
        assert fitted.dtype == np.float32 and (not fitted.size or (fitted.min() >= 0 and fitted.max() <= 1))


@pytest.mark.parametrize("box", [1, 4, 20, 512])
def test_that_a_box_of_any_size_takes_little_time(box: int) -> None:
    ring = np.hypot(*(np.indices((900, 900)) - 449.5))
    thin = (abs(ring - 440) < 1).astype(np.float32)
    fitted = fit_strokes(thin, box, box / 10, box / 5)
    assert max(fitted.shape) <= 160 + 2 * 18
    assert normalise_digit(fitted, (max(28, box),) * 2, box).max() > 0.2
