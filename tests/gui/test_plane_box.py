"""The choice of a channel is of one form, and stands in one place."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.lens.views.matrix import MatrixPage
from cnn_gui.lens.views.pooling import PoolingView
from cnn_gui.lens.views.reads import ReadCountsView
from cnn_gui.lens.views.weight_gradient import WeightGradientView
from cnn_gui.main_window import MainWindow
from engine.architecture import Architecture, new_layer
from tests.helpers import tiny
from tests.helpers.window import show_window

CONV, POOL = 1, 2


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    theme.apply(QApplication.instance(), theme.LIGHT)
    window = show_window(qtbot)
    window.document.set_data(tiny.dataset(), "bundled")
    convolutions = (new_layer("conv2d", filters=filters) for filters in (3, 4))
    layers = *convolutions, new_layer("pool2d"), *tiny.architecture().layers[-3:]
    window.document.replace(Architecture(layers), "Load it")
    yield window


def look_at(window: MainWindow, kind: type[LayerView], layer: int) -> LayerView:
    window.document.select(window.document.architecture.layers[layer].uid)
    window.canvas.opened.emit()
    window.lens.refresh()
    window.microscope.look_through(kind)
    window.lens.refresh()
    QApplication.processEvents()
    assert isinstance(window.microscope.view, kind)
    return window.microscope.view


@pytest.mark.parametrize(
    ("kind", "layer", "channels"),
    [
        (MatrixPage, CONV, 3), (InputGradientView, CONV, 3), (WeightGradientView, CONV, 3), (ReadCountsView, CONV, 3),
        (ReadCountsView, POOL, 4), (PoolingView, POOL, 4),
    ],
)  # fmt: skip
def test_that_a_channel_is_chosen_above_the_pictures_at_the_right(qtbot, window, kind, layer, channels) -> None:
    view = look_at(window, kind, layer)
    box = view.channel
    qtbot.waitUntil(lambda: abs(box.mapTo(view, QPoint(box.width(), 0)).x() - view.width()) <= 2)
    assert box.mapTo(view, QPoint()).y() <= theme.TARGET
    assert box.label.isVisible() and box.label.text() == f"Channel (of {channels})"
    assert (box.minimum(), box.maximum()) == (0, channels - 1)


def test_that_a_box_says_what_is_counted_and_where_counting_begins_unless_there_are_names(qtbot: QtBot) -> None:
    box = PlaneBox("Channel")
    qtbot.addWidget(box)
    qtbot.addWidget(box.label)
    box.offer(range(3))
    assert (box.accessibleName(), box.toolTip()) == ("Channel", "Channel, counted from 0")
    box.offer(range(3), ("Red", "Green", "Blue"))
    assert (box.toolTip(), box.label.text()) == ("Channel", "Channel (of 3)")
    box.offer(range(4), word="Filter")
    box.offer(range(5))
    assert (box.toolTip(), box.label.text()) == ("Filter, counted from 0", "Filter (of 5)")


def test_that_there_is_no_choice_of_one(qtbot: QtBot) -> None:
    box = PlaneBox("Group")
    qtbot.addWidget(box)
    qtbot.addWidget(box.label)
    box.offer(range(6, 9))
    assert box.isVisible() and (box.minimum(), box.maximum()) == (6, 8)
    box.offer(range(1))
    assert not box.isVisible() and not box.label.isVisible()
