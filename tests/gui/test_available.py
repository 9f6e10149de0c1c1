"""What is grey says why in its tooltip, in menus too, and the reason follows the state."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from cnn_gui.available import obstacle, set_obstacle
from cnn_gui.editor.card_menu import CardMenu
from cnn_gui.main_window import MainWindow
from tests.helpers.window import open_tiny_window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


def entry(window: MainWindow, name: str) -> QAction:
    found = window.findChild(QAction, name)
    assert found is not None
    return found


def reason(window: MainWindow, name: str) -> str:
    """Return why a menu entry rests, as its tooltip says it below what it does; '' where it does not rest."""
    action = entry(window, name)
    assert action.isEnabled() is not ("\n" in action.toolTip())
    return action.toolTip().partition("\n")[2]


def test_that_a_tooltip_comes_back_and_follows_a_new_one(qtbot: QtBot) -> None:
    button = QPushButton("Go")
    qtbot.addWidget(button)
    button.setToolTip("Go on")
    set_obstacle(button, "No way.")
    set_obstacle(button, "Still <b>no</b> way.")
    assert button.toolTip() == "Go on\nStill <b>no</b> way."  # plain: Qt looks at the first line
    assert not button.isEnabled()
    button.setToolTip("Go back")
    set_obstacle(button, "Locked.")
    assert button.toolTip() == "Go back\nLocked." and obstacle(button) == "Locked."
    set_obstacle(button, "")
    assert button.toolTip() == "Go back" and button.isEnabled() and not obstacle(button)


def test_that_menu_entries_say_why_they_rest_as_the_state_changes(window: MainWindow) -> None:
    document = window.document
    document.select("")
    assert reason(window, "undo") == "There is nothing to undo."
    assert reason(window, "redo") == "There is nothing to redo."
    assert reason(window, "stop") == "No run is under way." and reason(window, "delete") == "Select a layer first."
    assert not reason(window, "play") and not reason(window, "step") and not reason(window, "reset")
    document.select(document.architecture.layers[0].uid)
    assert not reason(window, "delete")
    window.controller.start()
    assert not reason(window, "stop") and "Stop it first" in reason(window, "reset")
    assert all("run" in reason(window, name) for name in ("undo", "redo", "delete"))
    window.controller.shut_down()
    document.remove(document.architecture.layers[3].uid)  # without its Flatten nothing fits
    assert not reason(window, "undo")
    assert reason(window, "play") == reason(window, "step") == window.run_bar.obstacle != ""
    assert reason(window, "reset") == str(document.problem)


def test_that_every_menu_shows_tooltips(window: MainWindow) -> None:
    menus = window.findChildren(QMenu)
    assert len(menus) > 8
    mine = [each for each in menus if not all(entry.menu() for entry in each.actions())]  # Qt's has menus alone
    silent = [[entry.text() for entry in each.actions()] for each in mine if not each.toolTipsVisible()]
    assert not silent


def test_that_every_grey_button_in_sight_says_why(window: MainWindow, qtbot: QtBot) -> None:
    document = window.document
    document.select(document.architecture.layers[0].uid)
    window.lens.refresh()

    def unexplained() -> list[str]:
        buttons = [each for each in window.findChildren(QAbstractButton) if each.isVisible() and not each.isEnabled()]
        shown = [each for each in buttons if each.parentWidget().isEnabled()]
        parts = [(each.defaultAction() if isinstance(each, QToolButton) else None) or each for each in shown]
        return [f"{type(each).__name__} {each.text()}" for each in parts if not obstacle(each)]

    assert unexplained() == []
    window.controller.start()
    assert unexplained() == []
    window.controller.shut_down()
    window.canvas.opened.emit()
    window.lens.refresh()
    assert unexplained() == []


def test_that_a_cards_menu_says_why_a_layer_cannot_move(window: MainWindow) -> None:
    document = window.document
    document.select(document.architecture.layers[0].uid)
    menu = CardMenu(window.canvas._commands, window.canvas)
    left = next(each for each in menu.actions() if each.text() == "Move left")
    assert menu.toolTipsVisible() and not left.isEnabled() and left.toolTip().endswith("This is the first layer.")
    menu.deleteLater()
