"""Deliberate faults, switched on in the window: seen, found, loud, and never kept."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from cnn_gui.lens import notices
from cnn_gui.lens.backward.stages import Stage
from cnn_gui.lens.check.fault_row import FaultRow
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.views.check import CheckView
from cnn_gui.lens.views.global_average import GlobalAverageView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.lens.views.pooling import PoolingView
from cnn_gui.lens.views.weight_gradient import WeightGradientView
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.grid import Mark
from cnn_gui.plots.text import number
from cnn_gui.training.controller import State
from cnn_gui.window.microscope_door import INSIDE
from engine.architecture import LayerSpec, new_layer
from engine.data.dataset import pixels
from engine.faults import DIVIDED_TWICE, DOUBLED, MISPLACED, UNDILATED, UNDIVIDED, UNROTATED, Fault
from engine.trace.convolution import ConvolutionTrace
from engine.trace.global_average import GlobalAverageTrace
from engine.trace.pooling import PoolingTrace
from engine.trace.record import LayerTrace
from tests.helpers import lens
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
    assert view_of(window).report.heading.text() == "Old: The gradients are correct"
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
    assert view_of(window).faults.about.text() == "There are none for this kind of layer."


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
        "Equal inputs changed together, dL/dX", False, True,
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


# What each page says of them.


def faulty_layer(layer: LayerSpec, *faults: Fault, image: np.ndarray | None = None) -> Frame:
    """Return the frame of *layer* with deliberate faults, between two convolutions."""
    ends = new_layer("tanh"), new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    document = lens.document_of(new_layer("conv2d", filters=4, kernel_size=1), layer, *ends)
    for fault in faults:
        document.faults.switch(layer.uid, fault, True)
    return lens.frame_of(document, 1, image=image)


STRIDED = {"filters": 3, "kernel_size": 3, "stride": 2}  # of 8 × 8 one row and one column are excluded


@pytest.mark.parametrize("fault", [None, UNDILATED, UNROTATED, MISPLACED])
def test_that_each_stage_of_dc_dx_tells_what_was_done_and_unequal_results_are_not_called_equal(
    qtbot: QtBot, fault: Fault | None
) -> None:
    frame = faulty_layer(new_layer("conv2d", **STRIDED), *filter(None, [fault]))
    view, layer = lens.shown(qtbot, InputGradientView, frame), frame.layer_trace
    assert layer is not None
    told: dict[Stage, str] = {}
    for stage in Stage:
        view.bar.tabs.setCurrentIndex(stage)
        told[stage] = view.sentence.texts[0]
        after = view.planes.after.grid
        if stage is Stage.ROTATED:
            assert after is not None and after.title == f"kernel 0, {'not ' if fault is UNROTATED else ''}rotated"
        if stage is Stage.DILATED:
            assert after is not None and after.title == f"dC/dO 0, {'not ' if fault is UNDILATED else ''}dilated"
            assert after.marks is not None and (after.values[after.marks == Mark.INSERTED] == 0).all()
            assert (after.marks == Mark.NONE).sum() == layer.output[0].size  # every value is called one
        if stage is Stage.SLID:
            lane = view.steps.lane
            assert lane is not None and lane.kernel.title.endswith("not rotated") == (fault is UNROTATED)
    where = {UNDILATED: Stage.DILATED, UNROTATED: Stage.ROTATED, MISPLACED: Stage.CROPPED, None: None}[fault]
    assert [stage for stage in Stage if "deliberate fault" in told[stage]] == ([where] if fault else [])
    assert ("rotated by 180°" in told[Stage.ROTATED]) == (fault is not UNROTATED)
    page = view.cropped
    apart = np.abs(layer.grad_input[0] - ConvolutionTrace(layer).col2im(0)).max()
    assert page.equals.text() == ("≠" if fault else "=")
    assert page.verdict.text().startswith("≠") == bool(fault) == (apart > 1e-9)
    assert fault is None or number(apart, 3) in page.verdict.text()
    whole = page.appended.grid
    assert whole is not None and whole.marks is not None
    assert (whole.values[whole.marks == Mark.APPENDED] == 0).all()
    assert whole.title == ("zeros inserted in front" if fault is MISPLACED else "zeros appended")
    assert page.cropped.grid is not None
    np.testing.assert_allclose(page.cropped.grid.values, layer.grad_input[0], atol=1e-15)


def test_that_small_unequal_results_are_not_called_equal(qtbot: QtBot) -> None:
    layer = new_layer("conv2d", **STRIDED)
    ends = new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    document = lens.document_of(layer, *ends)
    document.faults.switch(layer.uid, UNROTATED, True)
    assert document.model is not None
    weights = document.model.parameters.flat.copy()
    weights[-1] = 25  # the bias of class 1: the network is sure, so that gradients are tiny
    document.set_weights(weights)
    view = lens.shown(qtbot, InputGradientView, lens.frame_of(document, 0, label=1))
    view.bar.tabs.setCurrentIndex(Stage.CROPPED)
    assert 0 < view.cropped.difference < 1e-9 and view.cropped.equals.text() == "≠"


def test_that_dc_dw_tells_of_its_faults_with_the_difference(qtbot: QtBot) -> None:
    undilated = faulty_layer(new_layer("conv2d", **STRIDED), UNDILATED)
    view = lens.shown(qtbot, WeightGradientView, undilated)
    layer = undilated.layer_trace
    assert layer is not None and "A deliberate fault" in view.sample.sentence.texts[1]
    right = ConvolutionTrace(layer).right_weight_gradient(0, 0)
    apart = number(float(np.abs(layer.gradients["weight"][0, 0] - right).max()), 3)
    assert view.sample.training.texts[-1] == f"≠ Faulty: the largest difference from the correct dC/dW is {apart}."
    view.ways.setCurrentIndex(1)
    assert view.batch.lines.texts[-1].startswith("≠ Faulty") and view.batch.total.grid is not None
    fine = lens.shown(qtbot, WeightGradientView, faulty_layer(new_layer("conv2d", **STRIDED)))
    fine.ways.setCurrentIndex(1)
    assert not any("≠" in text for text in (*fine.sample.training.texts, *fine.batch.lines.texts))


def test_that_a_mini_batch_divided_twice_is_not_what_the_engine_computes(qtbot: QtBot) -> None:
    frame = faulty_layer(new_layer("conv2d", **STRIDED), DIVIDED_TWICE)
    assert frame.sample is not None
    frame = Frame(frame._document, replace(frame.sample, place=3), 0)
    view = lens.shown(qtbot, WeightGradientView, frame)
    view.ways.setCurrentIndex(1)
    assert view.batch.total.grid is not None
    total = view.batch.total.grid.values
    assert frame.mini_batch is not None
    engine, count = frame.mini_batch.layers[0].gradients["weight"][0, 0], len(frame.mini_batch.layers)
    assert count > 1
    np.testing.assert_allclose(total, engine * count)
    told = view.batch.lines.texts
    assert any(text.startswith("≠ Largest difference to what the engine computes") for text in told)
    assert f"A deliberate fault: divided by N twice. The optimizer gets 1/{count} of this sum." in told


def test_that_every_equal_of_a_doubled_tie_is_seen_to_get_the_gradient(qtbot: QtBot) -> None:
    image = np.zeros((1, 8, 8), np.float32)  # every window ties
    frame = faulty_layer(new_layer("pool2d"), DOUBLED, image=image)
    view, layer = lens.shown(qtbot, PoolingView, frame), frame.layer_trace
    assert layer is not None
    view.go_to((1, 1))
    assert "goes to each of 4 equal values, which is a deliberate fault" in view.lines.texts[1]
    assert len(view.pictures.routes.routes) == 5  # one there, four back
    assert Mark.UNCHOSEN not in view.pictures.grad_input.grid.marks
    trace = PoolingTrace(layer)
    assert (trace.reached == 1).all() and (trace.wins.sum(axis=(1, 2)) == 16).all()
    back = np.zeros_like(layer.grad_input)
    for c, row, col in np.ndindex(back.shape):
        back[c, row, col] = sum(trace.sent[c][place] for place in trace.senders(c, row, col))
    np.testing.assert_allclose(back, layer.grad_input, atol=1e-15)


@pytest.mark.parametrize("kind", ["pool2d", "global_average_pool"])
def test_that_an_undivided_mean_is_seen_to_be_undivided(qtbot: QtBot, kind: str) -> None:
    how = {"mode": "mean"} if kind == "pool2d" else {}
    ends = (new_layer("flatten"),) if kind == "pool2d" else ()
    layer = new_layer(kind, **how)
    document = lens.document_of(layer, *ends, new_layer("dense", units=2), new_layer("softmax"))
    document.faults.switch(layer.uid, UNDIVIDED, True)
    frame = lens.frame_of(document, 0)
    trace = frame.layer_trace
    assert trace is not None
    if kind == "pool2d":
        view = lens.shown(qtbot, PoolingView, frame)
        assert "each cell gets all of it, not" in view.lines.texts[1]
        assert (PoolingTrace(trace).sent == trace.grad_output).all()
    else:
        means = lens.shown(qtbot, GlobalAverageView, frame)
        assert "A deliberate fault: each of them gets all" in means.lines.texts[0]
        np.testing.assert_allclose(trace.grad_input[0], GlobalAverageTrace(trace).shares[0])


CASES = [
    (new_layer("conv2d", **STRIDED), UNDILATED, ("dC/dX", "dC/dW")),
    (new_layer("conv2d", **STRIDED), UNROTATED, ("dC/dX",)),
    (new_layer("conv2d", **STRIDED), MISPLACED, ("dC/dX",)),
    (new_layer("pool2d", mode="mean"), UNDIVIDED, ("dC/dX",)),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "fault", "names"), CASES)
def test_that_the_notice_tells_which_gradients_are_not_the_right_ones(
    qapp: object, layer: LayerSpec, fault: Fault, names: tuple[str, ...]
) -> None:
    frame = faulty_layer(layer, fault)
    trace = frame.layer_trace
    assert trace is not None
    text = notices.of_faults(frame)
    assert text.startswith(f"Faulty gradients: {fault.brief}. ")
    assert [name for name in ("dC/dX", "dC/dW", "dC/db") if f"{name} ≠ the correct one" in text] == list(names)
    right = faulty_layer(layer).layer_trace
    assert right is not None
    assert number(float(np.abs(trace.grad_input - right.grad_input).max()), 3) in text
    assert notices.of_faults(faulty_layer(layer)) == ""


def test_that_a_fault_that_changes_nothing_is_said_to_change_nothing(qapp: object) -> None:
    text = notices.of_faults(faulty_layer(new_layer("conv2d", filters=2, kernel_size=3), UNDILATED))
    assert "changes nothing: the stride is 1" in text
    assert "N = 1" in notices.of_faults(faulty_layer(new_layer("conv2d", filters=2, kernel_size=3), DIVIDED_TWICE))


def test_that_layers_before_a_faulty_one_say_that_their_gradient_is_wrong(qtbot: QtBot, window: MainWindow) -> None:
    document, notice = window.document, window.microscope.notice
    pool, dense = document.architecture.layers[POOL].uid, document.architecture.layers[4].uid
    document.set_weights(np.zeros_like(document.model.parameters.flat))  # all windows tie
    window.lens.refresh()
    assert not notice.isVisible()
    document.faults.switch(pool, DOUBLED, True)
    document.faults.switch(dense, DIVIDED_TWICE, True)  # of its own weights alone
    window.lens.refresh()
    told = "The dC/dO that reaches this layer is wrong, because Pooling 1 (ties doubled) after it has faulty gradients."
    assert notice.isVisible() and notice.text == told
    assert verdict(qtbot, window) is True and view_of(window).report.about.text().endswith(told)
    qtbot.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert document.selected == pool
    window.lens.refresh()
    assert notice.text.startswith("Faulty gradients: ties doubled.") and not notice.buttons[0].isVisible()
    document.faults.clear()
    document.faults.switch(dense, DIVIDED_TWICE, True)  # of its own weights alone
    window.lens.refresh()
    assert not notice.isVisible()


def test_that_the_check_says_what_it_differentiates(window: MainWindow) -> None:
    assert "L takes the place of the loss C" in view_of(window).explanation.text()
