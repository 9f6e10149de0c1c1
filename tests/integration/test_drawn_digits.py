"""Fifty digits drawn with mouse events on the real window are classified by the weights that ship."""

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import resources
from cnn_gui.draw.canvas import PEN_WIDTH
from cnn_gui.draw.strokes import Stroke
from cnn_gui.main_window import MainWindow
from engine.data import catalogue
from engine.data.dataset import Dataset, Split
from tests.helpers import strokes
from tests.helpers.command import run
from tests.helpers.command import write as write_data
from tests.helpers.window import open_shipped_window

SMALL = 0.4  # of the sheet: a digit whose longer side is less is small
OFF_CENTRE = 0.15  # of the sheet: the middle of a digit that is farther from the sheet's is off-centre
DRAWINGS = strokes.load()


@pytest.fixture
def window(qtbot) -> MainWindow:
    yield from open_shipped_window(qtbot)


@pytest.fixture(scope="module")
def dark_on_white(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project of LeNet-5 that learned from the bundled digits as dark ink on white."""
    folder, data = tmp_path_factory.mktemp("dark"), catalogue.load("bundled")
    splits = (Split(255 - split.images, split.labels) for split in (data.train, data.test))
    source = write_data(folder / "dark.npz", Dataset("dark", *splits, data.class_names))
    command = ("train", "--preset", "lenet5", "--data", source, "--epochs", 4, "--augment", "--validation", 0)
    assert run(*command, "--threads", 1, "--out", folder / "dark.cnn") == 0
    return folder / "dark.cnn"


def test_that_the_drawings_cover_every_digit_in_three_styles_with_small_and_off_centre_ones():
    for digit in range(10):
        assert len({d.style for d in DRAWINGS if d.digit == digit}) >= 3
    assert sum(map(_is_small, DRAWINGS)) >= 3 and sum(map(_is_off_centre, DRAWINGS)) >= 3


def test_that_the_shipped_networks_notice_says_how_many_drawn_digits_it_reads_right(window):
    wrong = _wrong(window, DRAWINGS, by_mouse=True)
    assert len(wrong) <= len(DRAWINGS) // 10, wrong
    small, off_centre = filter(_is_small, DRAWINGS), filter(_is_off_centre, DRAWINGS)
    figures = [f"{sum(d.name not in wrong for d in each)} of {len(each)}" for each in map(list, (small, off_centre))]
    told = " ".join(resources.path("models", "NOTICE").read_text(encoding="utf-8").split())
    assert f"Drawings {len(DRAWINGS) - len(wrong)} of the {len(DRAWINGS)} digits" in told
    assert re.search(r"among them (.*?) small ones and (.*?) off-centre ones", told).groups() == tuple(figures)


@pytest.mark.parametrize("size", [0.1, 0.2, 0.3])
def test_that_digits_drawn_small_in_a_corner_with_the_usual_pen_are_classified_right(window, size):
    """Once they became fat when they were enlarged: of 50 digits of a fifth of the sheet 29 were read wrong."""
    wrong = _wrong(window, [_moved(drawing, size) for drawing in DRAWINGS])
    assert len(wrong) <= 1, wrong


def test_that_a_network_of_dark_ink_on_white_reads_what_is_drawn_for_it(window, qtbot, dark_on_white):
    """Once it got white ink on black, and 9 of 40 were right."""
    assert window.files.open_path(dark_on_white)
    qtbot.waitUntil(lambda: not window.document.data.awaited, timeout=10_000)
    assert window.document.data.looks.light_paper
    wrong = _wrong(window, DRAWINGS)
    assert window.draw.drawing[0, 0].min() == 1 and window.draw.drawing.min() == 0
    assert len(wrong) <= len(DRAWINGS) // 10, wrong


def test_that_a_project_whose_data_is_gone_knows_how_drawings_have_to_look(window, qtbot, dark_on_white, tmp_path):
    assert window.files.open_path(dark_on_white)
    qtbot.waitUntil(lambda: not window.document.data.awaited, timeout=10_000)
    project = replace(window.document.project(), data_source=str(tmp_path / "gone.npz"))
    window.document.show_project(project, None)
    assert window.document.data.dataset is None and window.document.data.looks.light_paper
    assert window.document.project().appearance == project.appearance
    assert _wrong(window, DRAWINGS[:5]) == []


def _wrong(window: MainWindow, drawings: Iterable[strokes.Drawing], by_mouse: bool = False) -> list[str]:
    """Return the names of the drawings that the window's network reads wrong; *by_mouse* draws with each movement."""
    wrong = []
    for drawing in drawings:
        window.draw.canvas.clear()
        if by_mouse:
            strokes.play(None, window.draw.canvas, drawing)
        else:
            window.draw.canvas.set_strokes(drawing.strokes)
        answer = next(row.name for row in window.draw.bars.rows() if row.wins)
        if answer != str(drawing.digit):
            wrong.append(drawing.name)
    return wrong


def _moved(drawing: strokes.Drawing, size: float) -> strokes.Drawing:
    """Return *drawing* with a longer side of *size*, in the corner, drawn with the usual pen."""
    left, top, right, bottom = _box(drawing)
    factor, margin = size / max(right - left, bottom - top), PEN_WIDTH
    lines = (np.array(stroke.points) for stroke in drawing.strokes)
    moved = (margin + (line - (left, top)) * factor for line in lines)
    return replace(drawing, strokes=tuple(Stroke(tuple(map(tuple, line)), PEN_WIDTH) for line in moved))


def _is_small(drawing: strokes.Drawing) -> bool:
    left, top, right, bottom = _box(drawing)
    return max(right - left, bottom - top) < SMALL


def _is_off_centre(drawing: strokes.Drawing) -> bool:
    left, top, right, bottom = _box(drawing)
    return max(abs(left + right - 1), abs(top + bottom - 1)) / 2 > OFF_CENTRE


def _box(drawing: strokes.Drawing) -> tuple[float, float, float, float]:
    xs, ys = zip(*(point for stroke in drawing.strokes for point in stroke.points), strict=True)
    return min(xs), min(ys), max(xs), max(ys)
