"""Garbage is collected on the GUI thread, wherever it comes from."""

import gc
import platform
import sys
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from cnn_gui import garbage
from cnn_gui.garbage import GarbageCollector


@pytest.fixture
def collector(qapp) -> Iterator[GarbageCollector]:
    parent = QObject()
    collector = GarbageCollector(parent)
    yield collector
    collector.stop()
    assert gc.isenabled() and gc.get_freeze_count() == 0


def make_garbage() -> None:
    for _ in range(200_000):
        cycle: list[object] = []
        cycle.append(cycle)


def test_that_a_widget_in_a_cycle_is_deleted_here_although_another_thread_makes_the_garbage(collector, qtbot) -> None:
    deleted_by: list[int] = []
    widget = QWidget()
    widget.itself = widget  # type: ignore[attr-defined]
    weakref.finalize(widget, lambda: deleted_by.append(threading.get_ident()))
    del widget
    other = threading.Thread(target=make_garbage)
    other.start()
    other.join()
    assert deleted_by == []
    gc.collect(1)
    make_garbage()
    qtbot.waitUntil(lambda: deleted_by == [threading.get_ident()])


def test_that_memory_does_not_pile_up(collector, qtbot) -> None:
    make_garbage()
    before = gc.get_count()[0]
    qtbot.waitUntil(lambda: gc.get_count()[0] < before)


def test_that_unused_memory_is_given_back_from_time_to_time(collector, qtbot, monkeypatch) -> None:
    given: list[int] = []
    monkeypatch.setattr(collector, "_trim", lambda: given.append(1))
    for _ in range(2 * garbage.TRIM):
        collector._on_timeout()
    assert len(given) == 2


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone can be asked")
def test_that_glibc_can_be_asked_and_another_library_is_let_alone(monkeypatch) -> None:
    assert garbage._trimmer()() in (0, 1)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert garbage._trimmer()() is None
