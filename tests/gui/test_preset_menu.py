"""The presets in the menu: each can be trained on the digits that ship, whatever data it is meant for."""

from collections.abc import Iterator
from html import escape

import pytest
from pytestqt.qtbot import QtBot

from cnn_gui.main_window import MainWindow
from cnn_gui.window import preset_menu
from engine import presets
from tests.helpers.window import open_shipped_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    yield from open_shipped_window(qtbot)


def test_that_every_preset_can_be_trained_on_the_digits_that_ship(window: MainWindow) -> None:
    for name in presets.BUILDERS:
        preset_menu.load(window.document, name)
        preset, document = presets.load(name), window.document
        assert document.problem is None and document.model is not None
        assert document.model.output_shape == (10,)
        assert document.settings.loss == preset.settings.loss
        assert document.settings.batch_size == preset.settings.batch_size


def test_that_the_menu_tells_what_each_preset_teaches_in_lines_that_are_broken(window: MainWindow) -> None:
    menu = next(a.menu() for a in window.menuBar().actions() if a.text().replace("&", "") == "Network")
    assert [action.text() for action in menu.actions()] == [presets.load(name).title for name in presets.BUILDERS]
    for action, name in zip(menu.actions(), presets.BUILDERS, strict=True):
        assert action.toolTip().startswith("<p>") and "\n" not in action.toolTip()
        assert escape(presets.load(name).about[:60]) in action.toolTip()
