"""The real window for tests: with the shipped project, or with a network and data that train in no time."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import app
from cnn_gui.main_window import MainWindow
from engine.data.dataset import Dataset
from tests.helpers import archives, tiny


def open_shipped_window(qtbot: QtBot) -> Iterator[MainWindow]:
    """Yield the window as it is after a first start, data loaded; it closes without a question."""
    window = show_window(qtbot)
    app.open_first(window, [])
    qtbot.waitUntil(lambda: not window.document.data.awaited, timeout=10_000)
    yield window


def open_tiny_window(qtbot: QtBot, folder: Path) -> Iterator[MainWindow]:
    """Yield the window with a tiny network, saved as tiny.cnn in *folder*, and a run that lasts until it is stopped."""
    window = show_window(qtbot)
    document, data = window.document, tiny.dataset(train=320)
    document.set_data(data, str(write_data(folder / "bands.npz", data)))
    document.replace(tiny.architecture(), "Load")
    document.set_settings(replace(document.settings, epochs=10_000, batch_size=16))
    document.undo_stack.clear()
    document.file.path = folder / "tiny.cnn"
    assert window.files.save()
    yield window


def show_window(qtbot: QtBot) -> MainWindow:
    """Return the window, shown and active, with nothing in it; at the end of the test it closes without a question."""
    window = MainWindow()
    qtbot.addWidget(window, before_close_func=_discard)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    return window


def write_data(path: Path, data: Dataset) -> Path:
    """Write *data* as a .npz that the window can open."""
    parts = {"train": data.train, "test": data.test}
    images = {f"x_{name}": part.images for name, part in parts.items()}
    return archives.write(path, images | {f"y_{name}": part.labels for name, part in parts.items()})


def _discard(window: QWidget) -> None:
    assert isinstance(window, MainWindow)
    window.files.may_discard = lambda: True
