"""The windows of a pooling layer: what each keeps, and where its gradient goes."""

import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.views.pooling import PoolingView
from cnn_gui.plots.grid import Mark
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.text import number
from engine.architecture import new_layer
from engine.layer import Array
from tests.helpers.lens import document_of, frame_of, point_at, shown
from tests.helpers.sums import assert_adds_up


def pooled(mode: str = "max", **how: object) -> Frame:
    """Return the frame of a pooling layer over the image itself, which has ties, between two convolutions."""
    ends = new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    document = document_of(new_layer("pool2d", mode=mode, **how), new_layer("conv2d", filters=2, kernel_size=2), *ends)
    image = np.random.default_rng(4).integers(0, 4, (1, 8, 8)).astype(np.float32) / 4
    return frame_of(document, 0, image=image)


def values(view: GridView) -> Array:
    assert view.grid is not None
    return view.grid.values


def n(value: float) -> str:
    return number(float(value), 3)


def alike(values: Array) -> str:
    """Return quarters as they are written beside one another."""
    places = next(n for n in range(3) if (np.round(values, n) == values).all())
    return ", ".join(f"{value:.{places}f}" if value else "0" for value in values.ravel())


def gradients_of_cells(text: str) -> dict[tuple[int, int], float]:
    """Return the gradient that is told of each cell of a window."""
    assert text.startswith("dC/dX of its cells: ")
    found = re.findall(
        r"\((\d+), (\d+)\) (−?[\d.]+)(·10⁻(\d))?", text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
    )
    return {
        (int(row), int(col)): float(value.replace("−", "-")) * 10.0 ** -int(power or 0)
        for row, col, value, _, power in found
    }


