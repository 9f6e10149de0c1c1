"""The gradient check of a layer, asked for in the window."""

import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from time import sleep

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnn_gui.lens.check.job import CheckJob
from cnn_gui.lens.views.check import CheckView
from cnn_gui.main_window import MainWindow
from engine.gradreport import ArrayCheck, GradientReport
from tests.helpers import tiny
from tests.helpers.window import show_window

CHAIN = tiny.moody_architecture()
CONV, RELU = 0, 2
LAYERS = range(len(CHAIN.layers))


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    """The window with the check of a convolution on show."""
    window = show_window(qtbot)
    window.document.set_data(tiny.dataset(), "bundled")
    window.document.replace(CHAIN, "Load it")
    select(window, CONV)
    window.canvas.opened.emit()
    window.lens.refresh()
    window.microscope.look_through(CheckView)
    window.lens.refresh()
    yield window


def select(window: MainWindow, layer: int) -> None:
    window.document.select(window.document.architecture.layers[layer].uid)
    window.lens.refresh()


def view_of(window: MainWindow) -> CheckView:
    assert isinstance(window.microscope.view, CheckView)
    return window.microscope.view


def check(qtbot: QtBot, window: MainWindow) -> GradientReport:
    """Ask for a check, wait for it, and return what it found."""
    view = view_of(window)
    with qtbot.waitSignal(view.background.finished) as finished:
        qtbot.mouseClick(view.check_button, Qt.MouseButton.LeftButton)
    assert finished.args is not None and isinstance(finished.args[0], GradientReport)
    return finished.args[0]


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let checks of the convolution go on until they are cancelled; set once one was."""
    run, ended = CheckJob.run, threading.Event()

    def run_on(job: CheckJob) -> Generator[float, None, GradientReport]:
        try:
            while job.uid == CHAIN.layers[CONV].uid:
                yield 0.3
                sleep(0.001)
        finally:
            ended.set()
        return (yield from run(job))

    monkeypatch.setattr(CheckJob, "run", run_on)
    return ended


@pytest.mark.parametrize("layer", LAYERS, ids=[spec.type.name for spec in CHAIN.layers])
def test_that_every_kind_of_layer_has_a_green_light(qtbot: QtBot, window: MainWindow, layer: int) -> None:
    select(window, layer)
    report, shown = check(qtbot, window), view_of(window).report
    assert shown.isVisible() and shown.light.passed is True and shown.heading.text() == "The gradients are correct"
    lines = [line for line in shown.lines if line.isVisible()]
    assert len(lines) == len(report.arrays)
    assert all(line.light.passed and line.verdict.text().startswith("agrees, error ") for line in lines)
    assert "test image 0 · initial weights" in shown.about.text()


def test_that_a_line_says_where_the_largest_error_is_and_what_both_say_there(qtbot: QtBot, window: MainWindow) -> None:
    check(qtbot, window)
    arrays = (
        ArrayCheck("weight", 0.75, (2, 0, 1, 1), -0.5, 2.0, 27, 0),
        ArrayCheck("input", float("nan"), (1, 0, 3, 5), 1.0, 2.0, 0, 50),
    )
    shown = view_of(window).report
    shown.show_report(GradientReport(arrays), "Convolution 1")
    assert (shown.light.passed, shown.heading.text()) == (False, "The gradients are wrong")
    first, second = shown.lines[:2]
    assert (first.light.passed, first.name.text(), first.verdict.text()) == (
        False,
        "Weight, dL/dW",
        "disagrees, error 0.75",
    )
    assert (
        first.detail.text()
        == "filter 2, channel 0, row 1, column 1: backward −0.5, measured slope 2 (× −0.25) · 27 compared"
    )
    assert (second.light.passed, second.verdict.text()) == (None, "no result")
    assert second.detail.text() == "0 compared, 50 at kinks"
    assert not shown.lines[2].isVisible()


def test_that_the_number_of_cells_is_chosen(qtbot: QtBot, window: MainWindow) -> None:
    view_of(window).cells.setValue(7)
    assert [array.compared + array.kinks for array in check(qtbot, window).arrays] == [7, 7, 3]


def test_that_it_is_the_layers_own_weights_that_are_checked(qtbot: QtBot, window: MainWindow) -> None:
    assert window.document.model is not None
    window.document.set_weights(np.zeros_like(window.document.model.parameters.flat))
    window.lens.refresh()
    report = check(qtbot, window)
    assert (report.arrays[0].analytic, report.arrays[0].numeric) == (0, 0)


def test_that_a_check_tells_its_progress_and_can_be_cancelled(
    qtbot: QtBot, window: MainWindow, endless: threading.Event
) -> None:
    view = view_of(window)
    assert not view.cancel_button.isVisible()
    qtbot.mouseClick(view.check_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.progress.value() == 300 and view.progress.maximum() == 1000)
    assert view.status.whole_text.startswith("Checking Convolution 1")
    qtbot.mouseClick(view.cancel_button, Qt.MouseButton.LeftButton)
    assert endless.wait(5)
    qtbot.wait(20)
    assert view.status.whole_text == "" and not view.cancel_button.isVisible() and not view.report.isVisible()


def test_that_a_long_title_leaves_the_cancel_button_in_sight(qtbot: QtBot, window: MainWindow) -> None:
    view = view_of(window)
    view._show_job(replace(view._now, title="Convolution 12 · training image 59,999 · step 123,456, epoch 789"))
    window.resize(1024, 700)
    qtbot.wait(20)
    button = view.cancel_button
    assert button.isVisible() and view.rect().contains(button.mapTo(view, button.rect().bottomRight()))


def test_that_a_second_check_cancels_the_first(qtbot: QtBot, window: MainWindow, endless: threading.Event) -> None:
    qtbot.mouseClick(view_of(window).check_button, Qt.MouseButton.LeftButton)
    select(window, RELU)
    check(qtbot, window)
    assert endless.is_set() and view_of(window).report.isVisible()
    select(window, CONV)
    assert not view_of(window).report.isVisible()


@pytest.mark.parametrize("change", ["weights", "sample", "layer"])
def test_that_a_result_of_before_is_marked_as_old(qtbot: QtBot, window: MainWindow, change: str) -> None:
    check(qtbot, window)
    document = window.document
    assert document.model is not None
    if change == "weights":
        document.set_weights(document.model.parameters.flat + np.float32(0.5))
    elif change == "sample":
        window.lens.choose(3)
    else:
        spec = document.architecture.layers[CONV]
        document.configure(spec.uid, type(spec.config)(filters=3, kernel_size=(3, 3), padding=(1, 1)))
    window.lens.refresh()
    shown = view_of(window).report
    assert shown.heading.text() == "Old: The gradients are correct" and shown.light.passed is None
    check(qtbot, window)
    assert shown.light.passed is True


def test_that_a_result_waits_for_its_layer(qtbot: QtBot, window: MainWindow) -> None:
    check(qtbot, window)
    select(window, RELU)
    assert not view_of(window).report.isVisible()
    select(window, CONV)
    assert view_of(window).report.light.passed is True


@pytest.mark.parametrize(
    ("error", "told"), [(MemoryError(), "There is not enough memory for this computation."), (OSError("x"), "")]
)
def test_that_a_check_that_fails_is_over(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail(job: CheckJob) -> Generator[float, None, GradientReport]:
        yield 0.1
        raise error

    monkeypatch.setattr(threading, "excepthook", lambda args: None)  # in the place of the error reporter
    monkeypatch.setattr(CheckJob, "run", fail)
    view = view_of(window)
    with qtbot.waitSignal(view.background.failed):
        qtbot.mouseClick(view.check_button, Qt.MouseButton.LeftButton)
    assert view.status.whole_text == told and not view.cancel_button.isVisible() and not view.progress.isVisible()


def test_that_closing_the_window_ends_a_check(qtbot: QtBot, window: MainWindow, endless: threading.Event) -> None:
    qtbot.mouseClick(view_of(window).check_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view_of(window).progress.value() == 300)
    window.files.may_discard = lambda: True  # type: ignore[method-assign]
    assert window.close()
    assert endless.is_set()
