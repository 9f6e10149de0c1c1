"""Fifty digits drawn with mouse events on the real window are classified by the weights that ship."""

import pytest

from cnn_gui.main_window import MainWindow
from tests.helpers import strokes
from tests.helpers.window import open_shipped_window


@pytest.fixture
def window(qtbot) -> MainWindow:
    yield from open_shipped_window(qtbot)


def test_that_the_drawings_cover_every_digit_in_three_styles_with_small_and_off_centre_ones():
    drawings = strokes.load()
    for digit in range(10):
        assert len({d.style for d in drawings if d.digit == digit}) >= 3
    boxes = [_box(d) for d in drawings]
    assert sum(max(right - left, bottom - top) < 0.4 for left, top, right, bottom in boxes) >= 3
    assert sum(abs(left + right - 1) > 0.3 or abs(top + bottom - 1) > 0.3 for left, top, right, bottom in boxes) >= 3


def test_that_at_least_nine_in_ten_drawn_digits_are_classified_right(window, qtbot):
    wrong = []
    for drawing in strokes.load():
        window.draw.canvas.clear()
        strokes.play(None, window.draw.canvas, drawing)
        answer = next(row.name for row in window.draw.bars.rows() if row.wins)
        if answer != str(drawing.digit):
            wrong.append(f"{drawing.name} read as {answer}")
    assert len(wrong) <= len(strokes.load()) // 10, wrong


def _box(drawing: strokes.Drawing) -> tuple[float, float, float, float]:
    xs, ys = zip(*(point for stroke in drawing.strokes for point in stroke.points), strict=True)
    return min(xs), min(ys), max(xs), max(ys)
