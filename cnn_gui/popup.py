"""Buttons with a menu."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QToolButton


def hang(menu: QMenu, button: QToolButton) -> None:
    """Let a click on *button* open *menu*; once that is gone, it looks as it did before."""
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu.aboutToHide.connect(lambda: _see_mouse(button))


def _see_mouse(button: QToolButton) -> None:
    """Tell *button* whether the mouse is over it: while a menu is open, no widget hears that it has left."""
    over = button.rect().contains(button.mapFromGlobal(QCursor.pos()))
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, over)
    button.update()
