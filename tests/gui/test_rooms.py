"""How the rooms of the window share its space: what comes back when the window does."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QSplitter
from pytestqt.qtbot import QtBot

from cnn_gui.main_window import MainWindow
from tests.helpers.window import open_tiny_window

USUAL, TINY, LARGE = QSize(1280, 800), QSize(300, 200), QSize(1900, 1000)


@pytest.fixture
def window(qtbot: QtBot, tmp_path) -> Iterator[MainWindow]:
    for window in open_tiny_window(qtbot, tmp_path):
        whole_of(window).moveSplitter(280, 1)  # wider than what is in it, whatever the fonts
        yield window


def whole_of(window: MainWindow) -> QSplitter:
    found = window.findChild(QSplitter, "whole")
    assert found is not None
    return found


def resize(window: MainWindow, size: QSize) -> None:
    window.resize(size)
    QApplication.processEvents()


def go_in(window: MainWindow) -> None:
    window.document.select(window.document.architecture.layers[0].uid)
    window.canvas.opened.emit()
    QApplication.processEvents()


def go_out(window: MainWindow) -> None:
    window.microscope.left.emit()
    QApplication.processEvents()


def sizes(window: MainWindow) -> dict[str, list[int]]:
    return {each.objectName(): each.sizes() for each in window.findChildren(QSplitter) if each.objectName()}


@pytest.mark.parametrize("other", [TINY, LARGE], ids=["tiny", "large"])
def test_that_a_window_that_comes_back_to_its_size_has_its_rooms_as_they_were(window: MainWindow, other: QSize) -> None:
    resize(window, USUAL)
    before = sizes(window)
    resize(window, other)
    assert sizes(window)["whole"] != before["whole"]
    go_in(window)  # the palette's room is the layer's meanwhile
    go_out(window)
    resize(window, USUAL)
    assert sizes(window) == before
    go_in(window)
    resize(window, other)
    go_out(window)
    resize(window, USUAL)
    assert sizes(window) == before


def test_that_a_layer_has_the_same_room_whichever_way_its_window_came_to_its_size(window: MainWindow) -> None:
    go_in(window)
    before = sizes(window)["whole"]
    for size in (TINY, LARGE):
        resize(window, size)
        resize(window, USUAL)
        assert sizes(window)["whole"] == before


@pytest.mark.parametrize("inside", [False, True], ids=["network", "layer"])
def test_that_rooms_stay_where_a_person_puts_their_handle(window: MainWindow, inside: bool) -> None:
    whole = whole_of(window)
    if inside:
        go_in(window)
    whole.moveSplitter(whole.handle(2).x() - 30, 2)
    moved = whole.sizes()
    resize(window, TINY)
    resize(window, USUAL)
    assert whole.sizes() == moved
    go_out(window)
    assert whole.sizes()[0] == 280 and whole.sizes()[2] == moved[2]


def test_that_restored_rooms_come_back_too(window: MainWindow) -> None:
    whole = whole_of(window)
    whole.moveSplitter(whole.handle(2).x() - 30, 2)
    moved, state = whole.sizes(), whole.saveState()
    whole.moveSplitter(whole.handle(2).x() + 30, 2)
    whole.restoreState(state)
    resize(window, TINY)
    go_in(window)
    go_out(window)
    resize(window, USUAL)
    assert whole.sizes() == moved


@pytest.mark.parametrize("size", [USUAL, LARGE], ids=["usual", "large"])
def test_that_a_handle_that_is_dragged_while_the_side_panel_is_hidden_leaves_its_width(
    window: MainWindow, size: QSize
) -> None:
    whole = whole_of(window)
    for hidden_before in (False, True):  # with the extents of the first start too
        whole._extents = list(whole._first) if hidden_before else whole._extents
        resize(window, TINY)
        resize(window, size)
        width = whole.sizes()[2]
        window.toggle_side_panel()
        whole.moveSplitter(whole.handle(1).x() + 40, 1)
        whole.moveSplitter(whole.handle(1).x() + 10, 1)
        left = whole.sizes()[0]
        window.toggle_side_panel()
        assert whole.sizes()[2] == width and whole.sizes()[0] == left