def test_that_each_window_tells_its_numbers_and_its_winner(qtbot: QtBot) -> None:
    frame = pooled()
    view, layer = shown(qtbot, PoolingView, frame), frame.layer_trace
    assert layer is not None
    assert values(view.pictures.source).tolist() == layer.input[0].tolist()
    assert values(view.pictures.output).tolist() == layer.output[0].tolist()
    for place in ((0, 0), (1, 2), (3, 3)):
        point_at(view.pictures.output, place)
        window = layer.input[0, 2 * place[0] : 2 * place[0] + 2, 2 * place[1] : 2 * place[1] + 2]
        first = int(window.argmax())
        at = f"row {2 * place[0] + first // 2}, column {2 * place[1] + first % 2}"
        ties = int((window == window.max()).sum())
        told = f"max({alike(window)}) = {n(window.max())}, from {at}"
        assert view.lines.texts[0] == told + (f", the first of {ties} equals" if ties > 1 else "")
        assert view.lines.texts[1] == f"dC/dO = {n(layer.grad_output[0][place])} goes to {at} only"
        assert gradients_of_cells(view.lines.texts[2]) == {
            (row, col): pytest.approx(layer.grad_input[0, row, col], rel=0.01, abs=1e-4)
            for row in (2 * place[0], 2 * place[0] + 1) for col in (2 * place[1], 2 * place[1] + 1)
        }  # fmt: skip
        there, back = view.pictures.routes.routes
        assert (there.start, there.end, there.end_cell) == (view.pictures.source, view.pictures.output, place)
        assert there.start_cell == back.end_cell == (2 * place[0] + first // 2, 2 * place[1] + first % 2)
        assert (back.start, back.end, back.start_cell) == (view.pictures.grad_output, view.pictures.grad_input, place)


def test_that_ties_and_pixels_that_nobody_chooses_or_reads_are_marked_and_counted(qtbot: QtBot) -> None:
    frame = pooled(size=2, stride=3)
    view, layer = shown(qtbot, PoolingView, frame), frame.layer_trace
    assert layer is not None and view.pictures.output.grid is not None and view.pictures.grad_input.grid is not None
    ties = 0
    for i, j in np.ndindex(3, 3):
        window = layer.input[0, 3 * i : 3 * i + 2, 3 * j : 3 * j + 2]
        tied = (window == window.max()).sum() > 1
        ties += int(tied)
        assert view.pictures.output.grid.mark((i, j)) == (Mark.TIED if tied else Mark.NONE)
    assert view.pictures.source.dots
    chosen = set(view.pictures.source.dots)
    for row, col in np.ndindex(8, 8):
        unread = row % 3 == 2 or col % 3 == 2
        expected = Mark.UNREAD if unread else Mark.NONE if (row, col) in chosen else Mark.UNCHOSEN
        assert view.pictures.grad_input.grid.mark((row, col)) == expected
    told = [text for _, text in view.marks.marks]
    assert told == [f"tie: {ties} of 9 windows", "never chosen: 27 of 64 pixels", "never read: 28"]


def test_that_the_gradient_of_a_pixel_is_told_window_by_window(qtbot: QtBot) -> None:
    frame = pooled(size=3, stride=1)
    view, layer = shown(qtbot, PoolingView, frame), frame.layer_trace
    assert layer is not None and view.pictures.source.dots
    wins = {tuple(cell): 0 for cell in view.pictures.source.dots}
    assert 0 < len(wins) < 64
    for cell in [*wins, (7, 7)]:
        point_at(view.pictures.grad_input, cell)
        told, at = view.lines.texts[3], f"dC/dX at row {cell[0]}, column {cell[1]}"
        senders = view.pictures.grad_output.highlighted[1]
        total = sum(layer.grad_output[0][place] for place in senders)
        assert total == pytest.approx(layer.grad_input[0][cell])
        if cell not in wins:
            assert told == f"{at} = 0: no window selects it" and not senders
        elif len(senders) == 1:
            assert told == f"{at} = {n(total)}, from one window"
        else:
            assert told.startswith(at) and told.endswith(f", from {len(senders)} windows")
            assert len(assert_adds_up(told.split(", from")[0])) == len(senders)


def test_that_a_mean_shares_its_gradient_and_counts_padding_as_zero(qtbot: QtBot) -> None:
    frame = pooled("mean", size=(3, 2), stride=2, padding=(1, 0))
    view, layer = shown(qtbot, PoolingView, frame), frame.layer_trace
    assert layer is not None and view.pictures.source.grid is not None
    assert view.pictures.source.grid.mark((0, 3)) == Mark.PADDING and view.pictures.source.grid.origin == (-1, 0)
    point_at(view.pictures.source, (1, 1))  # row 0 of the image
    window = layer.input[0, :2, :2].ravel()
    assert view.place == (0, 0)
    parts, total, mean = re.fullmatch(r"mean = \((.*)\) / 6 = (.*) / 6 = (.*)", view.lines.texts[0]).groups()
    assert [float(each) for each in assert_adds_up(f"sum = {parts} = {total}")] == window.tolist()
    assert mean == n(window.sum() / 6)
    gradient = layer.grad_output[0, 0, 0]
    assert view.lines.texts[1] == f"dC/dO = {n(gradient)}: each cell gets {n(gradient)} / 6 = {n(gradient / 6)}"
    assert set(gradients_of_cells(view.lines.texts[2])) == {(0, 0), (0, 1), (1, 0), (1, 1)}  # padding has none
    assert view.lines.texts[3].startswith("dC/dX at row 0, column 1 = ")
    assert not view.pictures.source.dots and [text for _, text in view.marks.marks] == ["padding"]
    point_at(view.pictures.source, (0, 1))  # padding has no gradient to tell of
    assert len(view.lines.texts) == 3


def test_that_min_keeps_the_smallest(qtbot: QtBot) -> None:
    frame = pooled("min")
    view = shown(qtbot, PoolingView, frame)
    assert frame.layer_trace is not None
    window = frame.layer_trace.input[0, :2, :2]
    assert view.lines.texts[0].startswith(f"min({alike(window)}) = {n(window.min())}, from row")


def test_that_steps_walk_over_the_windows_and_the_channel_is_a_choice(qtbot: QtBot) -> None:
    ends = new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    document = document_of(new_layer("conv2d", filters=3, kernel_size=3), new_layer("pool2d"), *ends)
    frame = frame_of(document, 1)
    view, layer = shown(qtbot, PoolingView, frame), frame.layer_trace
    assert layer is not None
    for _ in range(4):
        qtbot.mouseClick(view.transport.step_button, Qt.MouseButton.LeftButton)
    assert view.place == (1, 1) and view.pictures.output.highlighted[1] == ((1, 1),)
    assert view.pictures.source.highlighted[0] == (slice(2, 4), slice(2, 4))
    view.channel.setFocus()
    qtbot.keyClick(view.channel, Qt.Key.Key_Up)
    assert (
        values(view.pictures.output).tolist() == layer.output[1].tolist()
        and view.pictures.output.grid.title == "output 1"
    )
    assert view.channel.maximum() == 2 and view.place == (1, 1)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_it_is_painted_at_any_size(qapp: QApplication, qtbot: QtBot, scheme: theme.Tokens) -> None:
    theme.apply(qapp, scheme)
    view = shown(qtbot, PoolingView, pooled(size=3, stride=2, padding=1))
    for width, height in ((400, 520), (900, 800), (200, 300)):
        view.resize(width, height)
        assert not view.grab().isNull()
    theme.apply(qapp, theme.LIGHT)
