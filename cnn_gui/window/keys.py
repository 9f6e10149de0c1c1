"""The window's keys without a modifier, and the list of all keys for a person."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from cnn_gui.main_window import MainWindow


def press(window: "MainWindow", event: QKeyEvent) -> bool:
    """Do what a key means to the window; False if it means nothing. Keys that a field or view uses never come here."""
    keys = {
        Qt.Key.Key_Space: window.run_bar.play_or_pause,
        Qt.Key.Key_Right: window.run_bar.step_button.click,
        Qt.Key.Key_R: window.run_bar.reset_button.click,
        Qt.Key.Key_T: window.results_door.open,
        Qt.Key.Key_W: window.lens.why_wanted.emit,
        Qt.Key.Key_H: lambda: show_list(window),
    }
    plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
    if plain and window.microscope.isVisible() and window.microscope.press(event.key()):
        return True
    run = keys.get(Qt.Key(event.key())) if plain else None
    if run is None:
        return False
    if event.key() == Qt.Key.Key_Right or not event.isAutoRepeat():  # held down, only the steps repeat
        run()
    return True


def show_list(window: "MainWindow") -> None:
    """Open the list of keys."""
    lines = [
        (window.tr("Space"), window.tr("train, pause, resume")),
        (window.tr("Right"), window.tr("one step of training")),
        ("R", window.tr("reset the weights")),
        ("W", window.tr("why this class: which pixels the answer comes from")),
        ("T", window.tr("how the test set is read: confusion matrix and mistakes")),
        ("/", window.tr("search the palette")),
        (window.tr("Left, Right on the network"), window.tr("select the neighbour")),
        (window.tr("Enter on the network"), window.tr("look inside the selected layer")),
        (window.tr("Left, Right, Space inside a layer"), window.tr("step through what it computes, play it")),
        (window.tr("Esc inside a layer"), window.tr("one level up, at last back to the network")),
        (window.tr("Ctrl+Left, Ctrl+Right"), window.tr("move the selected layer")),
        ("Ctrl+Z, Ctrl+Shift+Z", window.tr("undo, redo")),
        ("Ctrl+O, Ctrl+S", window.tr("open a project, save it")),
        ("F1", window.tr("what the words mean")),
        (window.tr("Delete"), window.tr("delete the selected layer")),
        (window.tr("Ctrl+Wheel, Ctrl+0"), window.tr("zoom the network, back to full size")),
        (window.tr("Backspace on the drawing"), window.tr("take the last stroke back")),
    ]
    rows = "".join(f"<tr><td><b>{key}</b></td><td width=16></td><td>{what}</td></tr>" for key, what in lines)
    window.inform(window.tr("Keys"), f"<table>{rows}</table>")
