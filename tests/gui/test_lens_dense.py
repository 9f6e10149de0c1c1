"""The products that make a unit of a dense layer."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.kernels import KernelsView
from cnn_gui.lens.views.dense import DenseView
from cnn_gui.lens.views.weights import WeightsView
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.text import number
from cnn_gui.plots.tiles import Kernels, Matrix
from engine.architecture import LayerSpec, new_layer
from engine.layer import Array
from tests.helpers.lens import document_of, frame_of, move, point_at_row, shown
from tests.helpers.sums import assert_adds_up

LAYERS = (
    new_layer("conv2d", filters=3, kernel_size=3), new_layer("pool2d"), new_layer("flatten"), new_layer("relu"),
    new_layer("dense", units=5), new_layer("relu"), new_layer("dense", units=2), new_layer("softmax"),
)  # fmt: skip
HIDDEN, LOGITS = 4, 6


def frame(layer: int, layers: tuple[LayerSpec, ...] = LAYERS) -> Frame:
    return frame_of(document_of(*layers), layer)


def column(table: BarTable, title: str) -> Array:
    return next(each.values for each in table.columns if each.title == title)


def choose(view: DenseView, unit: int) -> None:
    page = view.units.canvas.drawn()
    assert page is not None
    place = page.geometry.place_of(unit)
    assert place is not None
    QTest.mouseClick(
        view.units.canvas, Qt.MouseButton.LeftButton, pos=page.geometry.tile_rect(*place).center().toPoint()
    )


def n(value: float) -> str:
    return number(float(value), 3)


def b(value: float) -> str:
    return f"({n(value)})" if value < 0 else n(value)


def result(view: DenseView) -> float:
    """Return the unit's output as the first line tells it."""
    assert_adds_up(view.lines.texts[0])
    return float(view.lines.texts[0].rsplit(" = ", 1)[1].replace("−", "-"))


def test_that_the_products_of_a_unit_stand_largest_first_and_add_up(qtbot: QtBot) -> None:
    of = frame(HIDDEN)
    view, layer = shown(qtbot, DenseView, of), of.layer_trace
    assert layer is not None
    unit = (int(np.argmax(layer.output)) + 1) % 5
    choose(view, unit)
    weight, bias = layer.parameters["weight"][unit], layer.parameters["bias"][unit]
    products = weight * layer.input
    shown_products = column(view.table, "product")
    assert sorted(shown_products) == pytest.approx(sorted(products))
    assert (np.diff(np.abs(shown_products)) <= 0).all()
    assert column(view.table, "value") * column(view.table, "weight") == pytest.approx(shown_products)
    assert column(view.table, "cumulative sum")[-1] + bias == pytest.approx(layer.output[unit])
    assert view.lines.texts[0].startswith(f"unit {unit} = sum of 27 products + bias = ")
    told = [float(each) for each in assert_adds_up(view.lines.texts[0])]
    assert told == pytest.approx([sum(products), bias], abs=0.011)
    counts = (products > 0).sum(), (products < 0).sum(), (products == 0).sum()
    assert view.lines.texts[1].startswith(f"{counts[0]} inputs raise it and {counts[1]} lower it: ")
    up, down = (float(each) for each in assert_adds_up(f"it = {view.lines.texts[1].split('it: ')[1].split(';')[0]}"))
    assert [up, down] == pytest.approx([products[products > 0].sum(), products[products < 0].sum()], abs=0.011)
    assert up + down == pytest.approx(told[0], abs=1e-9)


def test_that_an_input_is_called_by_its_place_in_the_maps(qtbot: QtBot) -> None:
    of = frame(HIDDEN)
    view, layer = shown(qtbot, DenseView, of), of.layer_trace
    assert layer is not None
    unit = int(np.argmax(layer.output))
    products = layer.parameters["weight"][unit] * layer.input
    first = int(np.argmax(np.abs(products)))
    point_at_row(view.table, 0)
    at = np.unravel_index(first, (3, 3, 3))
    value, weight = layer.input[first], layer.parameters["weight"][unit, first]
    name = f"channel {at[0]}, row {at[1]}, column {at[2]}"
    assert view.table.columns[0].written(0) == name
    assert view.lines.texts[2] == f"{name}: value × weight = {n(value)} × {b(weight)} = {n(products[first])}"
    move(view, view.lines.geometry().center().toPointF())
    assert len(view.lines.texts) == 2


def test_that_the_logits_are_called_by_their_classes_and_begin_with_the_true_one(qtbot: QtBot) -> None:
    of = frame(LOGITS)
    view, layer = shown(qtbot, DenseView, of), of.layer_trace
    assert layer is not None and view.units.canvas.tiles is not None
    assert view.units.canvas.tiles.names == ("0", "1")
    assert view.lines.texts[0].startswith("class 1 = sum of 5 products") and view.units.canvas.selected == 1
    choose(view, 0)
    assert view.lines.texts[0].startswith("class 0 = ")
    assert result(view) == pytest.approx(layer.output[0], abs=0.001)
    assert view.table.columns[0].written(0).startswith("input ")


def test_that_the_chosen_unit_stays_with_newer_weights_and_another_layer_begins_anew(qtbot: QtBot) -> None:
    document = document_of(*LAYERS)
    view = shown(qtbot, DenseView, frame_of(document, HIDDEN))
    choose(view, 3)
    assert document.model is not None
    document.set_weights(document.model.parameters.flat * 2)
    newer = frame_of(document, HIDDEN)
    view.show_frame(newer)
    assert newer.layer_trace is not None
    assert view.unit == 3 and result(view) == pytest.approx(newer.layer_trace.output[3], abs=0.001)
    view.show_frame(frame_of(document, LOGITS))
    assert view.unit == 1


def test_that_thousands_of_inputs_are_scrolled_through(qtbot: QtBot) -> None:
    layers = new_layer("conv2d", filters=40, kernel_size=1), *LAYERS[2:]
    of = frame(3, layers)
    view = shown(qtbot, DenseView, of)
    assert view.table.rows == 2560
    bar = view.table.verticalScrollBar()
    bar.setValue(bar.maximum())
    point_at_row(view.table, 2559)
    assert view.table.spot == 2559 and len(view.lines.texts) == 3
    assert not view.table.grab().isNull()


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_it_is_painted_at_any_size(qapp: QApplication, qtbot: QtBot, scheme: theme.Tokens) -> None:
    theme.apply(qapp, scheme)
    view = shown(qtbot, DenseView, frame(HIDDEN))
    for width, height in ((400, 520), (900, 800), (200, 300)):
        view.resize(width, height)
        assert not view.grab().isNull()
    theme.apply(qapp, theme.LIGHT)


@pytest.mark.parametrize(("layer", "place"), [(HIDDEN, ": channel 1, row 2, column 0"), (LOGITS, "")])
def test_that_a_weight_says_where_in_the_maps_its_input_lies(qtbot: QtBot, layer: int, place: str) -> None:
    of, unit, position = frame(layer), 1, 15 if place else 3
    inputs = of.parameters["weight"].shape[1]
    for view in (shown(qtbot, WeightsView, of), KernelsView()):
        qtbot.addWidget(view)
        view.show_frame(of)
        view.mosaic.canvas.point_at(Spot(unit * inputs + position, 0, 0))
        assert view.mosaic.readout[0] == f"unit {unit}, input {position}{place}"


def test_that_the_axes_of_the_weights_are_named() -> None:
    assert Matrix(np.ones((3, 4))).axes == ("unit", "input")
    assert Kernels(np.ones((3, 4, 2, 2))).axes == ("filter", "channel") and not Kernels(np.ones((3, 1, 2, 2))).axes
