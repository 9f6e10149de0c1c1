"""A table of numbers and bars: what is written, what is in sight, what the mouse and the keys read."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cnn_gui.plots.bar_column import Column
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.colormaps import ColorMap
from tests.helpers.lens import point_at_row

VALUES = np.array([0.5, -1.0, 0.25])


def table_of(qtbot: QtBot, values: np.ndarray, height: int = 200) -> BarTable:
    table = BarTable()
    qtbot.addWidget(table)
    table.resize(300, height)
    names = Column("name", np.arange(len(values)), text=lambda row: f"row {row}", name=True)
    table.show_columns([names, Column("value", values), Column("", values, ColorMap.ACTIVATIONS)], "things")
    table.show()
    return table


def test_that_bars_go_from_zero_to_the_side_of_their_sign_and_as_far_as_their_value(qtbot: QtBot) -> None:
    table = table_of(qtbot, VALUES)
    picture = table.viewport().grab().toImage()
    left, width = table._places()[2]
    width -= 12  # the gap to the next column
    for row, value in enumerate(VALUES):
        y = int(table.row_rect(row).center().y())
        red, blue, empty = 0, 0, 0
        for x in range(int(left), int(left + width)):
            colour = QColor(picture.pixel(x, y))
            red += colour.red() > colour.blue() + 60
            blue += colour.blue() > colour.red() + 60
        empty = red if value < 0 else blue
        assert (red or blue) == pytest.approx(abs(value) * width / 2, abs=3) and empty == 0


def test_that_the_mouse_reads_rows_and_not_the_titles(qtbot: QtBot) -> None:
    table = table_of(qtbot, VALUES)
    seen: list[int | None] = []
    table.pointed.connect(seen.append)
    point_at_row(table, 2)
    point_at_row(table, 0)
    assert seen == [2, None, 0] and table.spot == 0  # by way of the titles
    clicked: list[int] = []
    table.clicked.connect(clicked.append)
    for at in (table.row_rect(1).center().toPoint(), QPoint(5, 5)):
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert clicked == [1]


def test_that_keys_walk_through_the_rows_and_bring_them_in_sight(qtbot: QtBot) -> None:
    table = table_of(qtbot, np.arange(1000.0))
    for expected in (0, 1, 2):
        qtbot.keyClick(table, Qt.Key.Key_Down)
        assert table.spot == expected
    qtbot.keyClick(table, Qt.Key.Key_Up)
    assert table.spot == 1
    for _ in range(30):
        qtbot.keyClick(table, Qt.Key.Key_Down)
    inside = table.viewport().rect()
    assert table.spot == 31 and inside.contains(table.row_rect(31).toRect())


@pytest.mark.parametrize("row", [0, 400, 999])
def test_that_a_marked_row_comes_in_sight_below_the_titles(qtbot: QtBot, row: int) -> None:
    table = table_of(qtbot, np.arange(1000.0))
    table.mark([row])
    rect = table.row_rect(row)
    assert rect.top() >= table.row_rect(0).height() and rect.bottom() <= table.viewport().height()
    assert table.marked == (row,)


def test_that_fewer_rows_leave_nothing_under_the_mouse(qtbot: QtBot) -> None:
    table = table_of(qtbot, np.arange(10.0))
    point_at_row(table, 5)
    table.show_columns([Column("value", VALUES)], "things")
    assert table.spot is None and table.rows == 3


def test_that_its_numbers_can_be_copied(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(qtbot, VALUES)
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 40), QPoint(5, 40))
    QGuiApplication.sendEvent(table.viewport(), event)
    (menu,) = table.findChildren(QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert QGuiApplication.clipboard().text().splitlines()[2] == "1.0\t-1.0\t-1.0"


def test_that_what_is_not_a_number_has_no_bar(qtbot: QtBot) -> None:
    table = table_of(qtbot, np.array([np.nan, np.inf, 1.0]))
    assert not table.grab().isNull()
    assert [table.columns[1].written(row) for row in range(3)] == ["nan", "inf", "1"]
