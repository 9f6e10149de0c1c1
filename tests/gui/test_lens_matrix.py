"""The matrix view: a convolution as a product of matrices, with the model's own numbers, driven by mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.lens.matrix import pictures
from cnn_gui.lens.views.matrix import MatrixPage
from cnn_gui.plots.grid import Mark
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.text import number
from engine.architecture import LayerSpec, new_layer
from engine.layer import Array
from engine.trace.matrix_form import Term
from engine.trace.record import LayerTrace
from tests.helpers.lens import document_of, frame_of, point_at, shown
from tests.helpers.sums import assert_adds_up

END = (new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax"))
STRIDED = new_layer("conv2d", filters=4, kernel_size=(3, 2), stride=(2, 1), padding=1, groups=2)
IM2COL, LOWERING = 0, 1


def opened(qtbot: QtBot, *layers: LayerSpec, layer: int = 0, way: int = IM2COL) -> tuple[MatrixPage, LayerTrace]:
    """Return the view of one of the convolutions, and the trace that it shows."""
    frame = frame_of(document_of(*layers, *END), layer)
    page = shown(qtbot, MatrixPage, frame)
    page.ways.setCurrentIndex(way)
    assert frame.layer_trace is not None
    return page, frame.layer_trace


@pytest.fixture
def simple(qtbot: QtBot) -> tuple[MatrixPage, LayerTrace]:
    """A convolution of six channels by five filters."""
    layers = new_layer("conv2d", filters=6, kernel_size=3), new_layer("conv2d", filters=5, kernel_size=3, padding=1)
    page, trace = opened(qtbot, *layers, layer=1)
    assert (page.term.i, page.term.j) == (3, 3)
    page.show_term(Term())
    return page, trace


def values(view: GridView) -> Array:
    assert view.grid is not None
    return view.grid.values


@pytest.mark.parametrize("layer", [0, 1])
def test_that_the_matrices_multiply_to_the_maps_of_the_model(qtbot: QtBot, layer: int) -> None:
    page, trace = opened(qtbot, new_layer("conv2d", filters=4, kernel_size=3), STRIDED, layer=layer)
    for group in range(1 if layer == 0 else 2):
        page.group.setValue(group)
        half = slice(None) if layer == 0 else slice(2 * group, 2 * group + 2)
        bias = trace.parameters["bias"][half, None]
        page.ways.setCurrentIndex(IM2COL)
        made = values(page.board.weights) @ values(page.board.values) + bias
        np.testing.assert_allclose(made, trace.output[half].reshape(len(made), -1), atol=1e-12)
        np.testing.assert_allclose(values(page.board.output), made, atol=1e-12)
        page.ways.setCurrentIndex(LOWERING)
        for i in range(trace.output.shape[1]):
            page.transport.step(i - page.term.i)
            part, _ = page.board.values.highlighted
            assert part is not None
            made = values(page.board.weights) @ values(page.board.values)[part] + bias
            np.testing.assert_allclose(values(page.board.output), made, atol=1e-12)
            np.testing.assert_allclose(made, trace.output[half, i], atol=1e-12)


def test_that_a_column_under_the_mouse_lights_its_patch_and_shows_its_numbers(
    simple: tuple[MatrixPage, LayerTrace],
) -> None:
    (page, trace), board = simple, simple[0].board
    point_at(board.values, (31, 15))  # channel 3, tap (1, 1); place (2, 3) of 6 x 6
    assert page.term == Term(0, 3, 1, 1, 2, 3)
    padded = np.pad(trace.input[3], 1)
    assert board.source.highlighted == ((slice(2, 5, 1), slice(3, 6, 1)), ((3, 4),))
    assert values(board.source).tolist() == padded.tolist() and board.source.accessibleName() == "padded input 3"
    assert values(board.patch).tolist() == padded[2:5, 3:6].tolist()
    assert values(board.kernel).tolist() == trace.parameters["weight"][0, 3].tolist()
    assert board.patch.highlighted == board.kernel.highlighted == (None, ((1, 1),))
    assert (board.weights.lit, board.values.lit, board.output.lit) == ((0, 31), (31, 15), (0, 15))
    assert page.channel.value() == 3 and page.transport.place == 15
    texts = page.lines.texts
    assert texts[0] == "Column 15 = 2 · 6 + 3: the patch of output (2, 3)."
    assert texts[1] == "Row 31 = (3 · 3 + 1) · 3 + 1: channel 3, kernel cell (1, 1)."
    whole, lit = texts[2].split("; the highlighted product, ")
    assert whole.startswith("Output 0 at (2, 3) = (sum of 54 products: ")
    bias = assert_adds_up(whole)[1]
    assert float(bias) == pytest.approx(trace.parameters["bias"][0], abs=0.01)
    value, weight = padded[3, 4], trace.parameters["weight"][0, 3, 1, 1]
    assert lit.startswith("input 3 (2, 3) × kernel cell (1, 1): ")
    assert lit.rstrip(". ").endswith(f" = {number(value * weight, 3)}")


def test_that_an_input_without_padding_is_not_called_padded_and_its_light_is_whole(qtbot: QtBot) -> None:
    document = document_of(
        new_layer("conv2d", filters=1, kernel_size=2), new_layer("flatten"), new_layer("dense", units=2),
        new_layer("softmax"), size=4,
    )  # fmt: skip
    page = shown(qtbot, MatrixPage, frame_of(document, 0))
    assert page.board.source.accessibleName() == "input 0"
    matrix, accent = page.board.values, QColor(theme.LIGHT.accent)
    assert matrix.placement is not None and matrix.lit is not None
    image, line = matrix.grab().toImage(), round(matrix.placement.cell(matrix.lit).center().y())
    ends = [*range(3), *range(image.width() - 3, image.width())]
    strokes = [x for x in ends if image.pixelColor(x, line) == accent]
    assert strokes and strokes[0] < 3 and strokes[-1] >= image.width() - 3


def test_that_every_picture_leads_to_the_term_under_the_mouse(simple: tuple[MatrixPage, LayerTrace]) -> None:
    (page, _), board = simple, simple[0].board
    point_at(board.output, (4, 20))
    assert page.term == Term(4, 0, 0, 0, 3, 2)
    assert board.kernel.accessibleName() == "kernel 4"
    point_at(board.weights, (2, 53))
    assert page.term == Term(2, 5, 2, 2, 3, 2)
    point_at(board.kernel, (0, 1))
    assert page.term == Term(2, 5, 0, 1, 3, 2)
    point_at(board.patch, (1, 0))
    assert page.term == Term(2, 5, 1, 0, 3, 2)
    point_at(board.source, (1, 1))
    assert page.term == Term(2, 5, 1, 0, 0, 0)
    page.channel.setValue(1)
    assert page.term == Term(2, 1, 1, 0, 0, 0) and board.source.accessibleName() == "padded input 1"


def test_that_a_click_holds_the_light_until_another_or_a_step_back(simple: tuple[MatrixPage, LayerTrace]) -> None:
    (page, _), board = simple, simple[0].board
    for let_go in (page.step_back, lambda: click(board.output, (1, 7))):
        click(board.output, (1, 7))
        assert page.board.held and page.lines.texts[-1].endswith("Held. Click again or press Esc to release it.")
        for view, cell in ((board.values, (3, 3)), (board.source, (4, 4)), (board.kernel, (0, 0))):
            point_at(view, cell)
        assert page.term.filter == 1 and page.transport.place == 7
        assert board.enlarged.grid is not None and board.enlarged.grid.title == "Y at (1, 7)"
        let_go()
        assert not page.board.held and not page.lines.texts[-1].endswith("lets go.")
        point_at(board.output, (2, 9))
        assert page.term.filter == 2 and page.transport.place == 9
    assert not page.step_back()


def click(view: GridView, cell: tuple[int, int]) -> None:
    point_at(view, cell)
    assert view.placement is not None
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.placement.cell(cell).center().toPoint())


def test_that_arrow_keys_move_the_light_up_to_the_edges_and_enter_holds_it(
    simple: tuple[MatrixPage, LayerTrace],
) -> None:
    (page, _), board = simple, simple[0].board
    for matrix, key, term in (
        (board.values, Qt.Key.Key_Down, Term(0, 0, 0, 1)), (board.values, Qt.Key.Key_Right, Term(0, 0, 0, 1, 0, 1)),
        (board.weights, Qt.Key.Key_Up, Term(0, 0, 0, 1, 0, 1)), (board.weights, Qt.Key.Key_Left, Term(j=1)),
        (board.output, Qt.Key.Key_Down, Term(1, j=1)), (board.output, Qt.Key.Key_Left, Term(1)),
        (board.output, Qt.Key.Key_Left, Term(1)),
    ):  # fmt: skip
        QTest.keyClick(matrix, key)
        assert page.term == term
    QTest.keyClick(board.output, Qt.Key.Key_Return)
    assert page.board.held
    assert all(each.focusPolicy() & Qt.FocusPolicy.TabFocus for each in (board.weights, board.values, board.output))


def test_that_the_lowered_rows_of_an_output_row_light_up_and_others_lead_to_the_nearest_that_reads_them(
    simple: tuple[MatrixPage, LayerTrace],
) -> None:
    (page, trace), board = simple, simple[0].board
    page.ways.setCurrentIndex(LOWERING)
    assert values(board.values).shape == (8 * 6 * 3, 6)
    page.resize(page.width(), 1600)  # else a row is hardly a pixel high
    QApplication.processEvents()
    point_at(board.values, (5 * 18 + 3 * 3 + 1, 4))  # lowered row 5, channel 3, kernel column 1
    assert page.term == Term(0, 3, 2, 1, 3, 4)
    assert board.values.highlighted[0] == (slice(3 * 18, 6 * 18), slice(0, 6))
    assert values(board.values)[5 * 18 + 3 * 3 + 1, 4] == np.pad(trace.input[3], 1)[5, 5]
    texts = page.lines.texts
    assert texts[0] == "Output row 3 = W × rows 3 · 1 · 18 = 54 to 107 of L."
    assert texts[1] == "Row 100 = (5 · 6 + 3) · 3 + 1: lowered row 5, channel 3, kernel column 1."
    assert page.transport.place == 3
    QTest.mouseClick(page.transport.step_button, Qt.MouseButton.LeftButton)
    assert page.term.i == 4 and board.output.accessibleName().startswith("Y: output row 4")


def test_that_the_neighbours_of_the_lit_cell_are_enlarged_with_their_padding(
    simple: tuple[MatrixPage, LayerTrace],
) -> None:
    (page, _), board = simple, simple[0].board
    point_at(board.values, (20, 3))
    grid, (_, cells) = board.enlarged.grid, board.enlarged.highlighted
    assert grid is not None and grid.marks is not None and grid.title == "X at (20, 3)"
    (row, column) = cells[0]
    assert (row + grid.origin[0], column + grid.origin[1]) == (20, 3)
    rows, columns = (slice(start, start + n) for start, n in zip(grid.origin, grid.shape, strict=True))
    assert grid.values.tolist() == values(board.values)[rows, columns].tolist()
    page.channel.setValue(0)
    point_at(board.values, (0, 0))
    assert board.enlarged.grid is not None and board.enlarged.grid.mark((0, 0)) is Mark.PADDING
    point_at(board.weights, (4, 53))
    assert board.enlarged.grid.title == "W at (4, 53)"


def test_that_a_large_matrix_comes_in_pages(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_VALUES", 20 * 36)
    page, trace = opened(qtbot, new_layer("conv2d", filters=6, kernel_size=3),
                         new_layer("conv2d", filters=5, kernel_size=3, padding=1), layer=1)  # fmt: skip
    board = page.board
    page.show_term(Term())
    assert page.pager.label.text() == "1 / 3" and values(board.values).shape == (20, 36)
    QTest.mouseClick(page.pager.on_button, Qt.MouseButton.LeftButton)
    assert page.pager.label.text() == "2 / 3" and page.term == Term(0, 2, 0, 2)
    assert values(board.weights).tolist() == trace.parameters["weight"].reshape(5, -1)[:, 20:40].tolist()
    point_at(board.values, (19, 35))
    assert page.term == Term(0, 4, 1, 0, 5, 5) and board.values.lit == (19, 35)
    QTest.keyClick(board.values, Qt.Key.Key_Down)
    assert page.term == Term(0, 4, 1, 1, 5, 5) and page.pager.label.text() == "3 / 3"
    assert values(board.values).shape == (14, 36) and board.values.lit == (0, 35)
    page.ways.setCurrentIndex(LOWERING)
    assert not page.pager.isVisible()


def told(page: MatrixPage) -> list[list[str]]:
    return [[name.text(), sum_.whole_text, *(each.text() for each in rest)] for name, sum_, *rest in page.costs.cells]


def test_that_sizes_come_with_their_arithmetic_and_why_one_is_smaller(qtbot: QtBot) -> None:
    document = document_of(new_layer("conv2d", filters=6, kernel_size=5), *END, size=28)
    page = shown(qtbot, MatrixPage, frame_of(document, 0))
    assert told(page)[1:] == [
        ["input", "1 · 28 · 28 = C · H · W", "784", "3.1 KiB", "1.0 ×"],
        ["im2col", "1 · 5 · 5 · 24 · 24 = C · KH · KW · OH · OW", "14,400", "56.2 KiB", "18.4 ×"],
        ["row lowering", "28 · 1 · 5 · 24 = rows · C · KW · OW", "3,360", "13.1 KiB", "4.3 ×"],
    ]
    (text,) = page.saving.texts
    assert text.startswith(
        "Row lowering takes 4.3 times less room: neighbouring output rows share 5 − 1 = 4 of their 5"
    )
    assert text.endswith(
        "With only 6 filters the matrix product would be too flat to be fast: the engine computes 2 output rows in one."
    )


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (
            {"kernel_size": 2, "stride": 2},
            "Both take the same room: no two output rows read the same row of the input.",
        ),
        ({"kernel_size": 2, "dilation": 2}, "Both take the same room: the kernel's rows are 2 apart, so each row is"),
        ({"kernel_size": 1, "stride": 3}, "Row lowering takes 2.3 times more room: with stride 3 over 1 kernel rows"),
    ],
)
def test_that_it_is_told_where_nothing_is_saved(qtbot: QtBot, how: dict[str, int], reason: str) -> None:
    page, _ = opened(qtbot, new_layer("conv2d", filters=9, **how))
    assert page.saving.texts[0].startswith(reason)
    columns, lowered = (int(line[2].replace(",", "")) for line in told(page)[2:])
    page.ways.setCurrentIndex(LOWERING)
    assert values(page.board.values).size == lowered
    assert (lowered > columns) == ("more" in reason)


def test_the_worked_example(qtbot: QtBot) -> None:
    document = document_of(new_layer("conv2d", filters=1, kernel_size=2, bias=False), *END, size=4)
    assert document.model is not None
    document.model.layers[0].parameters["weight"][...] = [[[[6, 0], [-7, -1]]]]
    image = np.array([[[1, -2, -9, 6], [5, 8, 7, 9], [-6, 2, 0, -1], [-3, 4, -1, 0]]], np.float32)
    page = shown(qtbot, MatrixPage, frame_of(document, 0, image=image))
    assert values(page.board.values)[:, 0].tolist() == [1, -2, 5, 8]
    assert values(page.board.values)[:, -1].tolist() == [0, -1, -1, 0]
    assert values(page.board.weights).tolist() == [[6, 0, -7, -1]]
    assert values(page.board.output).tolist() == [[-37, -75, -112, 70, 34, 43, -19, -15, 7]]
    point_at(page.board.values, (2, 0))
    assert page.lines.texts[2] == (
        "Output 0 at (0, 0) = sum of 4 products = −37; the highlighted product, input 0 (1, 0) × "
        "kernel cell (1, 0): 5 × (−7) = −35. "
    )


def test_that_a_smaller_layer_takes_the_light_within_its_bounds(qtbot: QtBot) -> None:
    document = document_of(new_layer("conv2d", filters=4, kernel_size=3), STRIDED, *END)
    page = shown(qtbot, MatrixPage, frame_of(document, 0))
    page.show_term(Term(3, 0, 2, 2, 5, 5))
    page.show_frame(frame_of(document, 1))
    assert page.term == Term(1, 0, 2, 1, 2, 5)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_any_numbers_and_sizes_are_painted_in_both_schemes(
    qapp: QApplication, qtbot: QtBot, scheme: theme.Tokens
) -> None:
    theme.apply(qapp, scheme)
    document: Document = document_of(new_layer("conv2d", filters=4, kernel_size=3), STRIDED, *END)
    assert document.model is not None
    page = shown(qtbot, MatrixPage, frame_of(document, 1))
    for weights in (document.model.parameters.flat * 0, document.model.parameters.flat * np.nan):
        document.set_weights(weights)
        page.show_frame(frame_of(document, 1))
        for way in (IM2COL, LOWERING):
            page.ways.setCurrentIndex(way)
            for size in ((420, 470), (900, 700)):
                page.resize(*size)
                assert page.grab().toImage().pixelColor(QPoint(1, size[1] - 1)).name().upper() == scheme.window
    theme.apply(qapp, theme.LIGHT)


def test_that_every_control_has_a_name(simple: tuple[MatrixPage, LayerTrace]) -> None:
    page, board = simple[0], simple[0].board
    for part in (page.ways, page.group, page.channel, board.weights, board.values, board.output, board.source):
        assert part.accessibleName()
