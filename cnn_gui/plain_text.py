"""The one way for text that is not the application's own, such as names of files and classes, to reach a widget.

Qt guesses whether a text is markup, and then opens what it names; in titles of buttons and menus it takes an ampersand
for a key, and in those of windows "[*]" for a star. Nothing here is guessed: what a person named is shown as it is.
"""

from html import escape

from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

LONGEST = 2000  # characters of a message or a tooltip: what is longer would not fit on the screen


class PlainLabel(QLabel):
    """A label that shows its text as it is. One that has markup of its own to show says so by ``setTextFormat``."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if text:
            self.setText(text)


def message_box(icon: QMessageBox.Icon, title: str, text: str, parent: QWidget) -> QMessageBox:
    """Return a box, not yet open, that tells *text* as it is."""
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(icon)
    box.setWindowTitle(window_title(title))
    box.setText(shortened(text))
    return box


def tooltip(text: str) -> str:
    """Return what to give to ``setToolTip`` or ``QToolTip.showText`` so that *text* is shown as it is."""
    text = shortened(text)
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>" if QtGui.Qt.mightBeRichText(text) else text


def caption(text: str) -> str:
    """Return what to give to a button, an action, a tab or a menu so that its ampersands are shown."""
    return text.replace("&", "&&")


def window_title(text: str) -> str:
    """Return what to give to ``setWindowTitle`` so that no "[*]" in *text* becomes the star of unsaved changes."""
    return text.replace("[*]", "[*][*]")


def shortened(text: str) -> str:
    """Return *text*, without its middle where it is longer than any text that a person reads."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"
