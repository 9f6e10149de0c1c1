"""The check at the end of every GUI test finds what was left running, stops it, and says whose it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication

from tests import conftest


@pytest.fixture
def started(qapp: QApplication) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        yield conftest.record_starts(patch)


class Owner(QObject):
    pass


def test_that_a_running_timer_is_found_named_and_stopped(started: Any) -> None:
    owner = Owner()
    timer = QTimer(owner)
    timer.start(60)
    assert conftest.still_running(started) == ["a QTimer of Owner (every 60 ms)"]
    assert not timer.isActive()


def test_that_a_running_thread_is_found_and_stopped(started: Any) -> None:
    thread = QThread()
    thread.start()
    assert conftest.still_running(started) == ["a QThread of nobody"]
    assert not thread.isRunning()


def test_that_what_was_stopped_deleted_or_forgotten_is_no_leak(started: Any) -> None:
    stopped, deleted, forgotten = QTimer(), QTimer(), QTimer()
    for timer in (stopped, deleted, forgotten):
        timer.start(60)
    forgotten.itself = forgotten  # type: ignore[attr-defined]  # only the garbage collector can free it
    stopped.stop()
    deleted.deleteLater()
    del forgotten, timer
    assert conftest.still_running(started) == []


@pytest.mark.parametrize("run", ["first", "second"])
def test_that_each_test_begins_with_empty_settings(qapp: QApplication, run: str) -> None:
    settings = QSettings("cnn-gui-tests", "settings")
    assert settings.value("written by") is None
    settings.setValue("written by", run)
    settings.sync()
