"""The window as a whole: other data, closing in every state, schemes, names for a screen reader, a monkey."""

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QSize, Qt, QThread
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QSlider,
    QTabBar,
    QWidget,
)

from cnn_gui import theme
from cnn_gui.lens import passes
from cnn_gui.main_window import MainWindow
from cnn_gui.training import controller as controllers
from cnn_gui.training.controller import State
from engine.data import catalogue
from engine.data.dataset import Dataset, Split
from engine.layers.dense import DenseConfig
from tests.helpers import strokes, tiny
from tests.helpers.dialogs import told
from tests.helpers.monkey import Monkey
from tests.helpers.window import open_tiny_window, show_window, write_data


@pytest.fixture
def window(qtbot, tmp_path) -> MainWindow:
    for window in open_tiny_window(qtbot, tmp_path):
        window.add_curves()
        yield window


def draw(window: MainWindow, qtbot) -> None:
    strokes.play(qtbot, window.draw.canvas, strokes.load()[0])


def read(window: MainWindow, qtbot, path: Path) -> None:
    """Open other data as the data button does, and wait until it is there or was refused."""
    window.data_chooser.requested.emit(str(path))
    qtbot.waitUntil(lambda: not window.document.data.awaited)


def coloured(data: Dataset) -> Dataset:
    def split(part: Split) -> Split:
        return Split(np.repeat(part.images, 3, axis=1), part.labels)

    return Dataset(data.name, split(data.train), split(data.test), data.class_names)


# Other data.


def test_that_data_of_another_size_reaches_the_network_the_drawing_and_the_answer(window, qtbot, tmp_path):
    draw(window, qtbot)
    assert window.draw.drawing.shape == (1, 8, 8) and len(window.draw.bars.rows()) == 2
    read(window, qtbot, write_data(tmp_path / "large.npz", tiny.dataset(size=12)))
    assert window.document.data.input_shape == window.document.model.input_shape == (1, 12, 12)
    assert window.draw.drawing.shape == (1, 12, 12) and window.document.problem is None
    answer = window.document.model.forward(window.draw.drawing[None])[0]
    assert [row.share for row in window.draw.bars.rows()] == pytest.approx(answer.tolist())


def test_that_weights_that_fit_survive_data_of_another_size(window, qtbot, tmp_path):
    kernels = window.document.model.parameters.layers[0]["weight"].copy()
    read(window, qtbot, write_data(tmp_path / "large.npz", tiny.dataset(size=12)))
    np.testing.assert_array_equal(window.document.model.parameters.layers[0]["weight"], kernels)


def test_that_data_of_more_classes_shows_the_problem_until_the_network_has_as_many(window, qtbot, tmp_path):
    draw(window, qtbot)
    read(window, qtbot, write_data(tmp_path / "four.npz", tiny.dataset(classes=4)))
    document = window.document
    assert "4 classes" in window.run_bar.status.text() and not window.run_bar.play_button.isEnabled()
    assert document.infos[-1].problem is not None and "cannot work" in window.draw.bars.message()
    dense = document.architecture.layers[4]
    document.configure(dense.uid, replace(dense.config, units=4))
    assert window.run_bar.play_button.isEnabled()
    assert [row.name for row in window.draw.bars.rows()] == ["0", "1", "2", "3"]


def test_that_a_network_of_three_channels_trains_and_reads_drawings(window, qtbot, tmp_path):
    draw(window, qtbot)
    read(window, qtbot, write_data(tmp_path / "colour.npz", coloured(tiny.dataset())))
    assert window.document.data.input_shape == (3, 8, 8) and len(window.draw.bars.rows()) == 2
    window.lens.tabs.setCurrentWidget(window.lens.maps)
    window.draw.set_follow_drawing(True)
    window.controller.start()
    qtbot.waitUntil(lambda: window.document.history.steps > 20)
    draw(window, qtbot)
    qtbot.waitUntil(lambda: "your drawing" in window.lens.maps.mosaic.caption.whole_text)


