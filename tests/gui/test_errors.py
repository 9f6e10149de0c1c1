"""Unexpected errors: logged and shown from every thread, once, while the application goes on."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import (
    QObject,
    QPoint,
    QStandardPaths,
    Qt,
    QThread,
    QTimer,
    Signal,
    Slot,
    qInstallMessageHandler,
    qWarning,
)
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import errors
from cnn_gui.error_dialog import ErrorDialog

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


def dialogs() -> list[ErrorDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, ErrorDialog) and each.isVisible()]


def shown_dialog(qtbot: QtBot) -> ErrorDialog:
    qtbot.waitUntil(lambda: len(dialogs()) == 1, timeout=2000)
    return dialogs()[0]


def texts(dialog: ErrorDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if not label.isHidden())


def button(dialog: ErrorDialog, name: str) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.accessibleName() == name)


def fail(message: str) -> None:
    raise ValueError(message)


class Worker(QObject):
    work = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.work.connect(self._on_work)

    @Slot()
    def _on_work(self) -> None:
        fail("from a worker slot")


class BrokenPainting(QWidget):
    def paintEvent(self, event: QPaintEvent) -> None:
        fail("from a paint event")


def test_that_an_error_in_a_timer_is_shown_and_the_loop_goes_on(reporter: errors.ErrorReporter, qtbot: QtBot) -> None:
    ticks: list[int] = []
    QTimer.singleShot(0, lambda: fail("from a timer"))
    QTimer.singleShot(5, lambda: ticks.append(1))
    dialog = shown_dialog(qtbot)
    qtbot.waitUntil(lambda: ticks == [1], timeout=2000)
    assert "ValueError: from a timer" in texts(dialog)
    assert str(reporter.log_path) in texts(dialog)


def test_that_an_error_in_a_slot_of_a_worker_thread_is_shown_on_the_gui_thread(
    reporter: errors.ErrorReporter, qtbot: QtBot
) -> None:
    thread, worker = QThread(), Worker()
    worker.moveToThread(thread)
    thread.start()
    worker.work.emit()
    dialog = shown_dialog(qtbot)
    thread.quit()
    assert thread.wait(2000)
    assert "from a worker slot" in texts(dialog)
    assert dialog.thread() is QGuiApplication.instance().thread()


def test_that_an_error_in_a_python_thread_is_shown_and_logged_with_the_name_of_the_thread(
    reporter: errors.ErrorReporter, qtbot: QtBot
) -> None:
    thread = threading.Thread(target=fail, args=("from a thread",), name="loader")
    thread.start()
    thread.join()
    assert "from a thread" in texts(shown_dialog(qtbot))
    log = reporter.log_path.read_text(encoding="utf-8")
    assert "Unexpected error on thread loader" in log
    assert "raise ValueError(message)" in log


def test_that_an_error_while_painting_is_shown(reporter: errors.ErrorReporter, qtbot: QtBot) -> None:
    widget = BrokenPainting()
    qtbot.addWidget(widget)
    widget.show()
    assert "from a paint event" in texts(shown_dialog(qtbot))


def test_that_errors_from_many_threads_are_counted_in_one_dialog_and_all_logged(
    reporter: errors.ErrorReporter, qtbot: QtBot
) -> None:
    threads = [threading.Thread(target=fail, args=(f"number {i}",)) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: "19 more since" in texts(shown_dialog(qtbot)), timeout=2000)
    assert len(dialogs()) == 1
    assert reporter.log_path.read_text(encoding="utf-8").count("ValueError: number") == 20


def test_that_continue_closes_the_dialog_and_the_next_error_opens_another(
    reporter: errors.ErrorReporter, qtbot: QtBot
) -> None:
    QTimer.singleShot(0, lambda: fail("first"))
    qtbot.mouseClick(button(shown_dialog(qtbot), "Continue"), Qt.MouseButton.LeftButton)
    assert dialogs() == []
    QTimer.singleShot(0, lambda: fail("second"))
    assert "ValueError: second" in texts(shown_dialog(qtbot))


def test_that_an_error_is_hidden_when_asked_but_still_logged_and_others_are_shown(
    reporter: errors.ErrorReporter, qtbot: QtBot
) -> None:
    QTimer.singleShot(0, lambda: fail("again and again"))
    dialog = shown_dialog(qtbot)
    box = dialog.findChild(QCheckBox)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    QTimer.singleShot(0, lambda: fail("again and again"))
    QTimer.singleShot(0, lambda: int("another"))
    dialog = shown_dialog(qtbot)
    assert "another" in texts(dialog) and "more since" not in texts(dialog)
    assert reporter.log_path.read_text(encoding="utf-8").count("ValueError: again and again") == 2


def test_that_copy_details_puts_the_traceback_and_the_versions_on_the_clipboard(
    reporter: errors.ErrorReporter, qtbot: QtBot
) -> None:
    QTimer.singleShot(0, lambda: fail("to be copied"))
    qtbot.mouseClick(button(shown_dialog(qtbot), "Copy details"), Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert "ValueError: to be copied" in copied and "test_errors.py" in copied and "PySide6 6" in copied


def test_that_the_dialog_can_go_away_with_its_window(reporter: errors.ErrorReporter, qtbot: QtBot) -> None:
    window = QWidget()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=2000)
    QTimer.singleShot(0, lambda: fail("inside the window"))
    assert shown_dialog(qtbot).parent() is window
    window.deleteLater()
    qtbot.waitUntil(lambda: dialogs() == [], timeout=2000)
    QTimer.singleShot(0, lambda: fail("after the window"))
    assert "after the window" in texts(shown_dialog(qtbot))


@pytest.mark.qt_log_level_fail("CRITICAL")
def test_that_a_warning_of_qt_is_logged_and_passed_on_but_not_shown(
    reporter: errors.ErrorReporter, qtbot: QtBot, qtlog: Any
) -> None:
    qWarning("a plug is loose")
    qtbot.wait(20)
    assert "WARNING qt.default: a plug is loose" in reporter.log_path.read_text(encoding="utf-8")
    assert [record.message for record in qtlog.records] == ["a plug is loose"]
    assert dialogs() == []


@pytest.mark.no_qt_log
def test_that_a_warning_of_qt_goes_to_the_terminal_where_nothing_else_listens(
    qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = qInstallMessageHandler(None)
    reporter = errors.ErrorReporter(tmp_path / "cnn_gui.log")
    reporter.attach()
    qWarning("a plug is loose")
    reporter.detach()
    qInstallMessageHandler(before)
    assert capsys.readouterr().err == "a plug is loose\n"


def test_that_detaching_puts_back_the_hooks_and_closes_the_log(qapp: QApplication, tmp_path: Path) -> None:
    before = sys.excepthook, threading.excepthook, list(logging.getLogger().handlers)
    reporter = errors.ErrorReporter(tmp_path / "cnn_gui.log")
    reporter.attach()
    assert sys.excepthook is not before[0]
    reporter.detach()
    assert (sys.excepthook, threading.excepthook, logging.getLogger().handlers) == before


def test_that_three_log_files_of_a_megabyte_are_kept(reporter: errors.ErrorReporter) -> None:
    for _ in range(45):
        logging.getLogger("cnn_gui.test").error("x" * 100_000)
    sizes = [path.stat().st_size for path in reporter.log_path.parent.glob("cnn_gui.log*")]
    assert len(sizes) == 3 and max(sizes) <= errors.LOG_BYTES


def test_that_the_log_lies_in_the_users_folder_or_else_in_one_that_nobody_else_knows(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(tmp_path / "new" / "data"))
    assert errors.log_path() == tmp_path / "new" / "data" / "cnn_gui.log"
    (tmp_path / "file").touch()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(tmp_path / "file" / "data"))
    folder = errors.log_path().parent
    assert tmp_path not in folder.parents and folder != Path(tempfile.gettempdir())
    assert errors.log_path().parent == folder, "the menu opens the same"
    if os.name == "posix":
        assert folder.stat().st_mode & 0o077 == 0
    folder.rmdir()
    errors._private_folder.cache_clear()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no links and pipes that anybody can lay")
@pytest.mark.parametrize("what", ["link", "pipe"])
def test_that_the_log_follows_no_link_and_waits_for_no_pipe(qtbot: QtBot, tmp_path: Path, what: str) -> None:
    other, log = tmp_path / "other", tmp_path / "cnn_gui.log"
    other.write_text("precious")
    if what == "link":
        log.symlink_to(other)
    else:
        os.mkfifo(log)
    reporter = errors.ErrorReporter(log)
    reporter.attach()
    try:
        reporter.report(ValueError("there is no log"))
        assert "No log could be written" in texts(shown_dialog(qtbot))
    finally:
        reporter.detach()
        for dialog in dialogs():
            dialog.close()
    assert other.read_text() == "precious"


@pytest.mark.skipif(sys.platform == "win32", reason="each user's folder is closed to others there")
@pytest.mark.parametrize("place", ["data", "data/cnn-gui"])
def test_that_the_log_lies_in_no_folder_where_others_can_lay_files(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    folder = tmp_path / "data" / "cnn-gui"
    folder.mkdir(parents=True)
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(folder))
    assert errors.log_path().parent == folder
    (tmp_path / place).chmod(0o1777)
    private = errors.log_path().parent
    assert tmp_path not in private.parents and private.stat().st_mode & 0o077 == 0
    private.rmdir()
    errors._private_folder.cache_clear()


def test_that_the_dialog_names_no_log_that_could_not_be_written(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "no folder").touch()
    reporter = errors.ErrorReporter(tmp_path / "no folder" / "cnn_gui.log")
    reporter.attach()
    try:
        reporter.report(ValueError("nothing can be written"))
        qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), ErrorDialog))
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ErrorDialog)
        said = " ".join(label.text() for label in dialog.findChildren(QLabel))
        assert "cnn_gui.log" not in said and "No log could be written" in said
        dialog.close()
    finally:
        reporter.detach()


_INTERRUPTED = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from cnn_gui import errors
app = QApplication([])
errors.install(app)
QTimer.singleShot(0, lambda: print("ready", flush=True))
sys.exit(app.exec())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl+C to one process")
def test_that_an_interrupt_ends_an_idle_application_at_once_and_quietly() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None and program.stdout.readline() == "ready\n"
    os.kill(program.pid, signal.SIGINT)
    _, complaints = program.communicate(timeout=10)
    assert (program.returncode, complaints) == (0, "")
