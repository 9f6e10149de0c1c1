"""Grids that move: at both ends of a motion every value lies where a grid that stands still has it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from cnn_gui import motion, theme
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Grid, Mark
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.moving_grid import MovingGrid
from cnn_gui.plots.raster import raster
from cnn_gui.plots.text import power, unit

SMALL = np.array([[0.9, -0.6], [0.3, -0.9]])
KEPT = slice(1, 4, 2), slice(1, 4, 2)


def large() -> Grid:
    """SMALL with a zero before, between and after."""
    values, marks = np.zeros((5, 5)), np.full((5, 5), Mark.INSERTED, np.uint8)
    values[KEPT], marks[KEPT] = SMALL, Mark.NONE
    return Grid(values, ColorMap.GRADIENTS, 1.0, "large", marks)


def small() -> Grid:
    return Grid(SMALL, ColorMap.GRADIENTS, 1.0, "small")


@pytest.fixture
def moving(qtbot: QtBot) -> MovingGrid:
    view = MovingGrid()
    qtbot.addWidget(view)
    view.resize(160, 180)
    view.show()
    return view


def picture(qtbot: QtBot, grid: Grid) -> tuple[QImage, GridView]:
    """Return how a grid that stands still looks."""
    view = GridView()
    qtbot.addWidget(view)
    view.resize(160, 180)
    view.show_grid(grid)
    return view.grab().toImage(), view


def corner(view: GridView, grid: Grid, cell: tuple[int, int]) -> QPoint:
    """Return a place in a cell where neither a number nor a line is."""
    rect = view.place_of(grid).cell(cell)
    return QPoint(round(rect.left() + rect.width() * 0.2), round(rect.top() + rect.height() * 0.2))


def assert_looks_like(image: QImage, still: QImage, view: GridView, grid: Grid) -> None:
    for cell, value in np.ndenumerate(grid.values):
        if value:
            place = corner(view, grid, cell)
            assert image.pixelColor(place) == still.pixelColor(place)


def test_that_zeros_slide_in_from_the_picture_before_to_the_one_after(qtbot: QtBot, moving: MovingGrid) -> None:
    moving.grow(large(), KEPT)
    assert moving.moving
    assert_looks_like(moving.grab().toImage(), *picture(qtbot, small()), small())
    qtbot.waitUntil(lambda: not moving.moving)
    assert moving.grab().toImage() == picture(qtbot, large())[0]


def test_that_cropped_rows_slide_out(qtbot: QtBot, moving: MovingGrid) -> None:
    moving.shrink(small(), large(), KEPT)
    assert moving.moving and moving.grid is not None and moving.grid.values.tolist() == SMALL.tolist()
    assert_looks_like(moving.grab().toImage(), *picture(qtbot, large()), large())
    moving.stand()
    assert not moving.moving and moving.grab().toImage() == picture(qtbot, small())[0]


def test_that_a_kernel_begins_as_it_was_and_ends_turned(qtbot: QtBot, moving: MovingGrid) -> None:
    rotated = Grid(SMALL[::-1, ::-1], ColorMap.GRADIENTS, 1.0, "rotated")
    moving.rotate(rotated)
    assert_looks_like(moving.grab().toImage(), *picture(qtbot, small()), small())
    moving.stand()
    assert moving.grab().toImage() == picture(qtbot, rotated)[0]


def test_that_a_motion_stays_where_it_is_held(qtbot: QtBot, moving: MovingGrid) -> None:
    moving.grow(large(), KEPT)
    moving.hold(0.5)
    held = moving.grab().toImage()
    qtbot.wait(400)  # longer than the motion takes
    assert moving.moving and moving.grab().toImage() == held
    moving.stand()
    assert not moving.moving


def test_that_nothing_moves_where_reduced_motion_is_asked_for(
    qtbot: QtBot, moving: MovingGrid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(motion.REDUCED_MOTION, "1")
    moving.grow(large(), KEPT)
    assert not moving.moving and moving.grab().toImage() == picture(qtbot, large())[0]


def test_that_rows_and_columns_are_as_long_as_they_are_told_to_be() -> None:
    grid = Grid(SMALL, ColorMap.ACTIVATIONS, 1.0, marks=np.array([[0, Mark.INSERTED], [0, 0]], np.uint8))
    image = raster(grid, np.array([0.0, 3, 5]), np.array([0.0, 6, 6]), theme.LIGHT)
    assert (image.width(), image.height()) == (6, 5)
    colours = {QColor.fromRgba(image.pixel(x, y)).name() for x in range(6) for y in range(3)}
    assert len(colours) == 1 and colours.isdisjoint({QColor.fromRgba(image.pixel(0, 4)).name()})


def test_that_hatches_and_lines_are_as_wide_in_a_file_of_twice_the_size() -> None:
    edges = np.arange(6) * 20.0
    once, twice = (raster(large(), edges, edges, theme.LIGHT, ratio) for ratio in (1, 2))
    assert (twice.width(), twice.height()) == (200, 200)
    assert line_share(once) == line_share(twice) == 4 / 100
    assert abs(accent_share(once) - accent_share(twice)) < 0.1


def line_share(image: QImage) -> float:
    """Return how much of the first row is lines between cells."""
    colours = [image.pixelColor(x, 0).name() for x in range(image.width())]
    return colours.count(theme.LIGHT.line.lower()) / image.width()


def accent_share(image: QImage) -> float:
    """Return how much of the first cell is strokes."""
    side = image.width() // 5
    colours = [image.pixelColor(x, y).name() for x in range(side) for y in range(side)]
    return colours.count(theme.LIGHT.accent.lower()) / side**2


@pytest.mark.parametrize(
    ("limit", "exponent", "text"),
    [
        (1, 0, "10⁰"),
        (0.01, 0, "10⁰"),
        (0.0099, -3, "10⁻³"),
        (4e-6, -6, "10⁻⁶"),
        (2e5, 3, "10³"),
        (1e-322, -300, "10⁻³⁰⁰"),
    ],
)
def test_that_the_unit_of_numbers_is_a_power_of_ten_that_keeps_them_short(
    limit: float, exponent: int, text: str
) -> None:
    assert unit(limit) == exponent and power(exponent) == text
