"""The window's actions: each command of the table once, with its words, icon, key and what it does."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow

from cnn_gui import command_table, theme
from cnn_gui.command_table import Place

_HELD = ("step", "undo", "redo")  # what a key goes on doing while it is held down


def create(window: QMainWindow, name: str, run: Callable[[], object]) -> QAction:
    """Return an action of *window* that runs the command *name*."""
    action = QAction(command_table.command(name).label, window)
    action.triggered.connect(lambda: run())
    dress(action, name)
    return action


def dress(action: QAction, name: str) -> None:
    """Give *action* what the table knows of a command: key, tooltip and icon."""
    command = command_table.command(name)
    everywhere = command.sequences(Place.EVERYWHERE)
    keys = everywhere or command.sequences(Place.NETWORK)
    action.setObjectName(name)
    action.setShortcuts(keys)
    if not everywhere or any(len(key.toString()) == 1 for key in keys):
        # Only shown: the network page handles its keys itself, and fields take letters, so the window handles those.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.setAutoRepeat(name in _HELD)
    action.setToolTip(command_table.tip(name))
    action.setProperty("icon_name", command.icon)


def paint_icons(window: QMainWindow) -> None:
    """Draw every action's icon in the colours of the window's scheme."""
    colours = theme.tokens(window.palette())
    for action in window.findChildren(QAction):
        if name := action.property("icon_name"):
            action.setIcon(theme.icon(name, colours.text, colours.muted))
