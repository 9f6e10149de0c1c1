"""Deliberate faults, switched on in the window: seen, found, loud, and never kept."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from cnn_gui.lens.check.fault_row import FaultRow
from cnn_gui.lens.views.check import CheckView
from cnn_gui.main_window import MainWindow
from cnn_gui.training.controller import State
from cnn_gui.window.microscope_door import INSIDE
from engine.data.dataset import pixels
from engine.faults import DIVIDED_TWICE, DOUBLED, MISPLACED, UNDILATED, UNROTATED, Fault
from engine.trace.record import LayerTrace
from tests.helpers.window import open_tiny_window

CONV, RELU, POOL = range(3)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The window with the check of a convolution on show."""
    for window in open_tiny_window(qtbot, tmp_path):
        window.document.select(window.document.architecture.layers[CONV].uid)
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


def row(window: MainWindow, fault: Fault) -> FaultRow:
    return next(row for row in view_of(window).faults.rows if row.fault is fault)


def click(qtbot: QtBot, window: MainWindow, fault: Fault) -> None:
    press(qtbot, row(window, fault).box)
    window.lens.refresh()


def press(qtbot: QtBot, box: QCheckBox) -> None:
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))


def verdict(qtbot: QtBot, window: MainWindow) -> bool | None:
    """Check the layer on show; return what its light says."""
    view = view_of(window)
    with qtbot.waitSignal(view.background.finished):
        qtbot.mouseClick(view.check_button, Qt.MouseButton.LeftButton)
    return view.report.light.passed


def traced(window: MainWindow, layer: int) -> LayerTrace:
    document = window.document
    assert document.tracer is not None and document.data.dataset is not None
    test = document.data.dataset.test
    return document.tracer.trace(pixels(test.images[:1]), test.labels[:1]).layers[layer]


def weights_after_a_step(qtbot: QtBot, window: MainWindow) -> np.ndarray:
    """Train for one step from the initial weights of the settings' seed, and stop."""
    window.reset()
    qtbot.mouseClick(window.run_bar.step_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.history.steps == 1)
    window.controller.stop()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE)
    assert window.document.model is not None
    return window.document.model.parameters.flat.copy()


def test_that_a_fault_is_off_at_first_and_turns_the_check_red(qtbot: QtBot, window: MainWindow) -> None:
    badge, before = window.fault_badge, traced(window, CONV)
    assert not badge.isVisible() and not any(row.box.isChecked() for row in view_of(window).faults.rows)
    assert verdict(qtbot, window) is True
    click(qtbot, window, UNROTATED)
    assert badge.isVisible() and badge.whole_text == "Faulty gradients: Convolution 1 (not rotated)"
    assert view_of(window).report.heading.text() == "Old: The gradients are right"
    now = traced(window, CONV)
    assert (now.output == before.output).all() and not np.allclose(now.grad_input, before.grad_input)
    assert verdict(qtbot, window) is False
    assert "faulty gradients: not rotated" in view_of(window).report.about.text()
    assert [line.light.passed for line in view_of(window).report.lines[:3]] == [False, True, True]
    click(qtbot, window, UNROTATED)
    assert not badge.isVisible() and verdict(qtbot, window) is True


def test_that_a_layer_has_the_faults_that_suit_it(window: MainWindow) -> None:
    shown = {layer: [] for layer in (CONV, RELU, POOL)}
    for layer, found in shown.items():
        select(window, layer)
        found += [row.fault for row in view_of(window).faults.rows if row.isVisible()]
    assert shown == {CONV: [UNDILATED, UNROTATED, MISPLACED, DIVIDED_TWICE], RELU: [], POOL: [DOUBLED]}
    select(window, RELU)
    assert view_of(window).faults.about.text() == "There is none for this kind of layer."


def test_that_a_fault_that_changes_nothing_says_so(qtbot: QtBot, window: MainWindow) -> None:
    assert row(window, UNDILATED).idle.text().startswith("Changes nothing here: the stride is 1")
    assert not row(window, UNROTATED).idle.isVisible()
    click(qtbot, window, UNDILATED)
    assert verdict(qtbot, window) is True
    window.document.configure(window.document.selected, type(window.document.selected_spec.config)(stride=(2, 2)))
    window.lens.refresh()
    assert not row(window, UNDILATED).idle.isVisible() and row(window, UNDILATED).box.isChecked()
    assert verdict(qtbot, window) is False


def test_that_ties_of_the_sample_are_doubled(qtbot: QtBot, window: MainWindow) -> None:
    window.document.set_weights(np.zeros_like(window.document.model.parameters.flat))  # all windows tie
    select(window, POOL)
    click(qtbot, window, DOUBLED)
    assert not row(window, DOUBLED).idle.isVisible() and verdict(qtbot, window) is False
    tied, other = view_of(window).report.lines[:2]
    assert (tied.name.text(), tied.light.passed, other.light.passed) == (
        "Equal inputs moved together, dC/dX", False, True,
    )  # fmt: skip


def test_that_training_has_a_fault_only_where_a_person_says_so(qtbot: QtBot, window: MainWindow) -> None:
    right, training = weights_after_a_step(qtbot, window), view_of(window).faults.training
    assert not training.isEnabled()
    click(qtbot, window, DIVIDED_TWICE)
    assert not training.isChecked() and (weights_after_a_step(qtbot, window) == right).all()
    press(qtbot, training)
    assert window.fault_badge.whole_text == "Faulty training: Convolution 1 (divided by N twice)"
    assert not (weights_after_a_step(qtbot, window) == right).all()
    click(qtbot, window, DIVIDED_TWICE)
    assert not training.isChecked() and not training.isEnabled()
    click(qtbot, window, DIVIDED_TWICE)
    assert not training.isChecked()  # it has to be chosen anew


