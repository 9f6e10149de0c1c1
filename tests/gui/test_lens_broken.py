"""A network of which a layer does not fit: which layer that is, the way there, and what can be seen all the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.matrix import MatrixPage
from cnn_gui.lens.views.reads import ReadCountsView
from cnn_gui.main_window import MainWindow
from engine.layers.conv import Conv2DConfig
from engine.layers.pool import Pool2DConfig
from tests.helpers.window import open_tiny_window

CONV, RELU, POOL = range(3)
TOO_LARGE = Pool2DConfig(size=(7, 7))  # of maps of 6 × 6


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The window with a convolution open, and a later pooling that does not fit."""
    for window in open_tiny_window(qtbot, tmp_path):
        document = window.document
        document.configure(document.architecture.layers[POOL].uid, TOO_LARGE)
        assert document.problem is not None and document.model is None
        document.select(document.architecture.layers[CONV].uid)
        window.canvas.opened.emit()
        window.lens.refresh()
        yield window


def look_through(window: MainWindow, kind: type) -> None:
    window.microscope.look_through(kind)
    window.lens.refresh()


def test_that_read_counts_are_those_of_the_window_without_numbers(window: MainWindow) -> None:
    look_through(window, ReadCountsView)
    view, spec = window.microscope.view, window.document.selected_spec
    assert isinstance(view, ReadCountsView) and spec is not None
    reads = spec.config.window((1, 8, 8))
    assert reads is not None and view.counts.grid is not None and view.counts.isVisible()
    assert view.counts.grid.values.tolist() == reads.read_counts().tolist()
    assert not view.source.isVisible() and not view.output.isVisible() and not view.channel.isVisible()


def test_that_pixels_that_are_never_read_are_told_and_mended_while_a_later_layer_does_not_fit(
    qtbot: QtBot, window: MainWindow
) -> None:
    document = window.document
    document.configure(document.selected, Conv2DConfig(filters=3, kernel_size=(3, 3), stride=(2, 2)))
    look_through(window, ReadCountsView)
    view = window.microscope.view
    assert isinstance(view, ReadCountsView) and view.headline.whole_text.startswith("15 of 64 pixels are never read")


def test_that_matrix_sizes_are_told_without_numbers_and_pictures_come_back(window: MainWindow) -> None:
    look_through(window, MatrixPage)
    view = window.microscope.view
    assert isinstance(view, MatrixPage) and not view.board.isVisible() and not view.transport.isVisible()
    told = view.lines.texts[0]
    assert told == "W has 3 × 9 values, the input as it is laid out 9 × 36, the output of a product 3 × 36."
    assert [view.costs.cells[row][2].text() for row in (1, 2)] == ["64", "324"]  # 1·8·8, and 1·3·3·6·6
    window.document.undo_stack.undo()
    window.lens.refresh()
    assert view.board.isVisible() and view.transport.isVisible() and not window.microscope.notice.isVisible()


def test_that_a_page_of_numbers_says_that_there_are_none(window: MainWindow) -> None:
    look_through(window, ConvolutionView)
    assert window.microscope.view is None
    assert window.microscope.stack.message.text().startswith(
        "There are no numbers while the network cannot work. Pooling"
    )


def test_that_the_message_names_the_layer_and_a_click_goes_there(qtbot: QtBot, window: MainWindow) -> None:
    document, notice, strip = window.document, window.microscope.notice, window.microscope.head.strip
    look_through(window, ReadCountsView)
    assert document.problem is not None
    assert notice.isVisible() and notice.text == f"Pooling 1: {document.problem}"
    assert (
        str(document.problem) in strip.buttons[POOL].toolTip()
        and document.problem.what not in strip.buttons[RELU].toolTip()
    )
    button = next(each for each in notice.buttons if each.text() == "Go to Pooling 1")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.selected == document.architecture.layers[POOL].uid
    window.lens.refresh()
    assert window.microscope.head.heading.text() == "Pooling 1"
    assert notice.isVisible() and "Go to Pooling 1" not in [each.text() for each in notice.buttons if each.isVisible()]


def test_that_a_layer_after_the_one_that_does_not_fit_has_no_geometry(window: MainWindow) -> None:
    document = window.document
    document.select(document.architecture.layers[-1].uid)
    window.lens.refresh()
    assert window.microscope.view is None and window.microscope.notice.text.startswith("Pooling 1: ")


def test_that_pictures_are_asked_for_where_only_they_are_missing(window: MainWindow) -> None:
    window.document.undo_stack.undo()
    look_through(window, ReadCountsView)
    window.lens.set_sample(window.document.data.dataset.test.images[0][:, :4].astype("float32"), "too small")
    window.lens.refresh()
    view = window.microscope.view
    assert isinstance(view, ReadCountsView) and view.counts.isVisible() and not view.source.isVisible()
    assert window.microscope.notice.text == "The image does not fit the network's input."
