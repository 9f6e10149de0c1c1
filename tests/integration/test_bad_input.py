"""Whatever goes wrong in the real window is told once, and one can train afterwards."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton

from cnn_gui import errors
from cnn_gui.error_dialog import ErrorDialog
from cnn_gui.lens.panel import LensPanel
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.mosaic_page import MosaicPage
from cnn_gui.training.controller import State
from engine.trainer import Trainer
from tests.helpers import archives, files_read, strokes, tiny
from tests.helpers.dialogs import told
from tests.helpers.drag import drop
from tests.helpers.window import open_tiny_window, write_data

pytestmark = pytest.mark.qt_no_exception_capture


@pytest.fixture
def reporter(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[errors.ErrorReporter]:
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)  # not on the terminal as well
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    reporter = errors.ErrorReporter(tmp_path / "cnn_gui.log")
    reporter.attach()
    yield reporter
    reporter.detach()
    for dialog in dialogs():
        dialog.close()


@pytest.fixture
def window(qtbot, reporter, tmp_path) -> MainWindow:
    yield from open_tiny_window(qtbot, tmp_path)


def unexpected(reporter: errors.ErrorReporter) -> int:
    """Return how many unexpected errors the log has."""
    path = reporter.log_path
    return path.read_text(encoding="utf-8").count("Unexpected error on") if path.exists() else 0


def dialogs() -> list[ErrorDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, ErrorDialog) and each.isVisible()]


def go_on(qtbot, window: MainWindow) -> str:
    """Press Continue in the one dialog over *window*; return what it said."""
    qtbot.waitUntil(lambda: bool(dialogs()))
    assert len(dialogs()) == 1 and dialogs()[0].parent() is window
    text = "\n".join(label.text() for label in dialogs()[0].findChildren(QLabel))
    button = next(each for each in dialogs()[0].findChildren(QPushButton) if each.accessibleName() == "Continue")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return text


def assert_one_can_train(qtbot, window: MainWindow) -> None:
    """Train a little with the mouse, and draw."""
    steps = window.document.history.steps
    assert window.controller.state is State.IDLE
    qtbot.mouseClick(window.run_bar.play_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.history.steps > steps + 5)
    qtbot.mouseClick(window.run_bar.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.controller.busy)
    strokes.play(qtbot, window.draw.canvas, strokes.load()[0])
    assert len(window.draw.bars.rows()) == 2


def fail(*_: object) -> None:
    raise RuntimeError("broken on purpose")


def in_a_slot(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    action = QAction(window)
    action.triggered.connect(fail)
    action.trigger()


def in_a_timer(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    QTimer.singleShot(0, fail)


def in_the_training(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run", fail)
        window.controller.start()
        while window.controller.busy:
            QApplication.processEvents()


def in_the_reading_of_data(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("engine.data.catalogue.load", fail)
        window.data_chooser.requested.emit("mine.npz")
        files_read.finish()


def in_a_paint_event(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.lens.tabs.setCurrentWidget(window.lens.maps)
    window.lens.refresh()
    with monkeypatch.context() as patch:
        patch.setattr(MosaicPage, "paint", fail)
        window.lens.maps.mosaic.canvas.update()
        while not dialogs():
            QApplication.processEvents()


@pytest.mark.parametrize("place", [in_a_slot, in_a_timer, in_a_paint_event, in_the_training])
def test_that_an_unexpected_error_is_logged_and_told_once_and_one_can_train_on(
    window, reporter, qtbot, monkeypatch, place: Callable[[MainWindow, pytest.MonkeyPatch], None]
):
    place(window, monkeypatch)
    assert "broken on purpose" in go_on(qtbot, window)
    assert unexpected(reporter) == 1
    qtbot.waitUntil(lambda: not window.controller.busy)
    assert not window.document.locked and dialogs() == []
    assert_one_can_train(qtbot, window)


def test_that_an_unexpected_error_while_data_is_read_ends_the_waiting_and_one_can_train_on(
    window, reporter, qtbot, monkeypatch
):
    in_the_reading_of_data(window, monkeypatch)
    qtbot.waitUntil(lambda: bool(dialogs()))
    dialogs()[0].close()
    assert told(qtbot) == "mine.npz could not be read."
    assert unexpected(reporter) == 1
    assert_one_can_train(qtbot, window)


def test_that_a_view_that_fails_at_every_step_of_a_run_is_told_in_one_dialog_and_the_run_goes_on(
    window, reporter, qtbot, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(LensPanel, "refresh", fail)
        window.controller.start()
        qtbot.waitUntil(lambda: unexpected(reporter) > 3)
    qtbot.wait(20)  # what was reported is told
    assert len(dialogs()) == 1 and window.controller.state is State.RUNNING
    assert "more since" in go_on(qtbot, window)
    window.controller.shut_down()
    assert_one_can_train(qtbot, window)


# Files, as a person opens them.


def trigger(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, name)
    assert action is not None
    action.trigger()


def open_data(window: MainWindow, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    next(each for each in window.data_chooser.menu().actions() if ".npz" in each.text()).trigger()


def bad_arrays(what: str) -> dict[str, object]:
    arrays = archives.arrays()
    if what == "too few labels":
        arrays["y_train"] = arrays["y_train"][:-1]
    elif what == "fractions for labels":
        arrays["y_test"] = arrays["y_test"] + 0.5
    elif what == "negative labels":
        arrays["y_train"] = arrays["y_train"] - 1
    elif what == "labels beyond the names":
        arrays["class_names"] = ["a", "b"]
    elif what == "no images":
        arrays["x_train"], arrays["y_train"] = arrays["x_train"][:0], arrays["y_train"][:0]
    elif what == "objects":
        arrays["x_train"] = b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (6, 5, 5), }"
    elif what == "not a number":
        arrays["x_train"] = np.full((6, 5, 5), np.nan)
    return arrays


@pytest.mark.parametrize(
    "what",
    [
        "too few labels", "fractions for labels", "negative labels", "labels beyond the names", "no images",
        "objects", "not a number",
    ],
)  # fmt: skip
def test_that_data_that_cannot_be_used_is_told_in_a_sentence_and_nothing_changes(
    window, reporter, qtbot, monkeypatch, tmp_path, what
):
    data, before = window.document.data.dataset, window.document.architecture
    open_data(window, monkeypatch, archives.write(tmp_path / "bad.npz", bad_arrays(what)))
    text = told(qtbot)
    assert text.startswith("bad.npz") and text.endswith(".") and "Error" not in text
    assert (window.document.data.dataset, window.document.architecture) == (data, before)
    assert dialogs() == [] and unexpected(reporter) == 0
    assert_one_can_train(qtbot, window)


def test_that_a_bad_file_and_then_a_good_one_both_have_their_effect(window, qtbot, monkeypatch, tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"")
    open_data(window, monkeypatch, tmp_path / "bad.npz")
    assert "bad.npz is empty" in told(qtbot)
    open_data(window, monkeypatch, write_data(tmp_path / "good.npz", tiny.dataset(size=10)))
    qtbot.waitUntil(lambda: window.document.data.input_shape == (1, 10, 10))
    assert_one_can_train(qtbot, window)


def test_that_a_project_that_cannot_be_opened_is_told_and_one_can_train_on(
    window, reporter, qtbot, monkeypatch, tmp_path
):
    (tmp_path / "bad.cnn").write_bytes((tmp_path / "tiny.cnn").read_bytes()[:-30])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "bad.cnn"), ""))
    trigger(window, "open")
    assert "bad.cnn is cut off or damaged" in told(qtbot)
    assert window.windowTitle() == "tiny[*]" and unexpected(reporter) == 0
    assert_one_can_train(qtbot, window)


def test_that_a_file_dropped_on_the_network_is_not_taken_for_a_layer(window, qtbot, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "tiny.cnn"))])
    before = window.document.architecture
    assert not drop(window.canvas, mime, QPoint(50, 50))
    assert window.document.architecture == before
