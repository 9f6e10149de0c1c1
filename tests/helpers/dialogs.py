"""Answers to the questions that block, given by a click as a person gives it."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

PATIENCE = 5  # ms between two looks for the question


@contextmanager
def answering(qtbot: QtBot, button: QMessageBox.StandardButton) -> Iterator[list[str]]:
    """Click *button* in the question that the block brings up; yield a list that gets the question's text."""
    asked: list[str] = []

    def click() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox) and box.isVisible() and not asked:
            asked.append(box.text())
            qtbot.mouseClick(box.button(button), Qt.MouseButton.LeftButton)

    timer = QTimer(interval=PATIENCE, timeout=click)
    timer.start()
    try:
        yield asked
    finally:
        timer.stop()
    assert asked, "nothing was asked"


def told(qtbot: QtBot) -> str:
    """Wait for the message box that the window shows, close it, and return its text."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), timeout=2000)
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    text = box.text()
    box.close()
    return text
