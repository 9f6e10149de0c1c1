"""The window on small and on large screens: nothing is cut, the side panel goes away, pages use their room."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import settings
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.main_window import MainWindow
from cnn_gui.window.microscope_door import NETWORK
from tests.helpers.window import open_shipped_window, show_window

SMALL = QSize(1024 - 4, 600 - 40)  # px: what a screen of 1024 by 600 leaves inside a window's frame
LARGE = QSize(1920, 1040)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    yield from open_shipped_window(qtbot)


def resize(window: MainWindow, size: QSize) -> None:
    window.resize(size)
    for _ in range(3):  # a layout may ask for another turn
        QApplication.processEvents()


def open_layer(window: MainWindow, layer: int) -> None:
    window.document.select(window.document.architecture.layers[layer].uid)
    window.canvas.opened.emit()
    window.lens.refresh()
    QApplication.processEvents()


def inside(window: MainWindow, widget: QWidget) -> bool:
    return window.rect().contains(QRect(widget.mapTo(window, QPoint()), widget.size()))


def test_that_the_network_page_fits_a_screen_of_1024_by_600_and_nothing_is_cut(window: MainWindow) -> None:
    resize(window, SMALL)
    assert window.size() == SMALL
    panels = [each for each in window.findChildren(QFrame) if each.property("role") == "panel" and each.isVisible()]
    assert len(panels) >= 4
    assert all(inside(window, each) for each in panels)


@pytest.mark.parametrize("layer", range(12))
def test_that_every_page_of_every_layer_fits_it_too(qtbot: QtBot, window: MainWindow, layer: int) -> None:
    resize(window, SMALL)
    open_layer(window, layer)
    for kind in window.microscope.kinds:
        window.microscope.look_through(kind)
        window.lens.refresh()
        for _ in range(3):
            QApplication.processEvents()
        assert window.size() == SMALL, kind.title
        assert inside(window, window.microscope) and inside(window, window.side_panel), kind.title
        page = window.microscope.view
        assert page is not None and page.width() >= page.minimumSizeHint().width(), kind.title
        assert page.height() >= page.minimumSizeHint().height(), kind.title


def forward(window: MainWindow) -> ConvolutionView:
    open_layer(window, 3)
    window.microscope.look_through(ConvolutionView)
    window.lens.refresh()
    QApplication.processEvents()
    assert isinstance(window.microscope.view, ConvolutionView)
    return window.microscope.view


def test_that_on_a_large_screen_forward_shows_all_six_channels_with_the_numbers_of_their_kernels(
    window: MainWindow,
) -> None:
    resize(window, LARGE)
    view = forward(window)
    window.grab()  # what is painted knows whether it has numbers
    assert all(kernel.isVisible() and kernel.numbered for _, kernel, _ in view.unfolded.rows)
    assert not view.unfolded.pager.isVisible()


@pytest.mark.parametrize("size", [SMALL, QSize(1280, 800), LARGE], ids=["small", "usual", "large"])
def test_that_the_pictures_of_forward_stand_in_line(window: MainWindow, size: QSize) -> None:
    resize(window, size)
    view = forward(window)
    shown = [formula for formula in view.unfolded.rows if formula[0].isVisible()]
    assert shown
    for formula in shown:
        places = [part.placement for part in formula]
        tops = {part.y() + place.rect.top() for part, place in zip(formula, places, strict=True)}
        assert len(tops) == 1 and len({part.size().toTuple() for part in formula}) == 1
        assert len({part.foot(place) for part, place in zip(formula, places, strict=True)}) == 1
    for column in range(3):
        assert len({formula[column].placement.rect.size().toTuple() for formula in shown}) == 1


def test_that_f9_hides_the_side_panel_the_page_goes_on_and_it_stays_hidden(qtbot: QtBot, window: MainWindow) -> None:
    resize(window, QSize(1280, 800))
    open_layer(window, 0)
    before = window.microscope.width()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window.microscope, Qt.Key.Key_F9)
    QApplication.processEvents()
    assert not window.has_side_panel and window.microscope.width() > before + 300
    open_layer(window, 3)  # the panel that is hidden goes on giving frames
    assert window.microscope.head.heading.text() == "Convolution 2"
    window.microscope.left.emit()
    assert window.middle.currentIndex() == NETWORK
    assert not show_window(qtbot).has_side_panel
    QTest.keyClick(window.canvas, Qt.Key.Key_F9)
    QApplication.processEvents()
    assert window.has_side_panel and settings.side_panel() and window.side_panel.width() >= 320


def test_that_the_room_of_the_side_panel_comes_back_with_it(window: MainWindow) -> None:
    resize(window, QSize(1280, 800))
    before = window.side_panel.width()
    for shown in (False, True):
        window.show_side_panel(shown)
        QApplication.processEvents()
    assert window.side_panel.width() == before


def test_that_f11_takes_the_whole_screen_and_gives_it_back(window: MainWindow) -> None:
    action = window.findChild(QAction, "full_screen")
    assert action is not None
    action.trigger()
    assert window.isFullScreen()
    action.trigger()
    assert not window.isFullScreen()
