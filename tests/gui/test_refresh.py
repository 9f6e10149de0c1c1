"""The pace of the views during a run: they take turns, rest when told, and slow ones come less often."""

from time import perf_counter, sleep, thread_time

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from cnn_gui.refresh import PERIOD, SHARE, RefreshClock

COST = 0.03  # s, of a slow turn


@pytest.fixture
def calls() -> list[str]:
    return []


def compute(seconds: float) -> None:
    end = thread_time() + seconds
    while thread_time() < end:
        pass


class Slow(QWidget):
    """Takes its time to be painted."""

    def paintEvent(self, event: QPaintEvent) -> None:
        compute(COST)


def clock_of(calls: list[str], slow: float = 0.0) -> RefreshClock:
    """Return a clock of two groups; the first one computes for *slow* seconds."""

    def first() -> None:
        compute(slow)
        calls.append("a")

    return RefreshClock((first, lambda: calls.append("b")))


def pause(qtbot, clock: RefreshClock, calls: list[str], turn: int = 1) -> float:
    """Return the seconds from a turn, counted from 1, to the next."""
    clock.set_running(True)
    qtbot.waitUntil(lambda: len(calls) == turn)
    start = perf_counter()
    qtbot.waitUntil(lambda: len(calls) == turn + 1)
    clock.set_running(False)
    return perf_counter() - start


def test_that_the_groups_take_turns_each_once_a_period(qtbot, calls):
    clock = clock_of(calls)
    start = perf_counter()
    clock.set_running(True)
    qtbot.waitUntil(lambda: len(calls) == 6)
    took = perf_counter() - start
    clock.set_running(False)
    assert calls == ["a", "b"] * 3
    assert took > 0.8 * 3 * PERIOD / 1000


def test_that_nothing_happens_before_the_start_and_after_the_end(qtbot, calls):
    clock = clock_of(calls)
    qtbot.wait(2 * PERIOD)
    assert calls == []
    clock.set_running(True)
    qtbot.waitUntil(lambda: bool(calls))
    clock.set_running(False)
    seen = len(calls)
    qtbot.wait(2 * PERIOD)
    assert len(calls) == seen


def test_that_starting_twice_does_not_put_off_the_next_turn(qtbot, calls):
    clock = clock_of(calls)
    clock.set_running(True)
    for _ in range(10):
        qtbot.wait(PERIOD // 5)
        clock.set_running(True)
    clock.set_running(False)
    assert calls


def test_that_slow_views_take_no_more_than_their_share_of_the_time(qtbot, calls):
    assert pause(qtbot, clock_of(calls, slow=COST), calls) > 0.8 * COST / SHARE


def test_that_painting_counts(qtbot, calls):
    view = Slow()
    qtbot.addWidget(view)
    view.show()
    qtbot.waitExposed(view)
    clock = RefreshClock((lambda: (view.update(), calls.append("a")),) * 2)
    assert pause(qtbot, clock, calls) > 0.8 * COST / SHARE


def test_that_waiting_for_a_core_does_not_count(qtbot, calls):
    clock = RefreshClock((lambda: (sleep(COST), calls.append("a")),))
    assert pause(qtbot, clock, calls) < COST / SHARE


def test_that_after_one_slow_turn_the_pace_comes_back(qtbot, calls):
    assert pause(qtbot, clock_of(calls, slow=COST), calls, turn=2) < COST / SHARE


@pytest.mark.qt_no_exception_capture
def test_that_a_view_that_fails_does_not_stop_the_clock(qtbot, calls, monkeypatch):
    def broken() -> None:
        raise RuntimeError("broken on purpose")

    clock = RefreshClock((broken, lambda: calls.append("b")))
    with qtbot.capture_exceptions() as caught:
        clock.set_running(True)
        qtbot.waitUntil(lambda: len(calls) == 2)
        clock.set_running(False)
    assert len(caught) >= 2
