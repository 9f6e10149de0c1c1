"""Strokes become ink: round, anti-aliased, and the same at every size."""

import math

import numpy as np
import pytest

from cnn_gui.draw.drawing import INK_SIZE, Drawing
from cnn_gui.draw.strokes import Stroke, as_ink, blank, rasterise
from tests.helpers import strokes as handwriting

LINE = Stroke(((0.2, 0.5), (0.8, 0.5)), 0.1)


def test_that_a_horizontal_line_inks_its_own_band_fully_and_nothing_beyond_its_round_ends() -> None:
    ink = rasterise([LINE], 100)
    assert ink.dtype == np.float32
    assert ink[46:54, 20:80].min() == 1
    assert ink[:44].max() == 0
    assert ink[:, :14].max() == 0
    assert ink[50, 16:20].min() == 1  # the round end reaches half a pen beyond the last point


@pytest.mark.parametrize("width", [0.02, 0.1, 0.5])
def test_that_one_point_becomes_a_dot_of_the_pens_area(width: float) -> None:
    ink = rasterise([Stroke(((0.5, 0.5),), width)], 200)
    assert ink.sum() == pytest.approx(math.pi * (width * 200 / 2) ** 2, rel=0.05)


def test_that_edges_are_grey() -> None:
    ink = rasterise([Stroke(((0.1, 0.1), (0.9, 0.8)), 0.1)], 100)
    assert ((ink > 0.1) & (ink < 0.9)).sum() > 100


def test_that_a_bend_is_rounded_and_ends_where_the_pen_did() -> None:
    bend = rasterise([Stroke(((0.1, 0.1), (0.9, 0.1), (0.9, 0.9)), 0.02)], 200)
    assert bend[20, 180] == 0  # the corner itself is cut by the parabola
    assert bend[20, 20] == 1
    assert bend[179, 180] == 1


def test_that_crossing_strokes_stay_within_full_ink() -> None:
    cross = [Stroke(((0.1, 0.1), (0.9, 0.9)), 0.1), Stroke(((0.9, 0.1), (0.1, 0.9)), 0.1)]
    assert rasterise(cross, 100).max() == 1


def test_that_points_outside_the_canvas_are_clipped() -> None:
    ink = rasterise([Stroke(((0.5, 0.5), (3.0, 0.5)), 0.1)], 100)
    assert ink[50, 50:].min() == 1
    assert ink[:40].max() == 0


def test_that_a_size_that_is_no_multiple_of_four_has_no_padding_in_its_ink() -> None:
    assert as_ink(blank(27)).shape == (27, 27)
    assert rasterise([LINE], 27).sum() == pytest.approx(rasterise([LINE], 270).sum() / 100, rel=0.02)


@pytest.mark.parametrize("points", [(), ((math.nan, 0.0),), ((0.0, math.inf),)])
def test_that_a_stroke_refuses_points_that_are_nowhere(points: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="one or more points of finite numbers"):
        Stroke(points, 0.1)


@pytest.mark.parametrize("width", [0, -0.1, 1.1, math.nan])
def test_that_a_stroke_refuses_a_width_that_is_no_share_of_the_canvas(width: float) -> None:
    with pytest.raises(ValueError, match="give a share of the canvas"):
        Stroke(((0.5, 0.5),), width)


def test_that_ink_gathered_stroke_by_stroke_equals_ink_drawn_at_once() -> None:
    for drawn in handwriting.load()[::7]:
        drawing = Drawing()
        for stroke in drawn.strokes:
            drawing.begin(stroke.points[0], stroke.width)
            for point in stroke.points[1:]:
                drawing.extend(point)
        np.testing.assert_array_equal(drawing.ink(), rasterise(drawing.strokes, INK_SIZE))
        drawing.finish()
        np.testing.assert_array_equal(drawing.ink(), rasterise(drawing.strokes, INK_SIZE))


def test_that_a_step_too_short_to_show_adds_no_point() -> None:
    drawing = Drawing()
    drawing.begin((0.5, 0.5), 0.1)
    assert not drawing.extend((0.501, 0.5))
    assert drawing.extend((0.51, 0.5))
    assert drawing.strokes == (Stroke(((0.5, 0.5), (0.51, 0.5)), 0.1),)


def test_that_the_picture_on_the_screen_is_drawn_afresh_for_its_size() -> None:
    drawing = Drawing()
    drawing.replace([LINE])
    drawing.begin((0.5, 0.1), 0.05)
    for size in (150, 601):
        np.testing.assert_array_equal(as_ink(drawing.picture(size)), rasterise(drawing.strokes, size))


def test_that_there_are_at_least_three_styles_of_each_digit_in_all_places_and_sizes() -> None:
    drawings = handwriting.load()
    points = {each.name: np.concatenate([stroke.points for stroke in each.strokes]) for each in drawings}
    heights = {name: np.ptp(all_points[:, 1]) for name, all_points in points.items()}
    assert len(points) == len(drawings) >= 40
    assert min(sum(each.digit == digit for each in drawings) for digit in range(10)) >= 3
    assert sum(height < 0.25 for height in heights.values()) >= 5
    assert sum(height > 0.75 for height in heights.values()) >= 5
    assert max(np.abs(each.mean(axis=0) - 0.5).max() for each in points.values()) > 0.2
    assert len({stroke.width for each in drawings for stroke in each.strokes}) >= 5
    assert all(each.min() >= 0 and each.max() <= 1 for each in points.values())
