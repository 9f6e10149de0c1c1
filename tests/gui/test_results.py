"""How the test set is read: the matrix, the images of its cells, the worst mistakes, and the lens that follows."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from cnn_gui import background, theme
from cnn_gui.lens.views.why import WhyView
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.gallery import Gallery
from cnn_gui.results import words
from cnn_gui.window.microscope_door import INSIDE, NETWORK
from cnn_gui.window.results_door import TESTED
from engine.architecture import Architecture
from engine.data.dataset import pixels
from tests.helpers import tiny
from tests.helpers.window import show_window

CLASSES = 4


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = show_window(qtbot)
    window.document.set_data(tiny.dataset(classes=CLASSES, test=60), "bundled")
    window.document.replace(tiny.architecture(CLASSES), "Load it")
    yield window


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow) -> MainWindow:
    qtbot.mouseClick(window.test_figures, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.results.reader.reading is not None)
    return window


def answers(window: MainWindow) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The label, the answer and its probability for each test image, by a plain forward of the document's model."""
    document = window.document
    assert document.model is not None and document.data.dataset is not None
    test = document.data.dataset.test
    output = document.model.forward(pixels(test.images))
    return test.labels, output.argmax(axis=1), output


def numbers(gallery: Gallery) -> list[int]:
    return list(gallery.canvas.page_numbers)


def click(qtbot: QtBot, gallery: Gallery, position: int) -> None:
    place = gallery.canvas.place(position).center().toPoint()
    qtbot.mouseClick(gallery.canvas, Qt.MouseButton.LeftButton, pos=place)


def test_the_ways_in_and_out(qtbot: QtBot, window: MainWindow) -> None:
    for way in ("key", "menu", "label"):
        if way == "key":
            qtbot.keyClick(window.canvas, Qt.Key.Key_T)
        elif way == "menu":
            window.findChild(type(window.menuBar().actions()[0]), "results").trigger()
        else:
            qtbot.mouseClick(window.test_figures, Qt.MouseButton.LeftButton)
        assert window.middle.currentIndex() == TESTED and window.results.isVisible()
        if way == "key":
            qtbot.keyClick(window.results, Qt.Key.Key_Escape)
        else:
            qtbot.mouseClick(window.results.back_button, Qt.MouseButton.LeftButton)
        assert window.middle.currentIndex() == NETWORK


def test_that_the_matrix_counts_every_test_image(opened: MainWindow) -> None:
    labels, read, _ = answers(opened)
    matrix = opened.results.confusion.matrix
    expected = np.zeros((CLASSES, CLASSES), int)
    np.add.at(expected, (labels, read), 1)
    assert (matrix.counts == expected).all()
    for label in range(CLASSES):
        assert matrix.recall_text(label) == f"{100 * expected[label, label] / 15:.1f} %"
        predicted = expected[:, label].sum()
        precision = f"{100 * expected[label, label] / predicted:.1f} %" if predicted else "–"
        assert matrix.precision_text(label) == precision
    right = int((labels == read).sum())
    said = f"{right} of 60 test images correct ({100 * right / 60:.2f} %), initial weights"
    assert opened.results.state.whole_text == said


def test_that_a_cell_shows_its_images_and_an_image_becomes_the_sample(qtbot: QtBot, opened: MainWindow) -> None:
    labels, read, output = answers(opened)
    tab = opened.results.confusion
    for cell in zip(*np.nonzero(tab.matrix.counts), strict=True):
        qtbot.mouseClick(
            tab.matrix.viewport(), Qt.MouseButton.LeftButton, pos=tab.matrix.place(cell).center().toPoint()
        )
        images = np.flatnonzero((labels == cell[0]) & (read == cell[1]))
        assert sorted(tab.gallery.canvas._numbers) == images.tolist()
        assert f"{cell[0]} predicted as {cell[1]}, {len(images)} of 15 images" in tab.title.whole_text
        worst = images[np.argmin(output[images, cell[0]])]
        assert numbers(tab.gallery)[0] == worst
        click(qtbot, tab.gallery, 0)
        opened.lens.refresh()
        assert opened.lens.choice.number == worst
        assert opened.lens.maps.samples.number.value() == worst


def test_that_no_cell_is_chosen_before_somebody_chooses_one_and_arrows_walk(qtbot: QtBot, opened: MainWindow) -> None:
    tab = opened.results.confusion
    matrix = tab.matrix
    assert matrix.cell is None
    off = matrix.counts - np.diag(matrix.counts.diagonal())
    actual, predicted = np.unravel_index(off.argmax(), off.shape)
    assert tab.title.whole_text.startswith(
        f"Most frequent mistake: {actual} predicted as {predicted}, {off.max()} of 15 images"
    )
    labels, read, _ = answers(opened)
    images = np.flatnonzero((labels == actual) & (read == predicted))
    assert sorted(tab.gallery.canvas._numbers) == images.tolist()
    text = QColor(theme.tokens(matrix.palette()).text).rgb()
    ring = matrix.place((actual, predicted)).adjusted(1, 1, -1, -1).toRect()

    def framed() -> bool:
        shown = matrix.viewport().grab().toImage()
        return all(shown.pixel(x, ring.top()) == text for x in range(ring.left() + 2, ring.right() - 2))

    assert not framed()
    matrix.show_cell((int(actual), int(predicted)))
    assert framed()
    matrix.show_cell((0, 0))
    for key, cell in ((Qt.Key.Key_Right, (0, 1)), (Qt.Key.Key_Down, (1, 1)), (Qt.Key.Key_Left, (1, 0))):
        qtbot.keyClick(matrix, key)
        assert matrix.cell == cell
    qtbot.keyClick(matrix, Qt.Key.Key_Left)
    assert matrix.cell == (1, 0) and "1 predicted as 0" in opened.results.confusion.title.whole_text