def test_that_another_image_is_looked_at_until_the_next_stroke(window, qtbot):
    def shown() -> str:
        window.lens.refresh()
        return window.lens.maps.mosaic.caption.whole_text

    window.lens.tabs.setCurrentWidget(window.lens.maps)
    window.draw.set_follow_drawing(True)
    draw(window, qtbot)
    assert "your drawing" in shown()
    window.lens.maps.samples.back_button.click()
    assert "test image 0" in shown() and window.draw.follow_drawing
    window.document.set_weights(window.document.model.parameters.flat * 1.5)
    assert "test image 0" in shown()
    draw(window, qtbot)
    assert "your drawing" in shown()


def test_that_data_that_cannot_be_used_is_told_and_what_is_there_stays(window, qtbot, tmp_path):
    data, source = window.document.data.dataset, window.document.data.source
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    read(window, qtbot, tmp_path / "bad.npz")
    assert "bad.npz" in told(qtbot)
    assert window.document.data.dataset is data and window.document.data.source == source
    assert window.run_bar.play_button.isEnabled() and not window.isWindowModified()


def test_that_other_data_is_a_change_of_the_project(window, qtbot, tmp_path):
    read(window, qtbot, write_data(tmp_path / "other.npz", tiny.dataset(seed=1)))
    assert window.isWindowModified() and window.document.data.source == str(tmp_path / "other.npz")


def test_that_no_run_begins_while_other_data_is_being_read(window, qtbot, tmp_path, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(catalogue, "load", lambda source: gate.wait(5) and tiny.dataset(size=12))
    window.data_chooser.requested.emit("slow.npz")
    qtbot.keyClick(window.canvas, " ")
    assert window.controller.state is State.IDLE and "still being read" in window.run_bar.status.text()
    gate.set()
    qtbot.waitUntil(window.run_bar.play_button.isEnabled)
    assert window.document.data.input_shape == (1, 12, 12)


# Figures.


def test_that_test_figures_come_with_their_number_of_images_and_go_with_their_weights_or_data(window, qtbot, tmp_path):
    assert window.test_figures.text() == "Test figures come from 20 images"
    window.document.set_settings(replace(window.document.settings, epochs=1))
    window.controller.start()
    qtbot.waitUntil(lambda: not window.controller.busy)
    assert "Epoch 1: " in window.test_figures.text() and "on 20 test images" in window.test_figures.text()
    window.reset()
    assert window.test_figures.text() == "Test figures come from 20 images"
    read(window, qtbot, write_data(tmp_path / "other.npz", tiny.dataset(test=30)))
    assert window.test_figures.text() == "Test figures come from 30 images"
    window.files.may_discard = lambda: True
    window.files.new()
    assert window.test_figures.text() == ""


def test_that_the_run_bar_tells_how_far_a_run_is(window, qtbot):
    window.controller.start()
    qtbot.waitUntil(lambda: "images/s" in window.run_bar.status.text())
    assert window.run_bar.progress.maximum() == 10_000 * 18
    assert window.run_bar.status.text().startswith("This run: epoch ")


def test_that_a_run_that_diverges_is_told_and_one_can_train_again(window, qtbot):
    document = window.document
    document.set_settings(replace(document.settings, learning_rate=10.0, optimizer="momentum"))
    document.set_weights(np.full_like(document.model.parameters.flat, 1e30))
    window.controller.start()
    assert "diverged" in told(qtbot)
    qtbot.waitUntil(lambda: not window.controller.busy)
    window.reset()
    document.set_settings(replace(document.settings, learning_rate=0.001))
    window.controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 5)


def test_that_a_run_goes_on_from_the_weights_that_an_undo_brought_back(window, qtbot):
    document = window.document
    window.controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 20)
    window.controller.shut_down()
    trained, whole = document.model.parameters.flat.copy(), document.architecture
    dense = whole.layers[4]
    document.configure(dense.uid, DenseConfig(units=3))
    document.remove(whole.layers[0].uid)
    document.undo_stack.undo()
    document.undo_stack.undo()
    np.testing.assert_array_equal(document.model.parameters.flat, trained)
    assert not document.problem and window.run_bar.play_button.isEnabled()


