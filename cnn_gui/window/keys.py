"""The window's keys that no shortcut has, and the list of all keys for a person."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeyEvent

from cnn_gui import command_table
from cnn_gui.command_table import Place
from cnn_gui.window.microscope_door import NETWORK

if TYPE_CHECKING:
    from cnn_gui.main_window import MainWindow


def press(window: "MainWindow", event: QKeyEvent) -> bool:
    """Do what a key means on the page that is open; False if it means nothing. What a field or view uses never comes.

    A page of the microscope has its keys wherever the focus is; those of the network page work on that page alone.
    """
    if window.microscope.isVisible() and window.microscope.press(event):
        return True
    on_network = window.middle.currentIndex() == NETWORK
    name = command_table.named(event, *([Place.NETWORK] if on_network else []), Place.EVERYWHERE)
    action = window.findChild(QAction, name) if name else None
    if action is None:
        return False
    if action.autoRepeat() or not event.isAutoRepeat():
        action.trigger()
    return True


def show_list(window: "MainWindow") -> None:
    """Open the list of keys."""
    parts = []
    for title, rows in command_table.listed():
        lines = (f"<tr><td><b>{escape(keys)}</b></td><td width=16></td><td>{what}</td></tr>" for keys, what in rows)
        parts.append(f"<h4>{title}</h4><table>{''.join(lines)}</table>")
    note = window.tr("Ctrl with the mouse wheel enlarges the network, Alt with an underlined letter opens its menu.")
    window.explain(window.tr("Keys"), "".join(parts) + f"<p>{note}</p>")
