"""Long computations beside the GUI: only the last question counts, and the same one waits for its turn."""

import threading
from collections.abc import Generator
from threading import Event, Thread, main_thread
from threading import current_thread as here
from time import perf_counter, sleep
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from cnn_gui import background
from cnn_gui.background import Background
from engine.errors import BadInputError


def counting(answer: Any, steps: int = 3) -> Generator[float, None, Any]:
    for step in range(steps):
        yield (step + 1) / steps
    return answer


def naming() -> Generator[float, None, Thread]:
    yield 1.0
    return here()


def waiting(go_on: Event, seen: list[bool]) -> Generator[float, None, Any]:
    """Wait once; note whether it went on after that."""
    yield 0.0
    go_on.wait(5)
    yield 0.5
    seen.append(True)
    return "late"


@pytest.fixture
def work(qtbot: QtBot) -> Background:
    return Background()


def test_that_an_answer_comes_from_another_thread(qtbot: QtBot, work: Background) -> None:
    with qtbot.waitSignal(work.finished) as done:
        work.ask(naming)
    assert done.args is not None and done.args[0] is not main_thread()
    assert not work.busy


def test_that_only_the_last_question_is_answered(qtbot: QtBot, work: Background) -> None:
    go_on, seen, answers = Event(), list[bool](), list[Any]()
    work.finished.connect(answers.append)
    work.ask(lambda: waiting(go_on, seen))
    work.ask(lambda: counting("new"))
    qtbot.waitUntil(lambda: answers == ["new"])
    go_on.set()
    qtbot.wait(3 * background.PERIOD)
    assert answers == ["new"] and not seen


def test_that_a_cancelled_question_has_no_answer(qtbot: QtBot, work: Background) -> None:
    go_on, seen = Event(), list[bool]()
    with qtbot.assertNotEmitted(work.finished, wait=4 * background.PERIOD):
        work.ask(lambda: waiting(go_on, seen))
        work.ask_anew(lambda: counting("next"))
        work.cancel()
        go_on.set()
    assert not work.busy


def test_that_the_same_question_waits_for_the_answer_and_a_rest(
    qtbot: QtBot, work: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PAUSE", 0.3)
    answers: dict[str, float] = {}
    work.finished.connect(lambda answer: answers.setdefault(answer, perf_counter()))
    work.ask(lambda: counting("first"))
    for name in ("skipped", "second"):
        work.ask_anew(lambda name=name: counting(name))
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert [*answers] == ["first", "second"]
    assert answers["second"] - answers["first"] >= 0.3


def test_that_a_problem_is_told(qtbot: QtBot, work: Background) -> None:
    def failing() -> Generator[float, None, Any]:
        yield 0.1
        raise BadInputError("Give another patch.")

    with qtbot.waitSignal(work.failed) as failed:
        work.ask(failing)
    assert failed.args == ["Give another patch."]


def test_that_an_unexpected_error_ends_the_question_and_goes_to_the_reporter(
    qtbot: QtBot, work: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> Generator[float, None, Any]:
        yield 0.1
        raise ZeroDivisionError

    reported = list[type[BaseException] | None]()
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_type))
    with qtbot.waitSignal(work.failed) as failed:
        work.ask(failing)
    assert failed.args == [""] and reported == [ZeroDivisionError] and not work.busy


def test_that_shutting_down_waits_for_every_thread(qtbot: QtBot, work: Background) -> None:
    begun, ended = list[Thread](), list[Thread]()

    def long() -> Generator[float, None, Any]:
        begun.append(here())
        try:
            while True:
                yield 0.0
                sleep(0.02)
        finally:
            ended.append(here())

    for count in (1, 2):
        work.ask(long)
        qtbot.waitUntil(lambda count=count: len(begun) == count)
    work.shut_down()
    assert sorted(map(id, ended)) == sorted(map(id, begun)) and not any(thread.is_alive() for thread in begun)
