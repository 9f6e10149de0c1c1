"""A mosaic shows numbers as colours and gives the numbers back under the mouse."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.plots.colormaps import BAD, LEVELS, ZERO, ColorMap, table
from cnn_gui.plots.levels import HOLD
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.mosaic_geometry import Spot


class Listener(QObject):
    """Notes in *told* each event of one *kind*."""

    def __init__(self, told: list[QObject], kind: QEvent.Type, parent: QObject) -> None:
        super().__init__(parent)
        self.told, self.kind = told, kind

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == self.kind:
            self.told.append(watched)
        return False


@pytest.fixture
def view(qtbot: QtBot) -> MosaicView:
    widget = MosaicView()
    qtbot.addWidget(widget)
    widget.resize(372, 330)
    widget.show()
    return widget


def maps(count: int = 6, height: int = 5, width: int = 4) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, height, width)).astype(np.float32)


def middle_of(canvas: MosaicCanvas, tile: int, row: int = 0, column: int = 0) -> QPoint:
    page = canvas.drawn()
    assert page is not None
    rect = page.geometry.cell_rect(Spot(tile, row, column))
    assert rect is not None
    return rect.center().toPoint()


def colour_at(canvas: MosaicCanvas, tile: int, row: int = 0, column: int = 0) -> tuple[int, ...]:
    """The colour on the screen a little beside the middle, where no text stands."""
    shown, ratio = canvas.grab().toImage(), canvas.devicePixelRatioF()
    page = canvas.drawn()
    assert page is not None
    corner = page.geometry.cell_rect(Spot(tile, row, column)).topLeft() + QPoint(2, 2)
    return shown.pixelColor((corner * ratio).toPoint()).getRgb()[:3]


def entry(index: int, colormap: ColorMap = ColorMap.ACTIVATIONS, dark: bool = False) -> tuple[int, ...]:
    return tuple(table(colormap, dark)[index, :3].tolist())


def test_that_pointing_reads_out_each_value(qtbot: QtBot, view: MosaicView) -> None:
    values = maps()
    view.set_maps(values)
    for place in ((0, 0, 0), (3, 4, 1), (5, 4, 3)):
        qtbot.mouseMove(view.canvas, middle_of(view.canvas, *place))
        tile, row, column = place
        told, number = view.readout
        assert told == f"channel {tile}, row {row}, column {column}"
        assert float(number.replace("−", "-")) == pytest.approx(values[place], rel=1e-3)


def test_that_beside_the_tiles_the_read_out_sums_up(qtbot: QtBot, view: MosaicView) -> None:
    view.set_maps(np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 3)
    qtbot.mouseMove(view.canvas, middle_of(view.canvas, 1))
    qtbot.mouseMove(view.canvas, QPoint(1, 1))
    assert view.canvas.spot is None
    assert view.readout == ("2 maps of 3 × 4", "−3 to 20")


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_zero_has_the_middle_colour_and_the_ends_have_the_last(
    qapp: QApplication, view: MosaicView, scheme: theme.Tokens
) -> None:
    theme.apply(qapp, scheme)
    view.set_maps(np.array([-2, 0, 2], np.float32)[:, None, None] * np.ones((3, 4, 4), np.float32))
    for tile, index in enumerate((0, ZERO, LEVELS - 1)):
        assert colour_at(view.canvas, tile, 1, 1) == entry(index, dark=scheme.dark)
    theme.apply(qapp, theme.LIGHT)
    assert colour_at(view.canvas, 0, 1, 1) == entry(0)


def test_that_the_colour_range_grows_at_once_and_shrinks_late(view: MosaicView) -> None:
    limits = []
    for value in (0.9, 0.8, 1.17, 1.0, *[0.1] * HOLD):
        view.set_maps(np.full((2, 3, 3), value, np.float32))
        limits.append(round(view.limit, 6))
    assert limits == [1.0, 1.0, 1.2, 1.2, *[1.2] * (HOLD - 1), 0.1]
    assert view.legend.numbers() == ["−0.1", "0", "+0.1"]


def test_that_the_read_out_follows_the_values_under_a_resting_mouse(qtbot: QtBot, view: MosaicView) -> None:
    view.set_maps(np.full((2, 3, 3), 0.25, np.float32))
    qtbot.mouseMove(view.canvas, middle_of(view.canvas, 1))
    view.set_maps(np.full((2, 3, 3), 0.75, np.float32))
    assert view.readout == ("channel 1, row 0, column 0", "0.75")


def test_that_another_shape_begins_its_own_range_and_a_fixed_one_stays(view: MosaicView) -> None:
    view.set_maps(np.full((2, 3, 3), 50, np.float32))
    view.set_maps(np.full((3, 3, 3), 0.5, np.float32))
    assert view.limit == 0.5
    view.set_maps(np.full((3, 3, 3), 0.01, np.float32), limit=1.0)
    assert view.limit == 1.0


def test_that_another_subject_begins_its_own_range_and_so_does_a_new_beginning(view: MosaicView) -> None:
    for subject, value, limit in (("ReLU 1", 50, 50), ("ReLU 1", 3, 50), ("ReLU 2", 3, 3), ("ReLU 2", 0.5, 3)):
        view.set_caption(subject)
        view.set_maps(np.full((2, 3, 3), value, np.float32))
        assert view.limit == limit
    view.forget_range()
    view.set_maps(np.full((2, 3, 3), 0.5, np.float32))
    assert view.limit == 0.5


def test_that_another_caption_moves_nothing(qtbot: QtBot, view: MosaicView) -> None:
    view.set_caption("ReLU 1", "step 1")
    view.set_maps(maps())
    QApplication.sendPostedEvents()
    told = []
    view.installEventFilter(listener := Listener(told, QEvent.Type.LayoutRequest, view))
    view.set_caption("ReLU 1", "step 2")
    QApplication.sendPostedEvents()
    assert view.caption.accessibleName() == "ReLU 1 · step 2" and told == []
    view.removeEventFilter(listener)


def test_that_a_caption_that_is_too_long_ends_in_an_ellipsis(view: MosaicView) -> None:
    view.set_maps(maps())
    view.set_caption("W" * 200)
    long = view.caption.grab().toImage()
    view.set_caption("W" * 300)
    assert view.caption.grab().toImage() == long  # the same beginning, and no more than fits
    assert view.caption.whole_text == "W" * 300


def test_that_filters_are_rows_and_channels_are_columns(qtbot: QtBot, view: MosaicView) -> None:
    view.colormap = ColorMap.WEIGHTS
    kernels = np.random.default_rng(0).normal(size=(4, 3, 3, 3)).astype(np.float32)
    view.set_kernels(kernels)
    qtbot.mouseMove(view.canvas, middle_of(view.canvas, 2 * 3 + 1, 0, 2))
    told, number = view.readout
    assert told == "filter 2, channel 1, row 0, column 2"
    assert float(number.replace("−", "-")) == pytest.approx(kernels[2, 1, 0, 2], rel=1e-3)
    first, right, below = (middle_of(view.canvas, tile) for tile in (0, 1, 3))
    assert right.y() == first.y() and right.x() > first.x()
    assert below.x() == first.x() and below.y() > first.y()


def test_that_a_kernel_of_three_by_three_has_large_flat_cells(view: MosaicView) -> None:
    kernels = np.zeros((4, 1, 3, 3), np.float32)
    kernels[0, 0, 1, 1], kernels[3, 0, 2, 2] = 1, -1
    view.colormap = ColorMap.WEIGHTS
    view.set_kernels(kernels)
    page = view.canvas.drawn()
    assert page is not None and min(page.geometry.pages.tiling.scale) >= 24
    assert colour_at(view.canvas, 0, 1, 1) == entry(LEVELS - 1, ColorMap.WEIGHTS)
    assert colour_at(view.canvas, 3, 2, 2) == entry(0, ColorMap.WEIGHTS)
    assert colour_at(view.canvas, 0, 0, 0) == entry(ZERO, ColorMap.WEIGHTS)


def test_that_biases_share_the_colours_and_are_read_out_as_such(qtbot: QtBot, view: MosaicView) -> None:
    view.set_kernels(np.full((3, 1, 2, 2), 0.5, np.float32), np.array([0, 2, -2], np.float32))
    assert view.limit == 2
    assert [colour_at(view.strip, unit) for unit in range(3)] == [entry(ZERO), entry(LEVELS - 1), entry(0)]
    qtbot.mouseMove(view.strip, middle_of(view.strip, 2))
    assert view.readout == ("bias 2", "−2")
    view.set_kernels(np.ones((3, 1, 2, 2), np.float32))
    assert not view.strip.isVisible()


def test_that_a_matrix_is_read_out_by_unit_and_input_even_where_it_is_shrunk(qtbot: QtBot, view: MosaicView) -> None:
    for shape in ((10, 84), (120, 900)):
        weights = np.random.default_rng(1).normal(size=shape).astype(np.float32)
        view.set_matrix(weights)
        target = middle_of(view.canvas, 7 * shape[1] + 40)
        qtbot.mouseMove(view.canvas, target)
        told, number = view.readout
        unit, column = (int(word.split()[1]) for word in told.split(", "))
        assert abs(unit - 7) <= 1 and abs(column - 40) <= 2  # a pixel may stand for more than one of 900 inputs
        assert float(number.replace("−", "-")) == pytest.approx(weights[unit, column], rel=1e-3)


def test_that_what_a_row_and_a_column_are_stands_beside_their_numbers(qtbot: QtBot, view: MosaicView) -> None:
    view.set_matrix(np.zeros((30, 40)))
    page, picture = view.canvas.drawn(), view.canvas.grab().toImage()
    assert page is not None
    rect, left = page.geometry.rect.toRect(), round(page.geometry.rect.left() - page.geometry.area.left())
    above = QRect(rect.center().x() - 20, rect.top() - 28, 40, 12)
    beside = QRect(left, rect.center().y() - 20, 12, 40)
    for place in (above, beside):
        part = picture.copy(place)
        inks = {part.pixelColor(x, y).lightness() for x in range(part.width()) for y in range(part.height())}
        assert max(inks) - min(inks) > 60


def test_that_the_cells_of_a_named_vector_are_named(qtbot: QtBot, view: MosaicView) -> None:
    view.set_vector(np.array([0.1, 0.7, 0.2]), ("cat", "dog", "owl"), limit=1.0)
    qtbot.mouseMove(view.canvas, middle_of(view.canvas, 1))
    assert view.readout == ("dog (unit 1)", "0.7")
    view.set_vector(np.array([0.1, 0.7, 0.2]), ("cat", "dog"))
    assert view.canvas.tiles is not None and view.canvas.tiles.where(1, 0, 0) == "unit 1"


def test_that_bad_values_are_yellow_and_counted(view: MosaicView) -> None:
    values = maps()
    view.set_maps(values)
    assert not view.note.isVisible()
    values[1, 0, 0], values[1, 0, 1], values[2, 2, 2] = np.nan, np.inf, -np.inf
    view.set_maps(values)
    assert [colour_at(view.canvas, *place) for place in ((1, 0, 0), (1, 0, 1), (2, 2, 2))] == [entry(BAD)] * 3
    assert view.note.isVisible() and view.note.text().startswith("3 of 120 values are not finite")
    view.set_maps(np.full((2, 2, 2), np.nan, np.float32))
    assert view.readout == ("2 maps of 2 × 2", "")


def test_that_values_too_large_for_a_mosaic_count_as_not_finite(view: MosaicView) -> None:
    view.set_maps(np.array([[[1e60, 2.0]], [[-1e300, 0.0]]]))
    assert view.note.text().startswith("2 of 4 values are not finite") and view.limit == 2


def test_that_more_tiles_than_fit_are_turned_over_by_button_and_key(qtbot: QtBot, view: MosaicView) -> None:
    values = maps(700, 3, 3)
    view.set_maps(values)
    qtbot.waitUntil(view.pager.isVisible)
    assert view.pager.label.text() == "1 / 2"
    assert not view.pager.back_button.isEnabled()
    qtbot.mouseClick(view.pager.on_button, Qt.MouseButton.LeftButton)
    assert view.pager.label.text() == "2 / 2" and not view.pager.on_button.isEnabled()
    qtbot.mouseMove(view.canvas, middle_of(view.canvas, 699, 2, 2))
    assert view.readout[0] == "channel 699, row 2, column 2"
    qtbot.keyClick(view.canvas, Qt.Key.Key_PageUp)
    assert view.canvas.page == 0
    view.set_maps(maps(6))
    assert not view.pager.isVisible()


def test_that_a_page_stays_while_training_changes_the_values(view: MosaicView) -> None:
    view.set_maps(maps(700, 3, 3))
    view.canvas.turn(1)
    view.set_maps(maps(700, 3, 3) * 2)
    assert view.canvas.page == 1


def test_that_a_click_selects_a_tile_for_caption_and_summary(qtbot: QtBot, view: MosaicView) -> None:
    values = maps()
    view.set_caption("Convolution 2", "test image 17", "step 1,204")
    view.set_maps(values)
    assert view.caption.whole_text == "Convolution 2 · test image 17 · step 1,204"
    with qtbot.waitSignal(view.tile_selected) as caught:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=middle_of(view.canvas, 3, 1, 1))
    assert caught.args == [3]
    assert view.caption.whole_text == "Convolution 2 · channel 3 · test image 17 · step 1,204"
    view.set_maps(values * 1.01)
    assert view.canvas.selected == 3
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=middle_of(view.canvas, 3, 1, 1))
    assert view.canvas.selected == -1


def test_that_the_arrow_keys_select_and_escape_does_not(qtbot: QtBot, view: MosaicView) -> None:
    view.set_maps(maps())
    page = view.canvas.drawn()
    assert page is not None and page.geometry.ids.tolist() == [[0, 1, 2], [3, 4, 5]]
    for key, tile in (("Right", 0), ("Right", 1), ("Down", 4), ("Left", 3), ("Left", 3), ("Up", 0), ("Escape", -1)):
        qtbot.keyClick(view.canvas, Qt.Key[f"Key_{key}"])
        assert view.canvas.selected == tile


def test_that_a_message_takes_the_place_of_the_picture(view: MosaicView) -> None:
    view.set_maps(maps())
    view.show_message("Select a layer.")
    assert view.canvas.tiles is None and view.canvas.drawn() is None
    assert not view.legend.isVisible() and not view.caption.isVisible()
    view.set_maps(maps())
    assert view.legend.isVisible()


def test_that_values_are_copied(qtbot: QtBot, view: MosaicView) -> None:
    values = np.ones((2, 2, 2), np.float32)
    view.set_maps(values)
    values[...] = 7
    qtbot.mouseMove(view.canvas, middle_of(view.canvas, 1, 1, 1))
    assert view.readout == ("channel 1, row 1, column 1", "1")


@pytest.mark.parametrize("shape", [(3,), (2, 2), (0, 2, 2)])
def test_that_other_shapes_are_refused(view: MosaicView, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"give maps \(K, H, W\)"):
        view.set_maps(np.zeros(shape))


def test_that_a_map_larger_than_the_widget_is_shown_whole(qtbot: QtBot, view: MosaicView) -> None:
    values = np.zeros((1, 600, 900), np.float32)
    view.set_maps(values)
    page = view.canvas.drawn()
    assert page is not None
    assert view.canvas.rect().contains(page.geometry.rect.toAlignedRect())
    assert page.geometry.rect.width() / page.geometry.rect.height() == pytest.approx(902 / 602)


def test_that_any_size_of_the_widget_works(view: MosaicView) -> None:
    view.set_kernels(np.ones((16, 6, 5, 5), np.float32), np.ones(16, np.float32))
    for width, height in ((120, 110), (1200, 200), (200, 1200), (372, 330)):
        view.resize(width, height)
        view.grab()


def test_that_thirty_two_channels_are_repainted_within_a_frame(view: MosaicView) -> None:
    pictures = np.random.default_rng(0).normal(size=(10, 32, 14, 14)).astype(np.float32)
    view.set_maps(pictures[0])
    view.canvas.repaint()
    costs = []
    for values in pictures:
        start = time.thread_time()
        view.set_maps(values)
        view.canvas.repaint()
        costs.append(time.thread_time() - start)
    assert min(costs) < 0.016


@pytest.mark.parametrize(("selected", "text"), [(-1, "channel 0\t0.0\t1.0\nchannel 1\t2.0\t3.0"), (1, "2.0\t3.0")])
def test_that_the_numbers_can_be_copied(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, selected: int, text: str
) -> None:
    view = MosaicView()
    qtbot.addWidget(view)
    view.set_maps(np.arange(4.0).reshape(2, 1, 2))
    view.canvas.select(selected)
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)
    QApplication.sendEvent(view.canvas, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), QPoint(5, 5)))
    (menu,) = view.canvas.findChildren(QMenu)
    menu.actions()[0].trigger()
    assert QApplication.clipboard().text() == text
    assert len(menu.actions()) == 6
    menu.close()
