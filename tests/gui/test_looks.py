"""How parts of the window look: what a style sheet asks for is what a person gets."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QSpinBox,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from cnn_gui import popup, theme
from cnn_gui.lens.views import ALL
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.page_bar import PageBar
from cnn_gui.window import preset_menu
from tests.helpers.window import open_tiny_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the offscreen platform, at a menu

LEFT = Qt.MouseButton.LeftButton
SCHEMES = [pytest.param(theme.LIGHT, id="light"), pytest.param(theme.DARK, id="dark")]
LINE_MARGIN = 2  # px that a QLineEdit leaves before its text


@pytest.fixture(autouse=True)
def styled(qapp: QApplication):
    theme.apply(qapp, theme.LIGHT)
    yield
    theme.apply(qapp, theme.LIGHT)


@pytest.fixture
def window(qtbot, tmp_path, styled) -> MainWindow:
    for window in open_tiny_window(qtbot, tmp_path):
        window.add_curves()
        window.microscope.stack.prepare()
        qtbot.waitUntil(lambda made=window.microscope.stack._made: len(made) == len(ALL))
        yield window


@pytest.fixture
def page_of(qtbot) -> Callable[..., QWidget]:
    """Shows widgets in a window of their own, which lasts as long as the test."""
    pages = []

    def show(*widgets: QWidget) -> QWidget:
        pages.append(page := QWidget())
        qtbot.addWidget(page)
        column = QVBoxLayout(page)
        for widget in widgets:
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        return page

    return show


def tip_window() -> QWidget:
    return next(each for each in QApplication.allWidgets() if each.metaObject().className() == "QTipLabel")


# Fields.


def text_start(box: QAbstractSpinBox) -> int:
    line = box.findChild(QLineEdit)
    return line.x() + line.textMargins().left() + LINE_MARGIN


def test_that_the_numbers_of_all_spin_boxes_stand_where_other_text_does_and_none_is_cut(window, qtbot):
    window.document.select(window.document.architecture.layers[0].uid)
    window.lens.tabs.setCurrentWidget(window.form)
    boxes = window.findChildren(QAbstractSpinBox)
    assert len(boxes) > 12
    for box in boxes:
        box.ensurePolished()
        assert 8 <= text_start(box) <= 11, box.accessibleName()
        assert box.maximumHeight() == theme.TARGET or box.sizeHint().height() >= theme.TARGET


@pytest.mark.parametrize(("prefix", "largest"), [("#", 59_999), ("", 9)])
def test_that_a_spin_box_has_room_for_its_largest_number(qtbot, page_of, prefix, largest):
    box = QSpinBox(prefix=prefix, maximum=largest, value=largest, groupSeparatorShown=True)
    theme.indent_numbers(box)
    page_of(box)
    line = box.findChild(QLineEdit)
    room = line.width() - line.textMargins().left() - 2 * LINE_MARGIN
    assert box.height() == theme.TARGET and room >= line.fontMetrics().horizontalAdvance(box.text())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_the_list_of_a_choice_shows_all_entries_and_the_present_one_in_a_pale_colour(qapp, qtbot, page_of, scheme):
    theme.apply(qapp, scheme)
    choice = QComboBox()
    choice.addItems(["Colours: each map", "Colours: layer", "Colours: network"])
    choice.setCurrentIndex(1)
    page_of(choice)
    choice.showPopup()
    view = choice.view()
    qtbot.waitUntil(view.isVisible)
    rects = [view.visualRect(view.model().index(row, 0)) for row in range(choice.count())]
    assert all(view.viewport().rect().contains(rect) for rect in rects)
    shown = view.viewport().grab().toImage()
    assert shown.pixelColor(rects[1].right() - 8, rects[1].center().y()) == QColor(scheme.raised)
    assert shown.pixelColor(rects[0].right() - 8, rects[0].center().y()) == QColor(scheme.surface)
    choice.hidePopup()


def test_that_a_tooltip_leaves_4_px_above_its_text_and_8_beside_it(qtbot, page_of):
    page = page_of(QWidget())
    QToolTip.showText(page.mapToGlobal(QPoint(5, 5)), "Which pictures", page)
    tip = tip_window()
    text = tip.fontMetrics().boundingRect("Which pictures")
    assert tip.width() - text.width() <= 2 * (8 + 1) + 2
    assert tip.height() - tip.fontMetrics().height() <= 2 * (4 + 1) + 2
    QToolTip.hideText()


# Roles.


def test_that_every_role_is_there_before_its_widget_is_dressed(window, qtbot):
    window.document.select(window.document.architecture.layers[0].uid)
    qtbot.wait(50)
    roles = [each for each in window.findChildren(QWidget) if each.property("role")]
    assert len(roles) > 50
    wrong = []
    for widget in roles:
        widget.ensurePolished()
        before = _look(widget)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        if _look(widget) != before:
            wrong.append(f"{type(widget).__name__} {widget.accessibleName()} {widget.property('role')}")
    assert not wrong


def _look(widget: QWidget) -> tuple[object, ...]:
    colours = (widget.palette().color(role).name() for role in (widget.foregroundRole(), widget.backgroundRole()))
    return widget.font().key(), *colours, widget.sizeHint().toTuple()


# Hover and focus.


def test_that_a_button_is_not_hovered_any_more_once_its_menu_is_gone_and_the_mouse_elsewhere(qtbot, page_of):
    button, menu = QToolButton(), QMenu()
    qtbot.addWidget(menu)
    popup.hang(menu, button)
    menu.addAction("LeNet-5")
    page = page_of(button)
    page.resize(300, 300)
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    menu.popup(page.mapToGlobal(QPoint(100, 100)))
    QCursor.setPos(page.mapToGlobal(QPoint(150, 150)))
    menu.hide()
    assert not button.underMouse()


def test_that_every_button_with_a_menu_forgets_the_mouse(window):
    instant = QToolButton.ToolButtonPopupMode.InstantPopup
    buttons = [each for each in window.findChildren(QToolButton) if each.popupMode() == instant and each.menu()]
    own = [each for each in buttons if not each.objectName().startswith("qt_")]  # Qt's are for what has no room
    assert len(own) == 3  # preset, data, copy or save
    for button in own:
        button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
        QCursor.setPos(window.mapToGlobal(QPoint(5, 700)))
        button.menu().aboutToHide.emit()
        assert not button.underMouse()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_that_the_page_on_show_is_underlined_however_it_was_chosen(qapp, qtbot, page_of, scheme):
    theme.apply(qapp, scheme)
    pages = PageBar()
    pages.set_pages([("Forward", ""), ("Matrix", "")])
    pages.setFixedWidth(200)
    page_of(pages)
    button = pages.buttons[1]
    qtbot.mouseClick(button, LEFT)
    assert button.isChecked() and _accent_at(button, scheme) == (False, True)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Qt.Key.Key_Left)
    QTest.keyClick(pages.buttons[0], Qt.Key.Key_Right)
    assert button.isChecked() and _accent_at(button, scheme) == (True, True)


def _accent_at(button: QToolButton, scheme: theme.Tokens) -> tuple[bool, bool]:
    """Whether there is a line in the accent above and below the middle of *button*."""
    shown, middle = button.grab().toImage(), button.width() // 2
    lines = (shown.pixelColor(middle, y) == QColor(scheme.accent) for y in (0, button.height() - 2))
    return tuple(lines)


# Room.


@pytest.mark.parametrize("height", [760, 770, 800])  # with a bar of the desktop and a title bar, or without
def test_that_lenet5_is_whole_at_the_first_start(qtbot, monkeypatch, height):
    there = SimpleNamespace(availableSize=lambda: QSize(1280, height + 40))
    monkeypatch.setattr(MainWindow, "screen", lambda self: there)
    window = MainWindow()
    qtbot.addWidget(window)
    window.files.may_discard = lambda: True
    window.add_curves()
    preset_menu.load(window.files, window.document, "lenet5")
    window.show()
    qtbot.waitExposed(window)
    qtbot.wait(20)
    assert window.height() == height and window.canvas.verticalScrollBar().maximum() == 0
