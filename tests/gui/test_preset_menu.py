"""The presets in the menu: each can be trained on the digits that ship, whatever data it is meant for."""

from collections.abc import Iterator
from html import escape

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cnn_gui.main_window import MainWindow
from cnn_gui.window import preset_menu
from cnn_gui.window.text_dialog import TextDialog
from engine import presets
from tests.helpers.window import open_shipped_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    yield from open_shipped_window(qtbot)


def menu_of(window: MainWindow) -> QMenu:
    return next(a.menu() for a in window.menuBar().actions() if a.text().replace("&", "") == "Network")


def open_preset(window: MainWindow, name: str) -> None:
    next(each for each in menu_of(window).actions() if each.text() == presets.load(name).title).trigger()


def test_that_every_preset_can_be_trained_on_the_digits_that_ship(window: MainWindow) -> None:
    for name in presets.BUILDERS:
        preset_menu.load(window.files, window.document, name)
        preset, document = presets.load(name), window.document
        assert document.problem is None and document.model is not None
        assert document.model.output_shape == (10,)
        assert document.settings.loss == preset.settings.loss
        assert document.settings.batch_size == preset.settings.batch_size


def test_that_the_menu_tells_what_each_preset_teaches_in_lines_that_are_broken(window: MainWindow) -> None:
    menu = menu_of(window)
    trained, _, *actions = menu.actions()
    assert trained.text() == "Trained LeNet-5"
    assert [action.text() for action in actions] == [presets.load(name).title for name in presets.BUILDERS]
    for action, name in zip(actions, presets.BUILDERS, strict=True):
        assert action.toolTip().startswith("<p>") and "\n" not in action.toolTip()
        assert escape(presets.load(name).about[:60]) in action.toolTip()


def test_that_what_a_preset_teaches_stands_above_its_network_until_it_is_closed(
    qtbot: QtBot, window: MainWindow
) -> None:
    line = window.about_line
    assert not line.isVisible()
    for name in ("strided", "lenet5"):
        open_preset(window, name)
        preset = presets.load(name)
        assert line.isVisible() and escape(preset.title) in line.text.text()
        assert escape(preset.about[:60]) in line.text.text()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    line.close_button.setFocus()
    qtbot.mouseClick(line.close_button, Qt.MouseButton.LeftButton)
    assert not line.isVisible() and window.focusWidget() is window.canvas
    window.document.append("tanh")
    assert not line.isVisible()


def test_that_it_goes_with_its_network(window: MainWindow) -> None:
    line = window.about_line
    open_preset(window, "strided")
    window.document.append("tanh")
    assert line.isVisible()
    window.document.undo()
    assert line.isVisible()
    window.files.may_discard = lambda: True
    window.files.new()
    assert not line.isVisible()


def test_that_nothing_is_told_of_a_preset_that_was_cancelled(window: MainWindow) -> None:
    open_preset(window, "lenet5")
    told = window.about_line.text.text()
    window.files.may_discard = lambda why="": False
    open_preset(window, "strided")
    assert window.about_line.isVisible() and window.about_line.text.text() == told


def test_that_all_of_what_a_preset_teaches_is_a_click_away(window: MainWindow) -> None:
    open_preset(window, "sigmoid-mse")
    window.about_line.text.linkActivated.emit("#")
    preset, (dialog,) = presets.load("sigmoid-mse"), window.findChildren(TextDialog)
    text = dialog.text.toPlainText()
    assert dialog.windowTitle() == preset.title and preset.expected in text
    assert all(paragraph in text for paragraph in preset.about.split("\n\n"))
