"""The words of the field: each is told where it stands, and all of them in the help."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QTabBar, QTextBrowser, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import glossary
from cnn_gui.lens.views import ALL
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.main_window import MainWindow
from cnn_gui.window.text_dialog import TextDialog
from tests.helpers.window import open_tiny_window


@pytest.fixture
def window(qtbot: QtBot, tmp_path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


def look_into_the_first_layer(window: MainWindow) -> None:
    window.document.select(window.document.architecture.layers[0].uid)
    window.canvas.opened.emit()
    window.lens.refresh()


def told(qtbot: QtBot, window: MainWindow) -> tuple[str, str]:
    """Close the dialog that tells what words mean; return its title and text."""
    (dialog,) = (each for each in window.findChildren(QDialog) if each.isVisible())
    title, text = dialog.windowTitle(), dialog.findChild(QTextBrowser).toPlainText()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    return title, text


def test_that_every_page_of_the_microscope_says_what_it_shows_in_words_that_are_told() -> None:
    assert len({kind.tip for kind in ALL}) == len(ALL)
    for kind in ALL:
        assert len(kind.tip.split()) >= 5
        assert set(kind.terms) <= set(glossary.words()), kind.__name__


def test_that_every_word_is_told_where_it_stands(qtbot: QtBot, window: MainWindow) -> None:
    window.add_curves()
    window.microscope.stack.prepare()
    qtbot.waitUntil(lambda: len(window.microscope.stack._made) == len(ALL))
    tips = [each.toolTip() for each in window.findChildren(QWidget)]
    tips += [bar.tabToolTip(n) for bar in window.findChildren(QTabBar) for n in range(bar.count())]
    tips += [glossary.tooltip(kind.tip, kind.terms) for kind in ALL]
    for word, meaning in glossary.words().items():
        assert any(f"<b>{word}</b>" in tip for tip in tips), word
        assert meaning.endswith(".") and len(meaning.split()) > 5


def test_that_the_tooltip_of_a_page_tells_its_words(window: MainWindow) -> None:
    look_into_the_first_layer(window)
    kinds, buttons = window.microscope.kinds, window.microscope.pages.buttons
    for kind, button in zip(kinds, buttons, strict=True):
        assert button.toolTip() == glossary.tooltip(kind.tip, kind.terms)
    assert "<b>im2col</b>" in buttons[1].toolTip()


def test_that_a_page_tells_what_it_shows_and_what_its_words_mean(qtbot: QtBot, window: MainWindow) -> None:
    look_into_the_first_layer(window)
    window.microscope.look_through(InputGradientView)
    qtbot.mouseClick(window.microscope.head.words_button, Qt.MouseButton.LeftButton)
    title, text = told(qtbot, window)
    assert title == "dC/dX" and text.strip().startswith(InputGradientView.tip)
    assert all(word in text.replace("\N{NO-BREAK SPACE}", " ") for word in InputGradientView.terms)


def test_that_help_tells_all_words_in_their_order(qtbot: QtBot, window: MainWindow) -> None:
    window.findChild(QAction, "glossary").trigger()
    _, text = told(qtbot, window)
    places = [text.index(meaning) for meaning in glossary.words().values()]
    assert places == sorted(places) and len(places) > 20


def test_that_a_text_that_is_open_comes_to_the_front_instead_of_once_more(qtbot: QtBot, window: MainWindow) -> None:
    def open_texts() -> list[str]:
        return [each.windowTitle() for each in window.findChildren(TextDialog) if each.isVisible()]

    words, title = window.findChild(QAction, "glossary"), "Glossary"
    words.trigger()
    (first,) = window.findChildren(TextDialog)
    window.explain("another", "<p>text</p>")
    words.trigger()
    assert sorted(open_texts()) == [title, "another"]
    qtbot.waitUntil(first.isActiveWindow)
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    words.trigger()
    assert sorted(open_texts()) == [title, "another"]
