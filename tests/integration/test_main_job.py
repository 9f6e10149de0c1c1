"""The main job with real events: drop layers until LeNet-5 stands, train, see the loss fall, draw, read the answer."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from cnn_gui.editor import mime
from cnn_gui.main_window import MainWindow
from engine import presets
from tests.helpers import strokes
from tests.helpers.drag import drag_card, drop
from tests.helpers.window import open_shipped_window

LENET5 = (
    ("conv2d", {"filters": 6, "kernel_size": (5, 5), "padding": (2, 2)}),
    ("relu", {}),
    ("pool2d", {}),
    ("conv2d", {"filters": 16, "kernel_size": (5, 5)}),
    ("relu", {}),
    ("pool2d", {}),
    ("flatten", {}),
    ("dense", {"units": 120}),
    ("relu", {}),
    ("dense", {"units": 84}),
    ("relu", {}),
    ("dense", {"units": 10}),
    ("softmax", {}),
)


@pytest.fixture
def window(qtbot) -> MainWindow:
    yield from open_shipped_window(qtbot)


def build_by_hand(qtbot: QtBot, window: MainWindow) -> None:
    """Drop each layer of LeNet-5 behind the last one and type its settings into the form."""
    for position, (name, settings) in enumerate(LENET5):
        point = window.canvas.insertion_point(position)
        window.canvas.ensureVisible(window.canvas.mapToScene(point).x(), window.canvas.mapToScene(point).y(), 1, 1)
        assert drop(window.canvas, mime.of_layer_type(name), window.canvas.insertion_point(position))
        qtbot.wait(1)
        for field, value in settings.items():
            type_into(qtbot, window, field, value)


def type_into(qtbot: QtBot, window: MainWindow, field: str, value: object) -> None:
    """Type *value* into the field of the selected layer; a locked pair takes its first number for both."""
    editor = window.form.page.form.rows[field].field
    box = editor if isinstance(editor, QSpinBox) else editor.findChild(QSpinBox)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(value[0] if isinstance(value, tuple) else value))
    qtbot.keyClick(box, Qt.Key.Key_Return)


def test_the_main_job(window, qtbot):
    document = window.document
    window.files.may_discard = lambda: True
    window.files.new()
    qtbot.waitUntil(lambda: document.data.dataset is not None, timeout=10_000)
    assert not window.run_bar.play_button.isEnabled() and "no layers" in window.run_bar.status.text()

    build_by_hand(qtbot, window)
    built = [spec.config for spec in document.architecture.layers]
    assert built == [spec.config for spec in presets.load("lenet5").architecture.layers]
    assert document.problem is None and window.run_bar.play_button.isEnabled()

    document.set_settings(replace(document.settings, epochs=4, learning_rate=0.002))
    qtbot.mouseClick(window.run_bar.play_button, Qt.MouseButton.LeftButton)
    assert document.locked
    qtbot.waitUntil(lambda: not window.controller.busy, timeout=60_000)
    history = document.history
    assert history.loss[history.steps - 20 : history.steps].mean() < 0.25 * history.loss[:20].mean()
    assert history.epochs[-1].test_accuracy > 0.9
    assert "on 1,000 test images" in window.test_figures.text()

    right = 0
    for drawing in [next(d for d in strokes.load() if d.digit == digit) for digit in range(10)]:
        window.draw.canvas.clear()
        strokes.play(qtbot, window.draw.canvas, drawing)
        right += next(row.name for row in window.draw.bars.rows() if row.wins) == str(drawing.digit)
    assert right >= 7


def test_that_a_card_can_be_dragged_to_another_place_and_back_by_undo(window):
    document = window.document
    before = document.architecture
    first = before.layers[0].uid
    drag_card(window.canvas, window.canvas.card_center(first), window.canvas.insertion_point(3))
    assert document.architecture.index(first) == 2
    document.undo_stack.undo()
    assert document.architecture == before


def test_that_a_saved_project_opens_with_the_same_weights_history_and_answer(window, qtbot, tmp_path):
    document = window.document
    document.set_settings(replace(document.settings, epochs=1))
    window.controller.start()
    qtbot.waitUntil(lambda: not window.controller.busy, timeout=60_000)
    strokes.play(qtbot, window.draw.canvas, strokes.load()[0])
    weights, rows = document.model.parameters.flat.copy(), window.draw.bars.rows()
    steps = document.history.steps
    path = tmp_path / "mine.cnn"
    document.file.path = path
    assert window.isWindowModified()
    assert window.files.save()
    assert not window.isWindowModified() and "mine" in window.windowTitle()

    document.reset_weights()
    window.files.open_path(path)
    qtbot.waitUntil(lambda: document.data.dataset is not None, timeout=10_000)
    np.testing.assert_array_equal(document.model.parameters.flat, weights)
    assert document.history.steps == steps
    assert window.draw.bars.rows() == rows


def test_that_closing_in_mid_training_ends_cleanly(window, qtbot):
    document = window.document
    document.set_settings(replace(document.settings, epochs=1000))
    window.controller.start()
    qtbot.waitUntil(lambda: document.history.steps > 5)
    window.files.may_discard = lambda: True
    assert window.close()
    assert not window.controller.busy


def test_that_a_bad_file_says_so_and_leaves_the_open_project_untouched(window, qtbot, tmp_path):
    document = window.document
    before, data = document.architecture, document.data.dataset
    bad = tmp_path / "bad.npz"
    bad.write_bytes(b"not a zip")
    said = []
    window.complain = lambda title, text: said.append(title)
    with qtbot.waitSignal(window.loader.failed) as failed:
        window.loader.load(str(bad))
    assert "bad.npz" in failed.args[0]
    assert document.data.dataset is data and document.architecture == before
    with qtbot.waitSignal(window.files.failed) as failed:
        window.files.open_path(tmp_path / "missing.cnn")
    assert "missing.cnn" in failed.args[1]
    assert document.architecture == before and said == ["Could not read the data", "Could not open the project"]


def test_that_the_maps_follow_the_drawing_when_asked(window, qtbot):
    window.lens.tabs.setCurrentWidget(window.lens.maps)
    window.document.select(window.document.architecture.layers[0].uid)
    window.draw.set_follow_drawing(True)
    strokes.play(qtbot, window.draw.canvas, strokes.load()[0])
    qtbot.waitUntil(lambda: "your drawing" in window.lens.maps.mosaic.caption.whole_text, timeout=2000)