def test_that_the_worst_mistakes_come_first(qtbot: QtBot, opened: MainWindow) -> None:
    labels, read, output = answers(opened)
    opened.results.tabs.setCurrentWidget(opened.results.mistakes)
    wrong = np.flatnonzero(labels != read)
    expected = sorted(wrong.tolist(), key=lambda n: (output[n, labels[n]], n))
    gallery = opened.results.mistakes.gallery
    assert numbers(gallery) == expected[: len(numbers(gallery))]
    number, thumb, _ = gallery.canvas._tiles()[0]
    assert thumb.caption == f"{labels[number]} → {read[number]}"
    assert thumb.note == f"{100 * output[number].max():.1f} %"
    assert f"loss {-np.log(output[number, labels[number]]):.3g}" in thumb.tip
    gallery.canvas.setFocus()
    qtbot.keyClick(gallery.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(gallery.canvas, Qt.Key.Key_Right)
    assert opened.lens.choice.number == expected[1]


@pytest.mark.parametrize("way", ["double click", "key"])
def test_that_a_mistake_opens(qtbot: QtBot, opened: MainWindow, way: str) -> None:
    opened.results.tabs.setCurrentWidget(opened.results.mistakes)
    canvas = opened.results.mistakes.gallery.canvas
    number, place = canvas.page_numbers[2], canvas.place(2).center().toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    if way == "key":
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    else:
        qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    opened.lens.refresh()
    assert opened.middle.currentIndex() == INSIDE and isinstance(opened.microscope.view, WhyView)
    assert opened.lens.choice.number == number
    assert opened.microscope.head.about.whole_text.startswith(f"test image {number}")


def test_that_images_that_do_not_fit_have_pages(qtbot: QtBot, opened: MainWindow) -> None:
    gallery = opened.results.mistakes.gallery
    opened.results.tabs.setCurrentWidget(opened.results.mistakes)
    reading = opened.results.reader.reading
    assert reading is not None
    gallery.show_images(range(500), lambda number: words.thumb(reading, number % 60), "")
    first = numbers(gallery)
    assert gallery.pager.isVisible() and first[0] == 0
    qtbot.mouseClick(gallery.pager.on_button, Qt.MouseButton.LeftButton)
    assert numbers(gallery)[0] == len(first)
    for _ in range(500 // len(first)):
        qtbot.keyClick(gallery.canvas, Qt.Key.Key_PageDown)
    assert numbers(gallery)[-1] == 499


def test_that_newer_weights_are_read_when_their_turn_comes_and_named_with_their_step(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PAUSE", 0.1)
    results, document = opened.results, opened.document
    before = results.confusion.matrix.counts.copy()
    assert document.model is not None
    results.reader.set_step(1204)
    document.set_weights(-document.model.parameters.flat)
    assert (results.confusion.matrix.counts == before).all()
    qtbot.waitUntil(lambda: results.state.whole_text.endswith("step 1,204"))
    labels, read, _ = answers(opened)
    assert results.confusion.matrix.counts.trace() == (labels == read).sum()


def test_that_another_network_begins_anew(qtbot: QtBot, opened: MainWindow) -> None:
    results, document = opened.results, opened.document
    layers = document.architecture.layers
    document.replace(Architecture((*layers[:1], *layers[3:])), "Less")
    assert results.reader.reading is None and results.message.isVisible()
    assert "Classifying the 60 test images" in results.message.text()
    qtbot.waitUntil(lambda: results.reader.reading is not None)
    document.replace(Architecture(layers[:3]), "Broken")
    assert "cannot work" in results.message.text() and not results.reader.busy


def test_that_nothing_is_read_while_it_is_hidden(qtbot: QtBot, opened: MainWindow) -> None:
    qtbot.mouseClick(opened.results.back_button, Qt.MouseButton.LeftButton)
    assert opened.document.model is not None
    opened.document.set_weights(-opened.document.model.parameters.flat)
    qtbot.wait(3 * background.PERIOD)
    assert not opened.results.reader.busy
    qtbot.keyClick(opened.canvas, Qt.Key.Key_T)
    labels, read, _ = answers(opened)
    matrix = opened.results.confusion.matrix
    qtbot.waitUntil(lambda: matrix.counts.trace() == (labels == read).sum())


def test_that_a_click_beside_the_cells_changes_nothing(qtbot: QtBot, opened: MainWindow) -> None:
    matrix = opened.results.confusion.matrix
    before = matrix.cell
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, matrix.viewport().height() - 2))
    assert matrix.cell == before


def test_that_the_steps_of_a_run_are_those_of_the_reading(
    qtbot: QtBot, opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PAUSE", 0.1)
    opened.document.set_settings(replace(opened.document.settings, batch_size=16))
    opened.controller.step()
    qtbot.waitUntil(lambda: opened.results.state.whole_text.endswith("step 1"))
    opened.controller.stop()
    qtbot.waitUntil(lambda: not opened.controller.busy)


def test_that_a_reading_after_an_edit_says_that_its_weights_were_edited_since(window, qtbot):
    window.document.set_settings(replace(window.document.settings, epochs=1, batch_size=16))
    window.controller.start()
    qtbot.waitUntil(lambda: not window.controller.busy)
    window.results_door.open()
    steps = window.document.history.steps
    qtbot.waitUntil(lambda: window.results.state.whole_text.endswith(f"step {steps:,}"))
    window.document.insert(1, "tanh")
    qtbot.waitUntil(lambda: window.results.state.whole_text.endswith(f"step {steps:,}, edited since"))
    window.lens.refresh()
    window.document.undo()
    qtbot.waitUntil(lambda: window.results.state.whole_text.endswith(f"step {steps:,}"))
