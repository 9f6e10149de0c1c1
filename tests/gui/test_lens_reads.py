"""Read counts under the microscope: the figures of each case, what the mouse lights, and remedies that help."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from cnn_gui.lens.views.reads import ReadCountsView
from cnn_gui.main_window import MainWindow
from cnn_gui.plots import grid_lines
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell, Mark
from cnn_gui.plots.grid_view import GridView
from engine.architecture import Architecture, LayerSpec, new_layer
from tests.helpers import tiny
from tests.helpers.window import show_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = show_window(qtbot)
    window.document.set_data(tiny.dataset(size=28), "bundled")
    yield window


def look_at(window: MainWindow, *before: LayerSpec, name: str = "conv2d", **settings: Any) -> ReadCountsView:
    """Open the microscope on a layer of a new network at its read counts."""
    rest = (new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax"))
    layer = new_layer(name, **settings)
    window.document.replace(Architecture((*before, layer, *rest)), "Load it")
    window.document.undo_stack.clear()
    window.document.select(layer.uid)
    window.canvas.opened.emit()
    window.lens.refresh()
    window.microscope.look_through(ReadCountsView)
    window.lens.refresh()
    view = window.microscope.view
    assert isinstance(view, ReadCountsView)
    QApplication.processEvents()  # the layout
    return view


def figures(view: ReadCountsView, case: str) -> list[str]:
    return [label.text() for label in view.table.cells[case]]


def formulas(view: ReadCountsView) -> list[str]:
    return view.lines.text().splitlines()


def point(qtbot: QtBot, view: GridView, cell: Cell) -> None:
    assert view.placement is not None
    qtbot.mouseMove(view, view.placement.cell(cell).center().toPoint())


def offered(view: ReadCountsView) -> dict[str, QPushButton]:
    return {button.text().split()[0]: button for button in view.remedies.buttons if button.isVisible()}


@pytest.mark.parametrize(
    ("settings", "trailing", "absorbed", "lost", "between", "unread", "lines"),
    [
        (
            {"kernel_size": 5, "stride": 2}, ["1", "1", "55"], ["0", "0", "0"], ["1", "1", "55"], ["0", "0", "0"],
            ["1", "1", "55"],
            ["r = (X + 2P − K) mod S = (28 + 2·0 − 5) mod 2 = 1", "lost = max(0, r − P) = max(0, 1 − 0) = 1"],
        ),
        (
            {"kernel_size": 5, "stride": 3}, ["2", "2", "108"], ["0", "0", "0"], ["2", "2", "108"], ["0", "0", "0"],
            ["2", "2", "108"],
            ["r = (X + 2P − K) mod S = (28 + 2·0 − 5) mod 3 = 2", "lost = max(0, r − P) = max(0, 2 − 0) = 2"],
        ),
        (
            {"kernel_size": 2, "stride": 3}, ["2", "2", "108"], ["0", "0", "0"], ["2", "2", "108"], ["8", "8", "352"],
            ["10", "10", "460"],
            [
                "r = (X + 2P − K) mod S = (28 + 2·0 − 2) mod 3 = 2", "lost = max(0, r − P) = max(0, 2 − 0) = 2",
                "gaps of S − K = 3 − 2 = 1 between windows",
            ],
        ),
        (
            {"kernel_size": 3, "stride": 2, "padding": 1}, ["1", "1", "59"], ["1", "1", "59"], ["0", "0", "0"],
            ["0", "0", "0"], ["0", "0", "0"],
            ["r = (X + 2P − K) mod S = (28 + 2·1 − 3) mod 2 = 1", "lost = max(0, r − P) = max(0, 1 − 1) = 0"],
        ),
    ],
)  # fmt: skip
def test_that_the_three_cases_stand_there_with_their_numbers(
    window: MainWindow, settings: dict[str, Any], trailing: list[str], absorbed: list[str], lost: list[str],
    between: list[str], unread: list[str], lines: list[str],
) -> None:  # fmt: skip
    view = look_at(window, **settings)
    cases = {"trailing": trailing, "absorbed": absorbed, "lost": lost, "between": between, "unread": unread}
    assert {case: figures(view, case) for case in cases} == cases
    assert formulas(view) == lines
    assert not view.table.cells["within"][0].isVisible()
    said = view.headline.whole_text
    some = f"{unread[2]} of 784 pixels are never read: dC/dX = 0. The other {784 - int(unread[2])} are read."
    assert said.startswith(some if unread[2] != "0" else "All 784 pixels are read")
    assert view.sign.isVisible() == view.remedies.isVisible() == (unread[2] != "0")


def test_that_the_last_row_and_column_of_an_even_input_stay_unread_under_three_cells_in_steps_of_two(
    window: MainWindow,
) -> None:
    window.document.set_data(tiny.dataset(size=10), "bundled")
    view = look_at(window, kernel_size=3, stride=2)
    assert formulas(view)[0] == "r = (X + 2P − K) mod S = (10 + 2·0 − 3) mod 2 = 1"
    assert view.counts.grid is not None
    unread = view.counts.grid.values == 0
    assert unread[-1].all() and unread[:, -1].all() and unread.sum() == 19
    assert figures(view, "unread") == ["1", "1", "19"]


def test_that_the_letters_of_the_formulas_are_explained_and_f_is_no_window(window: MainWindow) -> None:
    for how, letter in (({"kernel_size": 3, "stride": 4}, "K"), ({"kernel_size": 3, "stride": 8, "dilation": 2}, "K'")):
        view = look_at(window, **how)
        said = [*formulas(view), view.letters.whole_text, view.table._names["between"].text()]
        assert not any(re.search(r"\bF\b", text) for text in said)
        assert f"2P − {letter})" in said[0] and said[-1].endswith(f"S > {letter}")
        assert "K: size of the window, KH down and KW across" in view.letters.whole_text
        assert ("K' = (K − 1)·D + 1" in view.letters.whole_text) == (letter == "K'")


def test_that_rows_and_columns_that_differ_have_formulas_of_their_own(window: MainWindow) -> None:
    view = look_at(window, kernel_size=(3, 2), stride=(2, 3), dilation=(3, 1))
    assert formulas(view) == [
        "Rows: r = (28 + 2·0 − 7) mod 2 = 1, lost = max(0, 1 − 0) = 1",
        "Columns: r = (28 + 2·0 − 2) mod 3 = 2, lost = max(0, 2 − 0) = 2",
        "Rows: K' = (3 − 1)·3 + 1 = 7 with the dilation",
        "Columns: gaps of S − K = 3 − 2 = 1 between windows",
    ]
    assert view.table.cells["within"][0].isVisible()
    assert figures(view, "within")[0] == "2"


def test_that_unequal_padding_is_written_side_by_side(window: MainWindow) -> None:
    view = look_at(window, kernel_size=3, stride=2, padding="same")
    assert formulas(view)[0] == "r = (X + 2P − K) mod S = (28 + 0 + 1 − 3) mod 2 = 0"


def test_that_the_picture_counts_reads_and_marks_what_is_never_read(window: MainWindow) -> None:
    view = look_at(window, kernel_size=5, stride=2)
    grid = view.counts.grid
    assert grid is not None and grid.marks is not None and grid.colormap is ColorMap.COUNTS
    brute = np.zeros((28, 28), int)
    for i in range(12):
        for j in range(12):
            brute[2 * i : 2 * i + 5, 2 * j : 2 * j + 5] += 1
    assert grid.values.tolist() == brute.tolist()
    assert ((grid.marks == Mark.UNREAD) == (brute == 0)).all() and np.count_nonzero(grid.marks == Mark.UNREAD) == 55
    assert grid_lines.range_of(grid.colormap, grid.limit) == "0–9"
    assert [text for _, text in view.marks.marks] == ["never read"]


def test_that_the_input_lies_beside_it_padded_and_with_the_same_hatches(window: MainWindow) -> None:
    view = look_at(window, new_layer("conv2d", filters=3), kernel_size=3, stride=2, padding=(1, 0), groups=1)
    view.channel.setValue(2)
    assert window.document.tracer is not None and view._layer is not None and view.source.grid is not None
    assert view.source.grid.title == "input 2"
    assert view.source.grid.values[1:-1].tolist() == view._layer.input[2].tolist()
    assert view.source.grid.values[0].tolist() == [0] * 26
    assert view.source.grid.origin == (-1, 0)
    assert view.counts.grid is not None and view.source.grid.marks is view.counts.grid.marks


def test_that_the_output_on_show_is_one_that_reads_the_channel(window: MainWindow) -> None:
    view = look_at(window, new_layer("conv2d", filters=4), filters=8, groups=2)
    view.channel.setValue(3)
    assert view.output.grid is not None and view.output.grid.title == "output 4"
    pooled = look_at(window, new_layer("conv2d", filters=4), name="pool2d")
    pooled.channel.setValue(3)
    assert pooled.output.grid is not None and pooled.output.grid.title == "output 3"


def test_that_pointing_at_a_pixel_lights_its_windows_and_their_outputs(qtbot: QtBot, window: MainWindow) -> None:
    view = look_at(window, kernel_size=5, stride=2)
    point(qtbot, view.counts, (9, 10))
    assert view.pointed.whole_text == "Row 9, column 10: read 6 times, by the output in rows 3 to 4, columns 3 to 5"
    everything = (slice(6, 13), slice(6, 15)), ((9, 10),)
    assert view.counts.highlighted == everything and view.source.highlighted == everything
    assert view.output.highlighted[0] == (slice(3, 5, 1), slice(3, 6, 1))
    point(qtbot, view.source, (27, 3))
    assert view.pointed.whole_text == "Row 27, column 3: never read, after the last window"
    assert view.output.highlighted[0] is None and view.counts.highlighted == (None, ((27, 3),))


def test_that_one_window_is_lit_with_the_gaps_of_its_dilation(qtbot: QtBot, window: MainWindow) -> None:
    view = look_at(window, kernel_size=2, stride=8, padding=1, dilation=4)
    point(qtbot, view.counts, (8, 12))
    assert view.pointed.whole_text == "Row 7, column 11: read once, by the output in row 1, column 1"
    assert view.counts.highlighted[0] == (slice(8, 13, 4), slice(8, 13, 4))
    for cell, reason in (((9, 9), "between the cells of the windows"), ((6, 8), "between two windows")):
        point(qtbot, view.counts, cell)
        assert view.pointed.whole_text.endswith(f"never read, {reason}")


def test_that_pointing_at_an_output_lights_what_it_reads(qtbot: QtBot, window: MainWindow) -> None:
    view = look_at(window, kernel_size=5, stride=2, padding=1)
    point(qtbot, view.output, (0, 2))
    assert (
        view.pointed.whole_text
        == "Output in row 0, column 2: reads 25 cells, 5 of them padding: rows −1 to 3, columns 3 to 7"
    )
    assert view.source.highlighted[0] == (slice(0, 5, 1), slice(4, 9, 1))
    assert list(view.output.highlighted[1]) == [(0, 2)]


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("conv2d", {"kernel_size": 5, "stride": 2}, {"Kernel", "Stride", "Padding"}),
        ("conv2d", {"kernel_size": 2, "stride": 3}, {"Kernel", "Stride"}),
        ("conv2d", {"kernel_size": 2, "dilation": 16}, {"Kernel", "Padding", "Dilation"}),
        ("pool2d", {"size": 3, "stride": 2}, {"Window", "Stride", "Padding"}),
    ],
)
def test_that_each_remedy_reads_every_pixel_as_one_undo_step(
    qtbot: QtBot, window: MainWindow, name: str, settings: dict[str, Any], words: set[str]
) -> None:
    document = window.document
    for word in words:
        view = look_at(window, name=name, **settings)
        assert set(offered(view)) == words
        before, unread = document.architecture, figures(view, "unread")
        promised = offered(view)[word].accessibleName()
        qtbot.mouseClick(offered(view)[word], Qt.MouseButton.LeftButton)
        window.lens.refresh()
        assert figures(view, "unread") == ["0", "0", "0"] and not view.remedies.isVisible()
        assert view.output.grid is not None
        assert promised.endswith("reads every pixel, output {}×{}".format(*view.output.grid.shape))
        assert document.problem is None and document.undo_stack.count() == 1
        document.undo_stack.undo()
        window.lens.refresh()
        assert document.architecture == before and figures(view, "unread") == unread and view.remedies.isVisible()


def test_that_remedies_say_what_begins_anew(window: MainWindow) -> None:
    tips = {word: button.toolTip() for word, button in offered(look_at(window, kernel_size=5, stride=2)).items()}
    assert tips["Padding"].startswith("Padding 1×1: reads every pixel, output 13×13. 1 layer starts with new weights.")
    assert tips["Padding"].endswith("Undo restores everything.")


def test_that_a_running_training_disables_the_remedies_and_says_why(qtbot: QtBot, window: MainWindow) -> None:
    view = look_at(window, kernel_size=5, stride=2)
    window.document.set_locked(True)
    qtbot.waitUntil(lambda: not offered(view)["Padding"].isEnabled())
    reason = "A training run is in progress. Stop it to change the network."
    assert view.remedies.line.text() == offered(view)["Padding"].toolTip() == reason
    qtbot.mouseClick(offered(view)["Padding"], Qt.MouseButton.LeftButton)
    assert window.document.undo_stack.count() == 0
    window.document.set_locked(False)
    qtbot.waitUntil(offered(view)["Padding"].isEnabled)


def test_that_where_no_single_change_helps_this_is_said(window: MainWindow) -> None:
    view = look_at(window, new_layer("conv2d", kernel_size=26), kernel_size=2, stride=2, dilation=2)
    assert view.remedies.isVisible() and not offered(view)
    assert view.remedies.line.text() == "No change of a single setting makes this layer read every pixel."


def test_that_new_values_of_the_sample_leave_the_counts_alone(window: MainWindow) -> None:
    view = look_at(window, filters=32, kernel_size=2, stride=3)
    counts, source = view.counts.grid, view.source.grid
    window.lens.choose(1)
    window.lens.refresh()
    assert view.counts.grid is counts and view.source.grid is not source
