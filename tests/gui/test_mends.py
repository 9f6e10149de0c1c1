"""The buttons that mend a layer that cannot work: below its card, on its page, and inside a layer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from cnn_gui.main_window import MainWindow
from cnn_gui.notice import Notice
from engine.layers.conv import Conv2DConfig
from tests.helpers.window import open_tiny_window

LEFT = Qt.MouseButton.LeftButton
CONV, RELU, POOL, FLATTEN, DENSE, SOFTMAX = range(6)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


def names(window: MainWindow) -> list[str]:
    return [spec.type.name for spec in window.document.architecture.layers]


def drop_behind_softmax(window: MainWindow) -> None:
    window.document.insert(SOFTMAX + 1, "dropout")
    assert window.document.problem is not None


def shown(notice: Notice) -> dict[str, QPushButton]:
    return {button.text(): button for button in notice.buttons if button.isVisible()}


def page_of(window: MainWindow) -> Notice:
    window.lens.tabs.setCurrentWidget(window.form)
    assert window.form.page is not None
    return window.form.page.problem


def press_below_card(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Click the button with that text in the box below a card."""
    places = [
        item.mapToScene(place.center())
        for item in window.canvas.chain.callouts.items.values()
        for mend, place in item.buttons.items() if mend.text == text
    ]  # fmt: skip
    window.canvas.ensureVisible(places[0].x(), places[0].y(), 1, 1)
    qtbot.mouseClick(window.canvas.viewport(), LEFT, pos=window.canvas.mapFromScene(places[0]))


def test_that_dropout_behind_softmax_is_moved_by_the_button_on_its_page_in_one_step(
    qtbot: QtBot, window: MainWindow
) -> None:
    drop_behind_softmax(window)
    before, count = names(window), window.document.undo_stack.count()
    notice = page_of(window)
    assert notice.text.endswith("Move Dropout before Softmax.")
    qtbot.mouseClick(shown(notice)["Move Dropout before Softmax"], LEFT)
    assert names(window)[-2:] == ["dropout", "softmax"] and window.document.problem is None
    assert window.document.undo_stack.count() == count + 1
    assert not page_of(window).isVisible()
    window.document.undo_stack.undo()
    assert names(window) == before


def test_that_the_button_below_the_card_inserts_flatten_in_one_step(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    document.remove(document.architecture.layers[FLATTEN].uid)
    count = document.undo_stack.count()
    press_below_card(qtbot, window, "Insert Flatten")
    assert names(window) == ["conv2d", "relu", "pool2d", "flatten", "dense", "softmax"] and document.problem is None
    assert document.undo_stack.count() == count + 1 and not window.canvas.chain.callouts.items
    document.undo_stack.undo()
    assert "flatten" not in names(window)
    assert document.undo_stack.redoText() == "Insert Flatten"


def test_that_a_window_that_is_too_large_is_mended_from_inside_another_layer(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    uid = document.architecture.layers[CONV].uid
    document.configure(uid, Conv2DConfig(filters=3, kernel_size=(9, 9)))
    document.select(document.architecture.layers[DENSE].uid)
    window.canvas.opened.emit()
    window.lens.refresh()
    buttons = shown(window.microscope.notice)
    assert {"Go to Convolution 1", "Set Kernel size to 7 × 7"} <= set(buttons)
    qtbot.mouseClick(buttons["Set Kernel size to 7 × 7"], LEFT)
    window.lens.refresh()
    mended = document.architecture.layers[CONV].config
    assert isinstance(mended, Conv2DConfig) and mended.kernel_size == (7, 7) and document.model is not None
    assert not window.microscope.notice.isVisible()


def test_that_a_mend_of_a_chain_that_was_edited_since_does_nothing(window: MainWindow) -> None:
    drop_behind_softmax(window)
    document = window.document
    (mend, *_) = document.mends(document.selected)
    document.insert(0, "relu")
    before = document.architecture
    document.mend(mend)
    assert document.architecture == before


def test_that_a_box_has_room_for_its_buttons(window: MainWindow) -> None:
    drop_behind_softmax(window)
    (item,) = window.canvas.chain.callouts.items.values()
    assert item.buttons
    for place in item.buttons.values():
        assert item.boundingRect().contains(place) and place.right() <= item.width
    bottoms = sorted(place.bottom() for place in item.buttons.values())
    tops = sorted(place.top() for place in item.buttons.values())
    assert all(top > bottom for top, bottom in zip(tops[1:], bottoms, strict=False))
    scene = window.canvas.chain
    assert item.mapRectToScene(item.boundingRect()).bottom() <= scene.sceneRect().bottom()