def test_that_the_faults_of_a_run_stay_as_they_are(qtbot: QtBot, window: MainWindow) -> None:
    click(qtbot, window, UNROTATED)
    press(qtbot, view_of(window).faults.training)
    qtbot.mouseClick(window.run_bar.step_button, Qt.MouseButton.LeftButton)
    window.lens.renew()
    window.lens.refresh()
    assert not row(window, UNROTATED).box.isEnabled() and not view_of(window).faults.training.isEnabled()
    window.controller.stop()
    qtbot.waitUntil(lambda: window.controller.state is State.IDLE)
    window.lens.renew()
    window.lens.refresh()
    assert row(window, UNROTATED).box.isEnabled() and view_of(window).faults.training.isEnabled()


def test_that_faults_are_never_saved_and_go_with_the_project(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    assert document.file.path is not None
    before = document.file.path.read_bytes()
    click(qtbot, window, UNROTATED)
    press(qtbot, view_of(window).faults.training)
    assert not document.file.modified and document.undo_stack.isClean()
    assert window.files.save()
    assert document.file.path.read_bytes() == before
    assert window.files.open_path(document.file.path)
    assert document.faults.chosen == {} and not document.faults.in_training
    assert not window.fault_badge.isVisible()
    qtbot.waitUntil(lambda: not document.data.awaited)
    assert not traced(window, CONV).faults


def test_that_a_fault_goes_with_its_layer(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    click(qtbot, window, UNROTATED)
    document.remove(document.selected)
    assert document.faults.chosen == {} and not window.fault_badge.isVisible()
    document.undo_stack.undo()
    assert document.faults.chosen == {}


def test_that_a_fault_that_no_longer_suits_is_off(window: MainWindow) -> None:
    document, spec = window.document, window.document.architecture.layers[POOL]
    document.faults.switch(spec.uid, DOUBLED, True)
    document.configure(spec.uid, type(spec.config)(mode="mean"))
    assert document.faults.chosen == {}


def test_that_a_slip_beside_a_switch_does_not_lead_out(qtbot: QtBot, window: MainWindow) -> None:
    for part in (row(window, UNROTATED).story, view_of(window).explanation):
        qtbot.mouseClick(part, Qt.MouseButton.LeftButton)
    assert window.middle.currentIndex() == INSIDE


def test_that_the_badge_names_every_layer_in_full_and_leads_to_it(qtbot: QtBot, window: MainWindow) -> None:
    document, badge = window.document, window.fault_badge
    conv, pool = (document.architecture.layers[layer].uid for layer in (CONV, POOL))
    for uid, fault in ((pool, DOUBLED), *((conv, fault) for fault in (UNROTATED, UNDILATED, MISPLACED, DIVIDED_TWICE))):
        document.faults.switch(uid, fault, True)
    told = "divided by N twice, excluded rows dropped, not dilated, not rotated"
    assert badge.whole_text == f"Faulty gradients: Convolution 1 ({told}); Pooling 1 (ties doubled)"
    window.resize(1024, 700)
    QApplication.processEvents()
    whole = QTextDocument()
    whole.setHtml(badge.text())
    assert whole.toPlainText() == badge.whole_text  # nothing of it is cut
    assert badge.heightForWidth(badge.width()) <= badge.height() <= window.height()
    qtbot.keyClick(window.microscope, Qt.Key.Key_Escape)
    assert window.middle.currentIndex() != INSIDE
    badge.linkActivated.emit(pool)
    window.lens.refresh()
    assert document.selected == pool and window.middle.currentIndex() == INSIDE
    assert row(window, DOUBLED).box.isChecked() and row(window, DOUBLED).isVisible()


def test_that_the_badge_follows_the_names_of_the_layers(window: MainWindow) -> None:
    document, badge = window.document, window.fault_badge
    document.faults.switch(document.architecture.layers[CONV].uid, UNROTATED, True)
    document.insert(0, "conv2d")
    assert badge.whole_text == "Faulty gradients: Convolution 2 (not rotated)"
    document.undo_stack.undo()
    assert badge.whole_text == "Faulty gradients: Convolution 1 (not rotated)"


def painted(button: QAbstractButton) -> QImage:
    return button.icon().pixmap(button.iconSize()).toImage()


def test_that_a_fault_is_marked_on_its_card_and_in_the_strip(qtbot: QtBot, window: MainWindow) -> None:
    conv, relu = (window.document.architecture.layers[layer].uid for layer in (CONV, RELU))
    cards, buttons = window.canvas.chain.cards, window.microscope.head.strip.buttons
    icons = [painted(button) for button in buttons]
    assert not cards[conv].face.alarm
    click(qtbot, window, UNROTATED)
    assert (cards[conv].face.alarm, cards[relu].face.alarm) == ("faulty", "")
    assert "Faulty gradients: not rotated." in cards[conv].toolTip() + cards[relu].toolTip()
    assert "Faulty gradients: not rotated." in window.canvas.accessibleDescription()
    changed = [painted(button) != icon for button, icon in zip(buttons, icons, strict=True)]
    assert changed[CONV] and not any(changed[CONV + 1 :])
    assert buttons[CONV].toolTip().endswith("\nFaulty gradients: not rotated.")
    click(qtbot, window, UNROTATED)
    assert not cards[conv].face.alarm and "Faulty" not in buttons[CONV].toolTip()
