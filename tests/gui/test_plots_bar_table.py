"""A table of numbers and bars: what is written, what is in sight, what the mouse and the keys read."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.plots.bar_column import GAP, Column
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
    left, width, _ = table._places()[2]
    left, width = left + theme.SPACE[0], width - GAP
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


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.26, 1.1, -0.98, 0.0], ["1.260", "1.100", "−0.980", "0"]),
        ([20.1, 10.06, 3.6], ["20.10", "10.06", "3.60"]),
        ([1.0, 4e-7, 3.23e-22], ["1.000", "4.00·10⁻⁷", "3.23·10⁻²²"]),
        ([-6.04e-6, -1e-5], ["−6.04·10⁻⁶", "−1.00·10⁻⁵"]),
        ([0.0, 1.0, 1234.0], ["0", "1", "1234"]),
    ],
)
def test_that_the_numbers_of_a_column_have_as_many_decimals(values: list[float], said: list[str]) -> None:
    column = Column("value", np.array(values))
    assert [column.written(row) for row in range(len(values))] == said


def test_that_decimal_points_stand_below_one_another(qtbot: QtBot) -> None:
    """No digit of these is as low as a point alone: it is the first ink that begins near the lowest."""
    table = table_of(qtbot, np.array([8.26, 8.6e-9, 8.0, 80.5, -8.5]))
    picture, place = table.viewport().grab().toImage(), table._places()[1]
    left, right = int(theme.SPACE[0] + place.left), int(theme.SPACE[0] + place.left + place.width - GAP)

    def point(rect: QRect) -> int:
        rows = range(rect.top() + 2, rect.bottom() - 2)
        ink = {x: [y for y in rows if QColor(picture.pixel(x, y)).lightness() < 128] for x in range(left, right)}
        lowest = max(y for ys in ink.values() for y in ys)
        return next(x for x, ys in ink.items() if ys and min(ys) > lowest - 3)

    assert [table.columns[1].written(row) for row in range(5)] == ["8.26", "8.60·10⁻⁹", "8.00", "80.50", "−8.50"]
    points = [point(table.row_rect(row).toRect()) for row in range(5)]
    assert len(set(points)) == 1, points


def test_that_a_column_of_many_numbers_has_room_for_the_longest() -> None:
    values = np.linspace(-1000, 1000, 500)
    values[7] = -2.5e-14
    texts = Column("value", values).few
    assert len(texts) < 5 and "−1000" in texts[0] and "·10⁻¹⁴" in texts[1]
    values[[8, 9, 10]] = np.nan, np.inf, 0
    assert Column("value", values).few == texts
