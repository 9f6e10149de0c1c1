"""The menus: each command once, with its words, icon, key and what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from cnn_gui import theme


@dataclass(frozen=True, slots=True)
class Command:
    """A menu entry. *icon* names a file of ``resources/icons``; *key* is what Qt calls a portable key sequence."""

    name: str
    text: str
    run: Callable[[], object]
    icon: str = ""
    key: str = ""
    tip: str = ""


def create(window: QMainWindow, command: Command) -> QAction:
    """Return an action of *window* for *command*; its tooltip names the key."""
    action = QAction(command.text, window)
    action.setObjectName(command.name)
    action.triggered.connect(lambda: command.run())
    if command.key:
        action.setShortcuts(QKeySequence.listFromString(command.key))
    if len(command.key) == 1:  # fields and lists take letters too: the window handles the key where they do not
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.setToolTip(with_key(command.tip or command.text.replace("&", "").rstrip("."), action))
    action.setStatusTip(command.tip)
    action.setProperty("icon_name", command.icon)
    return action


def with_key(tip: str, action: QAction) -> str:
    """Return *tip* with the key of *action* behind it, where it has one."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    return f"{tip} ({keys})" if keys else tip


def paint_icons(window: QMainWindow) -> None:
    """Draw every action's icon in the colours of the window's scheme."""
    colours = theme.tokens(window.palette())
    for action in window.findChildren(QAction):
        if name := action.property("icon_name"):
            action.setIcon(theme.icon(name, colours.text, colours.muted))
