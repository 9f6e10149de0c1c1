"""Everything in the application that shows a text, wherever Qt would take a text for more than that."""

from collections.abc import Iterator
from html import unescape
from itertools import product

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGraphicsView,
    QGroupBox,
    QLabel,
    QListWidget,
    QMenu,
    QMessageBox,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QToolTip,
    QWidget,
)

STRIDE = 40  # px between two places of the mouse


def markup(mark: str) -> list[str]:
    """Return what shows *mark* as markup, or takes an ampersand of it for a key."""
    return [f"{where}: {text[:200]!r}" for where, text, bad in _shown() if mark in unescape(text) and bad]


def places(mark: str) -> set[str]:
    """Return where *mark* is shown at all."""
    return {where for where, text, _ in _shown() if mark in unescape(text).replace("&&", "&")}


def guessing_labels() -> list[str]:
    """Return the labels that leave it to Qt whether their text is markup."""
    labels = (each for each in _widgets() if isinstance(each, QLabel))
    # Qt's own boxes, its tooltip, and the menus that pyqtgraph makes guess too; what they are given is looked at.
    own = (
        each
        for each in labels
        if not isinstance(each.window(), QMessageBox | QMenu) and each.metaObject().className() != "QTipLabel"
    )
    return [
        f"{type(each).__name__} in {type(each.parent()).__name__}: {each.text()[:60]!r}"
        for each in own
        if each.textFormat() == Qt.TextFormat.AutoText
    ]


def tips(page: QWidget) -> set[str]:
    """Let the mouse rest on a grid of places of each widget of *page*, and return all tooltips that come of it."""
    found = set()
    for widget in [page, *page.findChildren(QWidget)]:
        if widget.isVisible():
            for x, y in product(range(8, widget.width(), STRIDE), range(8, widget.height(), STRIDE)):
                place = QPoint(x, y)
                there = widget.mapToGlobal(place)
                none = Qt.MouseButton.NoButton
                move = QMouseEvent(
                    QEvent.Type.MouseMove, place, there, none, none, Qt.KeyboardModifier.NoModifier
                )  # fmt: skip
                QApplication.sendEvent(widget, move)
                QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, there))
                found |= {QToolTip.text(), widget.toolTip()}
    return found


def is_markup(text: str) -> bool:
    """Tell whether Qt would open a picture or a link that *text* names: markup that is not escaped."""
    return QtGui.Qt.mightBeRichText(text) and any(tag in text for tag in ("<img", "<a href=file"))


def _widgets() -> Iterator[QWidget]:
    for window in QApplication.topLevelWidgets():
        yield window
        yield from window.findChildren(QWidget)


def _shown() -> Iterator[tuple[str, str, bool]]:
    """Yield where a text is shown, the text as Qt has it, and whether it could be other than plain."""
    for widget in _widgets():
        name = type(widget).__name__
        yield f"{name}.toolTip", widget.toolTip(), is_markup(widget.toolTip())
        yield f"{name}.windowTitle", widget.windowTitle(), False
        yield from ((f"{name}.text", text, bad) for text, bad in _texts(widget))
        if isinstance(widget, QGraphicsView):
            yield from ((f"{name}: item", item.toolTip(), is_markup(item.toolTip())) for item in widget.items())
    for action in {each for widget in _widgets() for each in (*widget.actions(), *_children(widget))}:
        yield "QAction.text", action.text(), _has_key(action.text())
        yield "QAction.toolTip", action.toolTip(), is_markup(action.toolTip())


def _children(widget: QObject) -> list[QAction]:
    return widget.findChildren(QAction)


def _texts(widget: QWidget) -> Iterator[tuple[str, bool]]:
    """Yield each text on *widget*, and whether Qt takes it for more."""
    if isinstance(widget, QLabel):
        form = widget.textFormat()
        guessed = form == Qt.TextFormat.AutoText and QtGui.Qt.mightBeRichText(widget.text())
        yield widget.text(), guessed or (form == Qt.TextFormat.RichText and is_markup(widget.text()))
    elif isinstance(widget, QMessageBox):
        yield widget.text(), widget.textFormat() != Qt.TextFormat.PlainText and is_markup(widget.text())
        yield widget.informativeText(), is_markup(widget.informativeText())
    elif isinstance(widget, QAbstractButton):
        yield widget.text(), _has_key(widget.text())
    elif isinstance(widget, QMenu | QGroupBox):
        yield widget.title(), _has_key(widget.title())
    elif isinstance(widget, QTabBar | QTabWidget):
        yield from ((widget.tabText(tab), _has_key(widget.tabText(tab))) for tab in range(widget.count()))
        yield from ((widget.tabToolTip(tab), is_markup(widget.tabToolTip(tab))) for tab in range(widget.count()))
    elif isinstance(widget, QComboBox):
        for row in range(widget.count()):
            yield widget.itemText(row), False
            tip = widget.itemData(row, Qt.ItemDataRole.ToolTipRole) or ""
            yield tip, is_markup(tip)
    elif isinstance(widget, QListWidget):
        yield from ((widget.item(row).text(), False) for row in range(widget.count()))
    elif isinstance(widget, QTextEdit):
        yield widget.toHtml(), is_markup(widget.toHtml())


def _has_key(text: str) -> bool:
    """Tell whether *text* makes one of its letters a key, by an ampersand that was meant to be read."""
    return not QKeySequence.mnemonic(text).isEmpty()
