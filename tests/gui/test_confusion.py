"""A confusion matrix that can be read, however many classes there are."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui.plots.confusion_layout import LEAST, MOST
from cnn_gui.plots.confusion_view import ConfusionView
from cnn_gui.plots.figure import Figure
from cnn_gui.plots.text import small_font

LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
MANY = tuple(f"class of {n}" for n in range(100))
ROOM = 700, 330  # px that the matrix has in a window of 1366 × 768


def matrix(qtbot: QtBot, names: tuple[str, ...], size: tuple[int, int] = ROOM, most: int = 80) -> ConfusionView:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.resize(*size)
    count = len(names)
    counts = np.random.default_rng(0).integers(0, 9, (count, count))
    np.fill_diagonal(counts, most)
    counts[0, :] = 0
    recall, precision = (counts.diagonal() / np.maximum(1, counts.sum(axis=axis)) for axis in (1, 0))
    view.show_counts(counts, recall, precision, names)
    view.show()
    QApplication.processEvents()
    return view


def picture(view: ConfusionView, area: QRectF) -> QImage:
    return view.viewport().grab(area.toRect()).toImage()


@pytest.mark.parametrize("names", [tuple("0123456789"), LETTERS, MANY], ids=["10", "26", "100"])
def test_that_every_number_has_room_and_every_class_can_be_brought_into_sight(
    qtbot: QtBot, names: tuple[str, ...]
) -> None:
    view = matrix(qtbot, names)
    metrics = QFontMetrics(small_font(view.font()))
    last = len(names) - 1
    for cell in ((0, 0), (last, last), (0, last), (last, 0)):
        view.show_cell(cell)
        place = view.place(cell)
        assert view._layout.cells.contains(place), "a chosen cell is in sight"
        assert place.width() > metrics.horizontalAdvance("80") and place.height() >= metrics.height()
        assert view._layout.named and view._layout.cell_at(place.center()) == cell
    scrolls = max(view.horizontalScrollBar().maximum(), view.verticalScrollBar().maximum()) > 0
    assert scrolls == (len(names) > 10)


def test_that_names_and_figures_stay_in_sight_while_the_cells_scroll(qtbot: QtBot) -> None:
    view = matrix(qtbot, MANY)
    cells, whole = view._layout.cells, QRectF(view.viewport().rect())
    left = QRectF(0, cells.top(), cells.left() - 4, cells.height())
    right = QRectF(cells.right() + 2, cells.top(), whole.right() - cells.right() - 2, cells.height())
    above = QRectF(cells.left(), 20, cells.width(), cells.top() - 24)
    before = [picture(view, area) for area in (left, right, above)]
    assert all(len({image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}) > 3
               for image in before)  # fmt: skip
    view.horizontalScrollBar().setValue(20 * view._layout.side)
    after = [picture(view, area) for area in (left, right, above)]
    assert after[:2] == before[:2] and after[2] != before[2], "rows keep their names, columns have those of others"
    view.verticalScrollBar().setValue(30 * view._layout.side)
    last = [picture(view, area) for area in (left, right, above)]
    assert last[0] != after[0] and last[1] != after[1] and last[2] == after[2]
    assert view.place((30, 20)).topLeft() == QPointF(cells.left(), cells.top())


def test_that_long_names_are_written_upwards_and_not_replaced_by_numbers(qtbot: QtBot) -> None:
    view, short = matrix(qtbot, MANY), matrix(qtbot, LETTERS)
    assert not view._layout.upright and short._layout.upright
    assert view._layout.head >= QFontMetrics(small_font(view.font())).horizontalAdvance(MANY[-1])


def test_that_the_wheel_and_keys_zoom(qtbot: QtBot) -> None:
    view = matrix(qtbot, MANY)
    before = view._layout.side
    QTest.keyClick(view, Qt.Key.Key_Minus)
    smaller = view._layout.side
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert smaller < before == view._layout.side
    place = QPointF(200, 150)
    for notches, side in ((-20, LEAST), (40, MOST)):
        event = QWheelEvent(
            place, view.viewport().mapToGlobal(place), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)
        assert view._layout.side == side
        view.viewport().grab()


def test_that_arrows_bring_the_chosen_cell_into_sight(qtbot: QtBot) -> None:
    view = matrix(qtbot, LETTERS)
    chosen: list[tuple[int, int]] = []
    view.chosen.connect(lambda *cell: chosen.append(cell))
    view.show_cell((0, 0))
    for _ in range(25):
        QTest.keyClick(view, Qt.Key.Key_Down)
        assert view._layout.cells.contains(view.place(view.cell))
    assert chosen[-1] == (25, 0)


def test_that_recall_and_precision_are_those_of_the_counts_and_what_has_none_has_a_dash(qtbot: QtBot) -> None:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.show_counts(np.array([[5, 1], [0, 0]]), np.array([5 / 6, np.nan]), np.array([1.0, 0.0]), ("cat", "dog"))
    assert [view.recall_text(n) for n in (0, 1)] == ["83.3 %", "–"]
    assert [view.precision_text(n) for n in (0, 1)] == ["100.0 %", "0.0 %"]
    assert view.describe((0, 1)) == "Actual cat, predicted dog: 1 of 6 images (16.7 %)"


@pytest.mark.parametrize("names", [LETTERS, MANY], ids=["26", "100"])
def test_that_a_picture_of_it_has_every_cell_with_its_number(qtbot: QtBot, names: tuple[str, ...]) -> None:
    view = matrix(qtbot, names)
    whole = view.whole()
    image = Figure(whole).image(1.0)
    assert (image.width(), image.height()) == (whole.width(), whole.height()) and not whole.isVisible()
    assert whole.horizontalScrollBar().maximum() == whole.verticalScrollBar().maximum() == 0
    last = len(names) - 1
    for cell in ((1, 1), (last, last)):
        place = whole.place(cell).toRect()
        assert image.rect().contains(place)
        colours = {image.pixel(x, y) for x in range(place.left() + 1, place.right())
                   for y in range(place.top() + 1, place.bottom())}  # fmt: skip
        assert len(colours) > 3, "a number on its colour"
    view.whole()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(view.findChildren(ConfusionView)) == 1
