"""Larger and smaller texts: at once, everywhere, and never more than the screen has room for."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from cnn_gui import app, settings, theme
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.text import small_font
from tests.helpers.window import open_shipped_window


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    app.apply_scheme(qapp)
    for window in open_shipped_window(qtbot):
        window.scheme_chosen.connect(lambda: app.apply_scheme(qapp))
        yield window
    theme.apply(qapp, theme.LIGHT)


def choose(window: MainWindow, percent: int) -> None:
    menu = next(each for each in window.findChildren(QMenu) if each.title() == "Te&xt size")
    next(each for each in menu.actions() if each.text() == f"{percent} %").trigger()
    for _ in range(3):
        QApplication.processEvents()


@pytest.mark.parametrize("percent", [90, 150, 200])
def test_that_every_text_is_that_much_larger_at_once(window: MainWindow, percent: int) -> None:
    usual = window.run_bar.play_button.font().pixelSize(), small_font(window.font()).pixelSize()
    height = window.run_bar.play_button.height()
    assert usual == (theme.FONT_NORMAL, theme.FONT_SMALL)
    choose(window, percent)
    normal, small = (round(size * percent / 100) for size in usual)
    assert window.run_bar.play_button.font().pixelSize() == normal
    assert window.settings_panel.form.rows["epochs"].field.font().pixelSize() == normal
    assert small_font(window.font()).pixelSize() == small
    assert (window.run_bar.play_button.height() > height) is (percent > 100)
    assert settings.text_size() == percent
    choose(window, 100)
    assert window.run_bar.play_button.font().pixelSize() == theme.FONT_NORMAL
    assert window.run_bar.play_button.height() == height


def test_that_the_palette_shows_its_names_whole_at_every_size(window: MainWindow) -> None:
    layers = window.palette_view.layers
    for percent in settings.TEXT_SIZES:
        choose(window, percent)
        for row in range(layers.count()):
            item = layers.item(row)
            if item.flags() & Qt.ItemFlag.ItemIsEnabled:
                room = layers.visualItemRect(item).width() - layers.iconSize().width()
                assert room >= QFontMetrics(layers.font()).horizontalAdvance(item.text()), (percent, item.text())


def test_that_buttons_with_words_are_wide_enough_for_them(window: MainWindow) -> None:
    for percent in settings.TEXT_SIZES:
        choose(window, percent)
        button = window.run_bar.play_button
        assert button.width() >= button.fontMetrics().horizontalAdvance("Resume") + button.iconSize().width(), percent
        for page in window.lens.maps.samples.sets.buttons:
            assert page.width() >= page.fontMetrics().horizontalAdvance(page.text()), percent


def test_that_the_cards_of_the_network_grow_with_it_and_control_0_keeps_that(window: MainWindow) -> None:
    def card() -> float:
        window.document.select(window.document.architecture.layers[0].uid)
        return window.canvas.selected_rect().width()

    before = card()
    choose(window, 150)
    assert card() == pytest.approx(1.5 * before, abs=2)
    window.canvas.zoom_to(1.0)
    assert card() == pytest.approx(1.5 * before, abs=2)


def test_that_the_window_asks_for_no_more_than_the_screen_has_and_the_rest_can_be_scrolled_to(
    window: MainWindow,
) -> None:
    choose(window, 200)
    screen = window.screen().availableSize()
    window.resize(screen.width() - 8, screen.height() - 48)
    QApplication.processEvents()
    asked = window.minimumSizeHint()
    assert asked.width() <= screen.width() and asked.height() <= screen.height()
    page = window.centralWidget().widget()
    assert page.width() >= page.minimumSizeHint().width() and page.height() >= page.minimumSizeHint().height()
    for part in (window.palette_view, window.middle, window.lens, window.draw):
        assert page.rect().contains(QRect(part.mapTo(page, QPoint()), part.size()))


def test_that_the_chosen_size_is_checked_in_the_menu(window: MainWindow) -> None:
    choose(window, 125)
    menu = next(each for each in window.findChildren(QMenu) if each.title() == "Te&xt size")
    assert [each.text() for each in menu.actions() if isinstance(each, QAction) and each.isChecked()] == ["125 %"]