def test_that_figures_of_before_an_edit_are_greyed_and_say_so_until_it_is_undone_or_the_next_run(window, qtbot):
    document, curves = window.document, window.curves
    document.set_settings(replace(document.settings, epochs=1))
    window.controller.start()
    qtbot.waitUntil(lambda: not window.controller.busy)
    test = window.test_figures.text()

    def colours() -> set[str]:
        return {pg.mkPen(item.opts["pen"]).color().name() for item in curves.loss.series.values()}

    assert test.startswith("Epoch 1: ") and not curves.loss.faded and len(colours()) == 4
    document.insert(1, "tanh")
    assert window.test_figures.text().startswith("Before the edit: Epoch 1: ")
    assert "20 test images" not in window.test_figures.text()
    assert curves.loss.faded and colours() == {theme.LIGHT.muted.lower()}
    assert curves.loss_unit.whole_text.startswith("before the edit · nats")
    assert curves.accuracy_unit.whole_text.startswith("before the edit · fraction correct")
    qtbot.keyClick(window.canvas, "z", Qt.KeyboardModifier.ControlModifier)
    assert window.test_figures.text() == test and not curves.loss.faded
    assert curves.loss_unit.whole_text.startswith("nats")
    document.insert(1, "tanh")
    document.set_settings(replace(document.settings, epochs=10_000))
    window.controller.start()
    assert not curves.loss.faded and not document.stale_figures
    window.controller.shut_down()


def test_that_figures_of_a_project_are_there_when_it_is_opened_again(window, qtbot, tmp_path):
    window.document.set_settings(replace(window.document.settings, epochs=1))
    window.controller.start()
    qtbot.waitUntil(lambda: not window.controller.busy)
    figures = window.test_figures.text()
    assert window.files.save() and window.files.open_path(tmp_path / "tiny.cnn")
    qtbot.waitUntil(lambda: window.document.data.dataset is not None)
    assert window.test_figures.text() == figures and "20 test images" in figures


# Divergence.


def diverge(window, qtbot) -> QMessageBox:
    """Train with a rate that is far too high; return the message that comes up."""
    document = window.document
    settings = replace(document.settings, learning_rate=10.0, optimizer="gradient descent", loss="cross-entropy")
    document.set_settings(settings)
    window.controller.start()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), timeout=5000)
    return QApplication.activeModalWidget()


def press(qtbot, box: QMessageBox, text: str) -> None:
    button = next(each for each in box.buttons() if each.text().replace("&", "") == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("rate", [10.0, 0.1])
def test_that_a_run_that_goes_astray_is_told_with_a_way_back_and_a_lower_rate(window, qtbot, rate):
    document = window.document
    document.set_settings(replace(document.settings, learning_rate=10.0, optimizer="gradient descent"))
    weights, settings = document.model.parameters.flat.copy(), document.settings
    box = diverge(window, qtbot)
    assert "Training diverged after step" in box.text()
    press(qtbot, box, "Go back" if rate == 10.0 else "Lower the rate to 0.1")
    qtbot.waitUntil(lambda: not window.controller.busy)
    assert (document.model.parameters.flat == weights).all() and not document.history.epochs
    assert document.history.steps == 0 and document.stale_figures == ""
    assert document.settings == replace(settings, learning_rate=rate)
    assert "best weights again" in window.statusBar().currentMessage()


def test_that_a_run_that_goes_astray_with_finite_numbers_is_held_and_can_go_on(window, qtbot):
    start = window.document.model.parameters.layers[0]
    start["bias"][...] = -1e3  # every ReLU is dead
    window.controller.start()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), timeout=5000)
    box = QApplication.activeModalWidget()
    assert "layer 2 (ReLU) outputs 0 for every image" in box.text()
    assert window.controller.state is State.PAUSED
    press(qtbot, box, "Keep training")
    assert window.controller.state is State.RUNNING
    steps = window.document.history.steps
    qtbot.waitUntil(lambda: window.document.history.steps > steps + 20)
    assert QApplication.activeModalWidget() is None
    window.controller.shut_down()


# Closing.


def helpers_at_work() -> list[str]:
    """Return the names of Python's own threads beside this one; the fixture of every test looks for Qt's."""
    return [
        thread.name for thread in threading.enumerate() if thread is not threading.main_thread() and not thread.daemon
    ]


