"""The race of the backends in the window: off the GUI thread, with progress and cancel, and the same figures."""

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui.main_window import MainWindow
from cnn_gui.race import runner as runners
from cnn_gui.race.dialog import RaceDialog
from cnn_gui.race.runner import LapFigures, RaceFigures
from cnn_gui.race.table import speed
from engine import race
from engine.architecture import Architecture, new_layer
from engine.race import FAST, IM2COL, LOOPS
from tests.helpers.window import open_tiny_window

PATIENCE = 60_000  # ms


@pytest.fixture
def window(qtbot: QtBot, tmp_path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


@pytest.fixture
def dialog(window: MainWindow) -> RaceDialog:
    action = window.findChild(QAction, "race")
    assert action is not None
    action.trigger()
    return next(iter(window.findChildren(RaceDialog)))


def figures(agrees: bool = True, difference: float | None = 1e-7) -> RaceFigures:
    laps = (
        LapFigures(LOOPS, 2, 3, 3.0, 2.0, 1.0, difference, difference),
        LapFigures(IM2COL, 32, 3, 0.04, 2400.0, 1200.0, difference, difference),
        LapFigures(FAST, 32, 3, 0.004, 24000.0, 12000.0, None, None),
    )
    return RaceFigures(laps, agrees, 1e-4, 1e-2)


def slow(window: MainWindow) -> None:
    """Make the loops of the open network take long: a step of many filters."""
    layers = window.document.architecture.layers
    wide = new_layer("conv2d", filters=200, kernel_size=3, padding=1)
    window.document.replace(Architecture((wide, *layers)), "Load")


def test_that_a_race_runs_the_open_network_and_tells_what_the_engine_finds(
    qtbot: QtBot, window: MainWindow, dialog: RaceDialog
) -> None:
    told = []
    dialog.runner.advanced.connect(told.append)
    dialog.batch.setValue(4)
    dialog.steps.setValue(2)
    weights = window.document.model.parameters.flat.copy()
    with qtbot.waitSignal(dialog.runner.finished, timeout=PATIENCE):
        dialog.start_button.click()
        assert dialog.runner.busy and dialog.start_button.text() == "Cancel" and not dialog.batch.isEnabled()
    assert [each.backend for each in told if each.backend == LOOPS] == [LOOPS] * 2
    assert {each.backend for each in told} == {LOOPS, IM2COL, FAST}
    shown = dialog.table.figures
    assert shown is not None and shown.agrees
    assert [lap.backend for lap in shown.laps] == [LOOPS, IM2COL, FAST]
    assert shown.laps[0].images_per_second < shown.laps[1].images_per_second
    assert dialog.verdict.text().startswith("All three agree") and dialog.start_button.text() == "Start"
    assert not dialog.runner.busy and dialog.copy_button.isEnabled()
    assert (window.document.model.parameters.flat == weights).all()


def test_that_a_course_is_the_same_after_its_way_to_the_process(window: MainWindow, dialog: RaceDialog) -> None:
    window.document.set_settings(replace(window.document.settings, optimizer="gradient descent", seed=3))
    sent = dialog.course()
    got = race.Course.from_bytes(sent.to_bytes())
    assert (got.architecture, got.input_shape, got.settings) == (sent.architecture, sent.input_shape, sent.settings)
    for (x, labels), (other, others) in zip(got.batches, sent.batches, strict=True):
        assert (x == other).all() and (labels == others).all() and x.dtype == other.dtype
    assert race.race(got).laps[2].losses == race.race(sent).laps[2].losses


def test_that_cancel_ends_it_at_once_in_the_middle_of_a_step_and_the_window_answers_meanwhile(
    qtbot: QtBot, window: MainWindow, dialog: RaceDialog
) -> None:
    slow(window)
    dialog.start_button.click()
    process = dialog.runner.findChild(QProcess)
    assert process is not None
    qtbot.waitUntil(lambda: process.state() is QProcess.ProcessState.Running)
    longest, began = 0.0, perf_counter()
    while perf_counter() - began < 0.5:  # events are handled meanwhile
        before = perf_counter()
        QApplication.processEvents()
        longest = max(longest, perf_counter() - before)
    assert longest < 0.4 and dialog.runner.busy
    began = perf_counter()
    dialog.start_button.click()
    assert perf_counter() - began < 2 and not dialog.runner.busy
    assert dialog.state.text() == "Cancelled." and dialog.start_button.text() == "Start"
    assert dialog.table.figures is None


@pytest.mark.parametrize("way", ["close", "window", "escape"])
def test_that_no_process_is_left_when_the_dialog_or_the_window_closes(
    qtbot: QtBot, window: MainWindow, dialog: RaceDialog, way: str
) -> None:
    slow(window)
    window.files.may_discard = lambda: True  # the network is another: else the window would ask
    dialog.start_button.click()
    process = dialog.runner.findChild(QProcess)
    qtbot.waitUntil(lambda: process.state() is QProcess.ProcessState.Running)
    {"close": dialog.close, "window": window.close, "escape": dialog.reject}[way]()
    assert process.state() is QProcess.ProcessState.NotRunning


def test_that_it_says_why_it_cannot_start(qtbot: QtBot, window: MainWindow, dialog: RaceDialog) -> None:
    assert dialog.start_button.isEnabled() and not dialog.obstacle
    window.controller.start()
    assert not dialog.start_button.isEnabled() and "Stop it first" in dialog.state.text()
    window.controller.shut_down()
    assert dialog.start_button.isEnabled()
    window.document.remove(window.document.architecture.layers[3].uid)  # without its Flatten nothing fits
    assert not dialog.start_button.isEnabled() and dialog.state.text() == dialog.obstacle != ""


def test_that_a_process_that_dies_is_told_and_another_can_start(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, dialog: RaceDialog
) -> None:
    monkeypatch.setattr(runners, "module_command", lambda name: ["/there/is/no/such/program"])
    dialog.start_button.click()
    qtbot.waitUntil(lambda: not dialog.runner.busy)
    assert "ended before its time" in dialog.state.text() and dialog.start_button.isEnabled()


def test_that_the_result_tells_what_the_loops_left_out_and_can_be_copied(dialog: RaceDialog) -> None:
    dialog.runner.finished.emit(figures())
    assert "3 of the 3 steps, on the first 2 of each 32 images" in dialog.note.text()
    assert dialog.note.text().startswith("The fast path is 10.0 times as fast as im2col.")
    dialog.copy_button.click()
    rows = QGuiApplication.clipboard().text().splitlines()
    assert rows[1].split("\t") == ["Naive loops", "2", "3", "3.0", "2.0", "1.0"] and len(rows) == 6
    assert dialog.table.lines()[2] == "Fast path: 24,000 images/s, 12,000 times the loops, 1.33 ms a step"


@pytest.mark.parametrize("difference", [0.5, None])
def test_that_a_difference_is_not_called_agreement(dialog: RaceDialog, difference: float | None) -> None:
    dialog.runner.finished.emit(figures(False, difference))
    assert dialog.verdict.text().startswith("The three do not agree")


@pytest.mark.parametrize(
    ("images", "written"),
    [(0.4321, "0.432"), (12.54, "12.5"), (99.96, "100"), (2563.0, "2,560"), (123456.0, "123,000")],
)
def test_that_a_speed_has_three_digits_that_count(images: float, written: str) -> None:
    assert speed(images) == written
