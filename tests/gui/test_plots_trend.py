"""A small curve shows every value, however many there are, and reads one of them."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.plots.trend import Trend, TrendView, ends


@pytest.fixture
def view(qtbot: QtBot) -> TrendView:
    widget = TrendView()
    qtbot.addWidget(widget)
    widget.resize(200, 60)
    widget.show()
    return widget


def trend(values: np.ndarray) -> Trend:
    return Trend("gradient", "g", np.arange(1, len(values) + 1, dtype=float), values)


def coloured(view: TrendView, at: QPoint) -> bool:
    """Whether there is something of the curve's colour around a place."""
    shown, accent = view.grab().toImage(), QColor(theme.LIGHT.accent)
    around = [shown.pixelColor(at + QPoint(x, y)) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    return any(abs(c.hue() - accent.hue()) < 12 and c.saturation() > 60 for c in around)


@pytest.mark.parametrize("count", [2, 50, 20_000])
def test_that_the_curve_passes_through_its_highest_and_lowest_value(view: TrendView, count: int) -> None:
    values = np.random.default_rng(0).normal(size=count)
    values[count // 3], values[-1] = -9, 9
    view.show_trend(trend(values))
    for place in (count // 3, count - 1):
        assert coloured(view, view.position(place).toPoint())


@pytest.mark.parametrize("values", [[0.5], [0.0, 0.0, 0.0], [1.0, np.nan, 2.0], [np.nan, np.inf]])
def test_that_odd_values_are_shown_all_the_same(view: TrendView, values: list[float]) -> None:
    view.show_trend(trend(np.array(values)))
    assert not view.grab().isNull() and view.readout != ""


def test_that_the_mouse_reads_a_value_and_otherwise_the_newest_is_told(view: TrendView) -> None:
    told: list[object] = []
    view.pointed.connect(told.append)
    values = np.array([0.5, -2.0, 3.0, 4.0])
    view.show_trend(trend(values))
    assert view.readout == "4"
    QTest.mouseMove(view, view.position(1).toPoint())
    assert told[-1] == 1
    view.show_trend(trend(values), 1)
    assert view.readout == "−2"


def test_that_nothing_is_nothing(view: TrendView) -> None:
    view.show_trend(trend(np.zeros(0)))
    QTest.mouseMove(view, QPoint(100, 30))
    assert view.readout == "" and not view.grab().isNull()


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.7, -0.66, ("−0.70", "−0.66")),
        (-0.038, 0.014, ("−0.038", "0.014")),
        (2e-5, 1.6e-4, ("0.00002", "0.00016")),
        (-2e-9, 3.5e-8, ("−2·10⁻⁹", "3.5·10⁻⁸")),
    ],
)
def test_that_both_ends_of_its_range_have_as_many_decimals(low: float, high: float, said: tuple[str, str]) -> None:
    assert ends(low, high) == said