def close_in(window: MainWindow, qtbot, state: str) -> None:
    """Bring *window* into *state*."""
    if state != "idle":
        window.controller.start(paused=state == "held from the start")
    if state in ("running", "paused", "stopping"):
        qtbot.waitUntil(lambda: window.document.history.steps > 3)
    if state == "paused":
        window.controller.pause()
    elif state == "stopping":
        window.controller.stop()


@pytest.mark.parametrize("state", ["idle", "just started", "held from the start", "running", "paused", "stopping"])
def test_that_closing_leaves_no_thread_and_no_clock(window, qtbot, state):
    close_in(window, qtbot, state)
    window.files.may_discard = lambda: True
    assert window.close() and not window.isVisible()
    assert window.controller.state is State.IDLE and not window.controller.busy and not window.document.locked
    assert helpers_at_work() == []


def test_that_closing_waits_for_data_that_is_still_being_read(qtbot, monkeypatch):
    ended = []
    monkeypatch.setattr(catalogue, "load", lambda source: QThread.msleep(100) or ended.append(1) or tiny.dataset())
    window = show_window(qtbot)
    window.data_chooser.requested.emit("slow.npz")
    assert window.close() and ended
    qtbot.wait(20)  # what the reading posted arrives at a window that is closed


def test_that_a_window_whose_last_step_takes_too_long_stays_open_and_can_be_closed_later(window, qtbot, monkeypatch):
    monkeypatch.setattr(controllers, "STOP_PATIENCE", 1)
    monkeypatch.setattr(controllers, "_trainer_maker", lambda document, optimizer: lambda: QThread.msleep(200))
    window.controller.start()
    window.files.may_discard = lambda: True
    with qtbot.capture_exceptions():  # what stands in for a trainer is none
        assert not window.close() and window.isVisible()
        assert "last step" in told(qtbot)
        qtbot.waitUntil(lambda: not window.controller.busy)
    assert window.close()


def test_that_cancel_keeps_the_window_open_and_the_run_going(window, qtbot):
    window.controller.start()
    qtbot.waitUntil(lambda: window.document.history.steps > 3)
    window.files.may_discard = lambda: False
    assert not window.close() and window.isVisible()
    assert window.controller.state is State.RUNNING


def test_that_the_layout_comes_back(qtbot, tmp_path, window):
    window.resize(window.minimumSizeHint().width(), 700)  # the offscreen screen is no wider
    whole = window.findChild(QWidget, "whole")
    whole.setSizes([260, 300, 400])
    qtbot.wait(10)
    wanted = window.size(), whole.sizes()
    window.close()
    other = show_window_as_left(qtbot)
    assert (other.size(), other.findChild(QWidget, "whole").sizes()) == wanted


@pytest.mark.parametrize(
    ("screen", "size"),
    [((1920, 1080), (1280, 800)), ((1366, 728), (1280, 688)), ((1280, 800), (1276, 760)), ((1024, 768), (1020, 728))],
)
def test_that_the_first_window_fits_the_screen(qtbot, monkeypatch, screen, size):
    there = SimpleNamespace(availableSize=lambda: QSize(*screen))
    monkeypatch.setattr(MainWindow, "screen", lambda self: there)
    window = MainWindow()
    qtbot.addWidget(window)
    assert window.size() == QSize(*size)


def test_that_everything_is_in_sight_and_usable_in_a_small_window(window, qtbot):
    window.resize(1020, 700)
    window.add_curves()
    qtbot.wait(20)
    assert window.size() == QSize(1020, 700)
    parts = (
        window.palette_view, window.settings_panel, window.canvas, window.curves, window.lens, window.draw,
        window.run_bar, window.data_chooser, window.run_bar.reset_button, window.draw.tools.follow_box,
    )  # fmt: skip
    usual = ("epochs", "batch_size", "optimizer", "learning_rate", "schedule")
    for part in (*parts, *(window.settings_panel.form.rows[name].field for name in usual)):
        needed = part.minimumWidth() or min(part.minimumSizeHint().width(), part.maximumWidth())
        assert part.width() >= needed and whole_in_sight(part), part.accessibleName()


