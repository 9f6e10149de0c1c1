"""The buttons of a run: what they say, when they can be pressed, and why not."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.available import obstacle
from cnn_gui.controls.run_bar import RunBar, duration
from cnn_gui.document import Document
from cnn_gui.training.controller import State, TrainingController
from engine.architecture import Architecture
from engine.layers.conv import Conv2DConfig
from engine.trainer import StepResult
from tests.helpers import tiny

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(train=320), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.set_settings(replace(document.settings, epochs=10_000, batch_size=16))
    return document


@pytest.fixture
def controller(document):
    controller = TrainingController(document)
    yield controller
    assert controller.shut_down()


@pytest.fixture
def bar(qtbot, document, controller) -> RunBar:
    bar = RunBar(document, controller)
    qtbot.addWidget(bar)
    bar.resize(700, 60)
    bar.show()
    return bar


def blocked(bar: RunBar) -> str:
    """Return why no run can start, as the bar shows it; '' if one can."""
    enabled = {bar.play_button.isEnabled(), bar.step_button.isEnabled()}
    assert len(enabled) == 1
    if enabled == {True}:
        return ""
    assert bar.status.text() == bar.status.toolTip() == obstacle(bar.play_button) == obstacle(bar.step_button) != ""
    assert bar.play_button.toolTip() == f"Train (F5, or Space on the network page)\n{bar.status.text()}"
    return bar.status.text()


def icon_of(button: QToolButton) -> bytes:
    return bytes(button.icon().pixmap(16).toImage().constBits())


def drawn(bar: RunBar, name: str) -> bytes:
    colour = theme.tokens(bar.palette()).on_accent
    return bytes(theme.icon(name, colour).pixmap(16).toImage().constBits())


def test_that_a_run_can_start_where_nothing_is_in_the_way(bar):
    assert blocked(bar) == "" and bar.status.text() == "Ready to train." and not bar.status.toolTip()
    assert bar.reset_button.isEnabled() and not bar.stop_button.isEnabled()


def test_that_a_network_without_layers_blocks_training_until_undo(bar, document):
    document.replace(Architecture(), "Clear")
    assert "no layers" in blocked(bar)
    assert not bar.reset_button.isEnabled()
    document.undo_stack.undo()
    assert blocked(bar) == ""


def test_that_an_impossible_chain_blocks_training_with_the_cards_own_words_until_it_is_mended(bar, document):
    conv = document.architecture.layers[0]
    document.configure(conv.uid, Conv2DConfig(kernel_size=9))
    assert blocked(bar) == f"Cannot train: Convolution 1: {document.problem}" and "9 × 9" in blocked(bar)
    document.configure(conv.uid, Conv2DConfig(kernel_size=5))
    assert blocked(bar) == ""


@pytest.mark.parametrize("width", [1005, 600])
def test_that_the_reason_is_wrapped_and_where_two_lines_are_too_few_its_end_is_in_the_tooltip(bar, document, width):
    bar.resize(width, 60)
    document.configure(document.architecture.layers[0].uid, Conv2DConfig(kernel_size=9))
    QApplication.processEvents()
    lines, whole = bar.status.lines(), blocked(bar)
    assert len(lines) == 2 and all(
        bar.status.fontMetrics().horizontalAdvance(line) <= bar.status.width() for line in lines
    )
    if width > 1000:
        assert " ".join(lines) == whole
    else:
        assert whole.startswith(" ".join(lines).removesuffix("…")) and lines[1].endswith("…")
        assert document.problem.what in " ".join(lines)
    assert bar.status.height() >= 2 * bar.status.fontMetrics().lineSpacing()


def test_that_nothing_moves_when_a_run_begins_and_its_progress_is_shown(bar, qtbot):
    before = bar.sizeHint(), bar.status.geometry(), bar.play_button.geometry()
    assert not bar.progress.isVisible() and bar.status.lines() == ["Ready to train."]
    qtbot.mouseClick(bar.play_button, LEFT)
    QApplication.processEvents()
    assert bar.progress.isVisible()
    assert (bar.sizeHint(), bar.status.geometry(), bar.play_button.geometry()) == before


def test_that_too_few_outputs_for_the_datas_classes_block_training(bar, document):
    document.set_data(tiny.dataset(classes=4), "four.npz")
    assert "the data has 4 classes" in blocked(bar)
    document.set_data(tiny.dataset(classes=2), "two.npz")
    assert blocked(bar) == ""


def test_that_data_that_is_not_yet_read_blocks_training_and_so_does_data_that_could_not_be(bar, document):
    project = document.project()
    document.show_project(project, None)
    assert "still being read" in blocked(bar)
    document.set_data_problem("bands.npz: No such file.")
    assert "bands.npz: No such file." in blocked(bar)
    document.set_data(tiny.dataset(), "tiny.npz")
    assert blocked(bar) == ""


def test_that_no_run_begins_on_old_data_while_other_data_is_being_read(bar, document):
    document.await_data("other.npz")
    assert "still being read" in blocked(bar)
    document.set_data_problem("other.npz is no data.")
    assert blocked(bar) == ""


def test_that_an_invalid_training_setting_blocks_training_until_it_is_mended(bar, qtbot, controller):
    bar.set_invalid_setting("Epochs is 0; it must be a whole number from 1 to 10000.")
    assert "Epochs is 0" in blocked(bar)
    qtbot.mouseClick(bar.play_button, LEFT)
    qtbot.mouseClick(bar.step_button, LEFT)
    assert controller.state is State.IDLE
    bar.set_invalid_setting("")
    assert blocked(bar) == ""


def test_that_the_play_button_says_and_shows_what_it_does_next_in_each_state(bar, qtbot, controller):
    seen = []
    for state in (State.IDLE, State.RUNNING, State.PAUSED, State.RUNNING):
        assert controller.state is state
        icon = next(name for name in ("play", "pause") if icon_of(bar.play_button) == drawn(bar, name))
        seen.append((bar.play_button.text(), icon, bar.play_button.toolTip(), bar.stop_button.isEnabled()))
        if len(seen) < 4:
            qtbot.mouseClick(bar.play_button, LEFT)
    assert seen == [
        ("Train", "play", "Train (F5, or Space on the network page)", False),
        ("Pause", "pause", "Pause (F5, or Space on the network page)", True),
        ("Resume", "play", "Resume (F5, or Space on the network page)", True),
        ("Pause", "pause", "Pause (F5, or Space on the network page)", True),
    ]
    assert not bar.reset_button.isEnabled()


def test_that_stop_ends_the_run_and_nothing_can_be_pressed_until_it_has_ended(bar, qtbot, controller):
    qtbot.mouseClick(bar.play_button, LEFT)
    qtbot.mouseClick(bar.stop_button, LEFT)
    assert controller.state is State.STOPPING
    assert not any(b.isEnabled() for b in (bar.play_button, bar.step_button, bar.stop_button, bar.reset_button))
    qtbot.waitUntil(lambda: controller.state is State.IDLE)
    assert bar.play_button.text() == "Train" and blocked(bar) == ""


@pytest.mark.parametrize("start", ["play_button", "step_button"])
@pytest.mark.parametrize("stop", ["stop_button", "shortcut"])
def test_that_the_focus_is_on_train_after_a_stop(qtbot, document, controller, start, stop):
    bar, other = RunBar(document, controller), QLineEdit()
    window = active_window(qtbot, bar, other)
    getattr(bar, start).setFocus()
    qtbot.keyClick(getattr(bar, start), Qt.Key.Key_Space)
    assert controller.busy
    if stop == "stop_button":
        bar.stop_button.setFocus()
        qtbot.keyClick(bar.stop_button, Qt.Key.Key_Space)
    else:
        controller.stop()
    assert window.focusWidget() is not other
    qtbot.waitUntil(lambda: controller.state is State.IDLE)
    assert window.focusWidget() is bar.play_button


def test_that_a_stop_leaves_the_focus_in_a_field_that_has_it(qtbot, document, controller):
    bar, other = RunBar(document, controller), QLineEdit()
    window = active_window(qtbot, bar, other)
    controller.start()
    other.setFocus()
    qtbot.mouseClick(bar.stop_button, LEFT)
    qtbot.waitUntil(lambda: controller.state is State.IDLE)
    assert window.focusWidget() is other


def active_window(qtbot, *widgets: QWidget) -> QWidget:
    window = QWidget()
    box = QVBoxLayout(window)
    for widget in widgets:
        box.addWidget(widget)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def test_that_each_step_button_press_is_one_optimizer_step_from_idle_and_from_a_run(bar, qtbot, document, controller):
    for steps in (1, 2):
        qtbot.mouseClick(bar.step_button, LEFT)
        qtbot.waitUntil(lambda steps=steps: document.history.steps == steps)
        assert controller.state is State.PAUSED and bar.play_button.text() == "Resume"
    qtbot.mouseClick(bar.play_button, LEFT)
    qtbot.waitUntil(lambda: document.history.steps > 5)
    qtbot.mouseClick(bar.step_button, LEFT)
    qtbot.wait(50)
    held = document.history.steps
    qtbot.wait(50)
    assert controller.state is State.PAUSED and document.history.steps == held


def test_that_reset_only_asks(bar, qtbot, document):
    weights = document.model.parameters.flat.copy()
    with qtbot.waitSignal(bar.reset_requested):
        qtbot.mouseClick(bar.reset_button, LEFT)
    np.testing.assert_array_equal(document.model.parameters.flat, weights)


def test_that_the_progress_of_a_run_is_told_in_figures_and_gone_when_it_is_over(bar, qtbot, document, controller):
    document.set_settings(replace(document.settings, epochs=3, batch_size=32))
    qtbot.mouseClick(bar.play_button, LEFT)
    controller.pause()
    bar.show_progress(StepResult(step=250, steps=1500, epoch=2, loss=0.5, accuracy=0.9, images_per_second=1600.0))
    assert (bar.progress.value(), bar.progress.maximum()) == (250, 1500)
    assert bar.status.text() == "This run: epoch 2 of 3 · step 250 of 1,500 · 1,600 images/s · 0:25 left"
    qtbot.mouseClick(bar.stop_button, LEFT)
    qtbot.waitUntil(lambda: controller.state is State.IDLE)
    assert bar.status.text() == "Ready to train." and bar.progress.value() == -1


def test_that_a_run_that_has_no_pace_yet_still_has_a_progress(bar):
    bar.show_progress(StepResult(step=1, steps=2, epoch=1, loss=1.0, accuracy=0.0, images_per_second=0.0))
    assert "step 1 of 2" in bar.status.text()


def test_that_a_low_place_says_less(bar, qtbot):
    bar.resize(420, bar.height())
    qtbot.wait(10)
    bar.show_progress(StepResult(step=1250, steps=9000, epoch=2, loss=1.0, accuracy=0.5, images_per_second=16000.0))
    assert bar.status.text().startswith("Epoch 2")


def test_that_what_to_do_first_is_told_while_no_run_can_start(bar, qtbot, document):
    assert bar.first_step == ""
    with qtbot.waitSignal(bar.first_step_changed) as told:
        document.replace(Architecture(()), "Clear")
    assert told.args == ["Add layers or choose a preset, then press Train."]
    with qtbot.waitSignal(bar.first_step_changed) as told:
        document.undo_stack.undo()
    assert told.args == [""]


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=("light", "dark"))
def test_that_all_buttons_that_rest_are_drawn_alike(bar, scheme):
    theme.apply(QApplication.instance(), scheme)
    for button in (bar.play_button, bar.step_button, bar.stop_button, bar.reset_button):
        shown = button.icon().pixmap(QSize(72, 72), QIcon.Mode.Disabled).toImage()
        inks = [shown.pixelColor(x, y) for x in range(72) for y in range(72)]
        assert QColor(scheme.muted).name() in {ink.name() for ink in inks if ink.alpha() == 255}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (0.4, "0:00"), (59.6, "1:00"), (65, "1:05"), (3599.4, "59:59"), (3600, "1:00:00"), (7265, "2:01:05")],
)
def test_that_a_duration_is_minutes_and_seconds_with_hours_where_there_are_some(seconds, text):
    assert duration(seconds) == text


def test_that_the_icons_follow_the_scheme(bar, qtbot):
    app = QApplication.instance()
    theme.apply(app, theme.LIGHT)
    light = icon_of(bar.play_button), icon_of(bar.reset_button)
    theme.apply(app, theme.DARK)
    try:
        dark = icon_of(bar.play_button), icon_of(bar.reset_button)
        assert dark[0] == drawn(bar, "play") and all(a != b for a, b in zip(light, dark, strict=True))
    finally:
        theme.apply(app, theme.LIGHT)
