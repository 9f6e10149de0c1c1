"""One array as a picture: what it says, where its cells lie, and what comes out of it."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.plots import export
from cnn_gui.plots.colormaps import ColorMap, table
from cnn_gui.plots.figure import Figure
from cnn_gui.plots.grid import Grid, Mark, Placement
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.strongest import strongest

VALUES = np.array([[0.5, -1.0, 0.0], [1.0, 0.25, -0.5]])


@pytest.fixture
def view(qtbot: QtBot) -> GridView:
    view = GridView()
    qtbot.addWidget(view)
    view.resize(200, 180)
    view.show_grid(Grid(VALUES, ColorMap.ACTIVATIONS, 1.0, "input 0"))
    view.show()
    return view


def cell_centre(view: GridView, row: int, column: int) -> QPoint:
    assert view.placement is not None
    return view.placement.cell((row, column)).center().toPoint()


@given(
    st.integers(1, 200), st.integers(1, 200), st.floats(10, 900), st.floats(10, 900), st.sampled_from([1.0, 1.5, 2.0]),
)  # fmt: skip
def test_that_a_picture_lies_within_its_area_and_each_cell_is_found_in_its_middle(
    rows: int, columns: int, width: float, height: float, ratio: float
) -> None:
    area = QRectF(3, 7, width, height)
    place = Placement.fit((rows, columns), area, ratio)
    assert area.adjusted(-1, -1, 1, 1).contains(place.rect)
    assert place.rect.width() / columns == pytest.approx(place.rect.height() / rows)
    for cell in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)):
        assert place.at(place.cell(cell).center()) == cell
    assert place.at(QPointF(place.rect.right() + 1, place.rect.top())) is None


def test_that_every_cell_has_the_colour_of_its_value(view: GridView) -> None:
    view.show_grid(Grid(VALUES, ColorMap.ACTIVATIONS, 1.0))
    view.resize(70, 90)  # too small for numbers
    picture = view.grab().toImage()
    colours = table(ColorMap.ACTIVATIONS, dark=False)
    for (row, column), value in np.ndenumerate(VALUES):
        red, green, blue, _ = colours[round(127 + 127 * value)]
        assert picture.pixelColor(cell_centre(view, row, column)) == QColor(int(red), int(green), int(blue))


def test_that_pointing_reads_a_value_and_leaving_forgets_it(qtbot: QtBot, view: GridView) -> None:
    with qtbot.waitSignal(view.pointed, check_params_cb=lambda cell: cell == (1, 2)):
        qtbot.mouseMove(view, cell_centre(view, 1, 2))
    assert view.readout == "row 1, column 2: −0.5" and view.toolTip() == ""  # it stands below the picture
    with qtbot.waitSignal(view.pointed, check_params_cb=lambda cell: cell is None):
        qtbot.mouseMove(view, QPoint(1, 1))
    assert view.readout == ""
    view.size_below = False
    qtbot.mouseMove(view, cell_centre(view, 0, 0))
    assert view.toolTip() == view.readout == "row 0, column 0: 0.5"


def test_that_a_padded_input_counts_from_its_first_pixel_and_names_its_padding() -> None:
    marks = np.array([[Mark.PADDING, Mark.PADDING, Mark.PADDING], [Mark.NONE, Mark.INSERTED, Mark.UNREAD]], np.uint8)
    grid = Grid(VALUES, ColorMap.ACTIVATIONS, 1.0, "", marks, (-1, 0))
    assert grid.read_out((0, 1)) == "row −1, column 1: −1 (padding)".replace("−1,", "-1,")
    assert grid.read_out((1, 0)) == "row 0, column 0: 1"
    assert grid.read_out((1, 1)).endswith("(inserted zero)")
    assert grid.read_out((1, 2)).endswith("(never read)")


def test_that_below_a_picture_stand_its_size_and_what_its_colours_mean(view: GridView) -> None:
    for limit, colormap, said in (
        (1.0, ColorMap.ACTIVATIONS, "±1"), (2.5e-6, ColorMap.GRADIENTS, "±2.5·10⁻⁶"), (9, ColorMap.COUNTS, "0–9"),
    ):  # fmt: skip
        view.show_grid(Grid(np.zeros((40, 3)), colormap, limit, "input 0"))
        assert {"input 0", "40 × 3", said} <= texts(view)
    view.resize(60, 180)
    assert "±1" not in texts(view) and "0–9" in texts(view) and "40 × 3" not in texts(view)
    view.resize(40, 180)
    assert "0–9" not in texts(view) and "40 × 3" in texts(view)


def test_that_the_value_under_the_mouse_stands_below_the_picture_but_not_in_its_file(
    qtbot: QtBot, view: GridView
) -> None:
    def foot() -> QImage:
        return view.grab(view.rect().adjusted(0, 155, 0, 0)).toImage()

    before = foot()
    qtbot.mouseMove(view, cell_centre(view, 1, 2))
    pointed = foot()
    assert pointed != before and "±1" in texts(view)
    qtbot.mouseMove(view, cell_centre(view, 0, 0))
    assert foot() != pointed


def texts(view: GridView) -> set[str]:
    """Return what stands in the picture of the view."""
    return set(re.findall(r">([^<>]+)</text>", Figure(view).svg().decode()))


def test_that_hatches_can_be_seen(view: GridView) -> None:
    plain = view.grab().toImage()
    view.show_grid(Grid(VALUES, ColorMap.ACTIVATIONS, 1.0, "input 0", np.full(VALUES.shape, Mark.UNREAD, np.uint8)))
    hatched = view.grab().toImage()
    assert plain != hatched


def image_pixels(image: QImage, colour: QColor) -> int:
    places = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return sum(image.pixelColor(x, y) == colour for x, y in places)


@pytest.mark.parametrize(
    ("values", "written"), [([[8, -112], [0, 34]], ["8", "−112", "0", "34"]), ([[8, -1.5], [0, 1]], ["8.00", "−1.50"])]
)
def test_that_whole_numbers_have_no_decimals(view: GridView, values: list[list[float]], written: list[str]) -> None:
    view.show_grid(Grid(np.array(values, float), ColorMap.ACTIVATIONS, float(np.abs(values).max())))
    texts = [text.strip() for text in re.findall(">([^<]+)</text>", Figure(view).svg().decode())]
    assert set(written) <= set(texts)


def test_that_a_number_loses_no_digit_but_the_zero_before_its_point(view: GridView) -> None:
    view.show_grid(Grid(np.array([[9.97, -0.25, 0.5]]), ColorMap.ACTIVATIONS, 10.0))
    written = set()
    for width in range(30, 160):
        view.resize(width, 80)
        written |= {text for text in texts(view) if "×" not in text and "…" not in text} - {"±10"}
    assert written == {"9.97", "−0.25", "0.50", "10.0", "−0.2", "0.5", "−.2", ".5"}


def test_that_no_stroke_of_a_hatch_goes_through_a_number(view: GridView) -> None:
    view.show_grid(Grid(np.zeros((2, 2)), ColorMap.GRADIENTS, 1.0, marks=np.full((2, 2), Mark.INSERTED, np.uint8)))
    middle, image = cell_centre(view, 0, 0), view.grab().toImage()
    near = {image.pixelColor(middle.x() + x, middle.y() + y).hue() for x in range(-3, 4) for y in range(-4, 5)}
    assert QColor(theme.LIGHT.accent).hue() not in near


def test_that_a_click_tells_the_cell_and_beside_the_picture_it_is_left_to_others(qtbot: QtBot, view: GridView) -> None:
    with qtbot.waitSignal(view.clicked, check_params_cb=lambda cell: cell == (0, 1)):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=cell_centre(view, 0, 1))
    with qtbot.assertNotEmitted(view.clicked):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))


def test_that_rings_show_a_window_and_single_cells(view: GridView) -> None:
    plain = view.grab().toImage()
    view.highlight((slice(0, 2), slice(1, 3)), [(1, 0)])
    ringed = view.grab().toImage()
    accent = QColor(theme.LIGHT.accent)
    assert image_pixels(plain, accent) == 0 < image_pixels(ringed, accent)
    view.show_grid(Grid(np.zeros((5, 5)), ColorMap.WEIGHTS, 1.0))
    assert view.highlighted == (None, ())


def test_that_the_numbers_come_out_as_text_as_csv_and_as_pictures(
    qtbot: QtBot, view: GridView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(("numbers", "picture.png", "picture"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / next(names)), ""))
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)
    QGuiApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), QPoint(5, 5)))
    (menu,) = view.findChildren(QMenu)
    copy, copy_picture, _, as_csv, as_png, as_svg = menu.actions()
    for action in (copy, as_csv, as_png, as_svg):
        action.trigger()
    assert QGuiApplication.clipboard().text() == "0.5\t-1.0\t0.0\n1.0\t0.25\t-0.5"
    assert np.array_equal(np.loadtxt(tmp_path / "numbers.csv", delimiter=","), VALUES)
    assert QImage(str(tmp_path / "picture.png")).size() == view.size() * view.devicePixelRatio()
    svg = (tmp_path / "picture.svg").read_text()
    assert "<image" not in svg and svg.count("<path") + svg.count("<rect") >= VALUES.size and "input 0" in svg
    copy_picture.trigger()
    assert not QGuiApplication.clipboard().pixmap().isNull()
    menu.close()


def test_that_a_file_that_cannot_be_written_is_told(
    view: GridView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "none" / "a"), ""))
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(box.text()))
    menu = QMenu(view)
    export.fill_menu(menu, view, export.Numbers(VALUES, "input 0"))
    for action in menu.actions()[-3:]:
        action.trigger()
    assert len(said) == 3 and all("There is no such folder; check its name and its folder." in text for text in said)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300, 1e-300, -0.0])
def test_that_no_value_stops_the_painting(view: GridView, value: float) -> None:
    limit = abs(value) if np.isfinite(value) and value else 1.0
    view.show_grid(Grid(np.full((2, 2), value), ColorMap.GRADIENTS, limit, "odd"))
    assert not view.grab().isNull()


@given(
    st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_that_of_many_values_a_pixel_shows_the_one_farthest_from_zero(
    rows: int, columns: int, high: int, wide: int, seed: int
) -> None:
    values = np.random.default_rng(seed).standard_normal((rows, columns))
    shape = min(rows, high), min(columns, wide)
    shown = strongest(values, shape)
    assert shown.shape == shape
    for (i, j), value in np.ndenumerate(shown):
        block = values[
            i * rows // shape[0] : (i + 1) * rows // shape[0], j * columns // shape[1] : (j + 1) * columns // shape[1]
        ]
        assert value == block.flat[np.abs(block).argmax()]
    values[rows // 2, columns // 2] = np.nan
    assert np.isnan(strongest(values, shape)).sum() == 1


def test_that_one_bright_cell_of_a_large_array_is_seen(view: GridView) -> None:
    values = np.zeros((3000, 2000))
    values[1234, 567] = -1.0
    for elastic in (False, True):
        view.show_grid(Grid(values, ColorMap.ACTIVATIONS, 1.0, "large", elastic=elastic))
        picture = view.grab().toImage()
        middle = cell_centre(view, 1234, 567)
        around = (picture.pixelColor(middle + QPoint(x, y)) for x in (-1, 0, 1) for y in (-1, 0, 1))
        assert any(colour.blue() > colour.red() + 50 for colour in around)


@given(
    st.integers(1, 900), st.integers(1, 900), st.floats(10, 900), st.floats(10, 900), st.sampled_from([1.0, 1.5, 2.0]),
)  # fmt: skip
def test_that_elastic_cells_use_both_sides_of_their_area(
    rows: int, columns: int, width: float, height: float, ratio: float
) -> None:
    area = QRectF(3, 7, width, height)
    place = Placement.fit((rows, columns), area, ratio, elastic=True)
    assert area.adjusted(-1, -1, 1, 1).contains(place.rect)
    for used, room, cells in ((place.rect.width(), width, columns), (place.rect.height(), height, rows)):
        assert used >= min(room, 40 * cells) * 8 / 9 - 1  # from 8 pixels on, cells are whole ones
    for cell in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)):
        assert place.at(place.cell(cell).center()) == cell


def test_that_a_ring_leaves_the_colour_of_a_small_cell_to_be_seen(qtbot: QtBot) -> None:
    view = GridView()
    qtbot.addWidget(view)
    view.resize(60, 90)
    values = np.zeros((8, 8))
    values[3, 4] = 1.0
    view.show_grid(Grid(values, ColorMap.ACTIVATIONS, 1.0))
    place = view.placement
    assert place is not None and 4 <= place.side <= 7
    cell = place.cell((3, 4)).toRect().adjusted(1, 1, -1, -1)

    def shown() -> list[int]:
        image = view.grab().toImage()
        return [image.pixel(x, y) for x in range(cell.left(), cell.right() + 1)
                for y in range(cell.top(), cell.bottom() + 1)]  # fmt: skip

    before = shown()
    view.highlight(None, [(3, 4)])
    assert shown() == before and view.highlighted == (None, ((3, 4),))
