"""The real window with the shipped project, for tests."""

from collections.abc import Iterator

from pytestqt.qtbot import QtBot

from cnn_gui import app
from cnn_gui.main_window import MainWindow


def open_shipped_window(qtbot: QtBot) -> Iterator[MainWindow]:
    """Yield the window as it is after a first start, data loaded; close it without a question."""
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    app.open_first(window, [])
    qtbot.waitUntil(lambda: window.document.dataset is not None, timeout=10_000)
    yield window
    window.files.may_discard = lambda: True
    window.close()