def whole_in_sight(part: QWidget) -> bool:
    """Tell whether nothing that *part* lies in cuts any of it off."""
    above, place = part.parentWidget(), part.geometry()
    while above is not None and above.rect().contains(place):
        place = place.translated(above.pos())
        above = above.parentWidget()
    return part.isVisible() and above is None


def show_window_as_left(qtbot) -> MainWindow:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


# Looks.


def test_that_another_scheme_repaints_everything(window, qtbot):
    window.document.select(window.document.architecture.layers[0].uid)
    app = QApplication.instance()
    pictures = {}
    try:
        for name, scheme in (("light", theme.LIGHT), ("dark", theme.DARK), ("again", theme.LIGHT)):
            theme.apply(app, scheme)
            qtbot.wait(50)
            pictures[name] = window.grab().toImage()
    finally:
        theme.apply(app, theme.LIGHT)
    light, dark, again = (_grey(pictures[name]) for name in ("light", "dark", "again"))
    assert light.mean() > 200 and dark.mean() < 60
    assert np.mean(np.abs(light - again) > 8) < 0.01  # a text cursor may blink, an animation may end meanwhile


def _grey(image) -> np.ndarray:
    grey = image.convertToFormat(image.Format.Format_Grayscale8)
    return np.frombuffer(grey.constBits(), np.uint8).reshape(image.height(), -1).astype(float)


CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider)


def own_controls(window: MainWindow) -> list[QWidget]:
    """Return the controls that the application made; those inside of Qt's own widgets are theirs."""
    parents = (QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)
    found = [widget for kind in CONTROLS for widget in window.findChildren(kind)]
    return [w for w in found if not isinstance(w.parent(), parents) and not w.objectName().startswith("qt_")]


def tooltip_of(widget: QWidget | None) -> str:
    """Return the tooltip that appears over *widget*: its own or that of what it lies in."""
    while widget is not None and not widget.toolTip():
        widget = widget.parentWidget()
    return widget.toolTip() if widget is not None else ""


def test_that_every_control_has_a_name_and_a_tooltip_whatever_layer_is_selected(window):
    for spec in window.document.architecture.layers:
        window.document.select(spec.uid)
        controls = own_controls(window)
        assert len(controls) > 30
        for control in controls:
            name = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
            assert name, f"{type(control).__name__} in {type(control.parent()).__name__}"
            assert tooltip_of(control), name


def test_that_the_big_parts_have_names_for_a_screen_reader(window):
    parts = (
        window.palette_view, window.palette_view.layers, window.canvas, window.form, window.lens, window.lens.tabs,
        window.draw.canvas, window.draw.bars, window.run_bar.progress, window.data_chooser, window.settings_panel,
    )  # fmt: skip
    assert [type(part).__name__ for part in parts if not part.accessibleName()] == []


# The monkey.


def run_monkey(window: MainWindow, qtbot, folder: Path, seed: int, count: int) -> Monkey:
    """Let a monkey do *count* things; where it fails, say what it did."""
    large = write_data(folder / "large.npz", tiny.dataset(train=320, size=12))
    monkey = Monkey(window, qtbot, (window.document.data.source, str(large)), seed)
    try:
        for _ in range(count):
            monkey.act()
            monkey.check()
    except AssertionError as error:
        raise AssertionError(f"after {', '.join(monkey.done)}") from error
    finally:
        theme.apply(QApplication.instance(), theme.LIGHT)
    window.controller.shut_down()
    monkey.check()
    assert helpers_at_work() == []
    return monkey


@pytest.mark.parametrize("seed", [1, 2, 206, 215])
def test_that_fifty_things_in_any_order_leave_everything_in_order(window, qtbot, tmp_path, seed):
    run_monkey(window, qtbot, tmp_path, seed, 50)


def test_that_the_same_holds_where_every_network_counts_as_large(window, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(passes, "HEAVY", 0)
    run_monkey(window, qtbot, tmp_path, 7, 50)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 14))
def test_that_hundreds_of_things_in_any_order_leave_everything_in_order(window, qtbot, tmp_path, seed):
    monkey = run_monkey(window, qtbot, tmp_path, seed, 300)
    assert len(set(monkey.done)) > 15
