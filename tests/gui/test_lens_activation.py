"""An activation's curve, and the sample's values on it."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.views.activation import ActivationView
from cnn_gui.plots.count_strip import bars
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.text import number
from engine.architecture import new_layer
from engine.layer import Array
from tests.helpers.lens import document_of, frame_of, move, point_at_spot, shown

TRUE = {
    "relu": lambda x: np.maximum(x, 0), "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x), "tanh": np.tanh,
    "scaled_tanh": lambda x: 1.7159 * np.tanh(2 * x / 3), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "identity": lambda x: x,
    "gelu": lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2,
}  # fmt: skip


def activated(name: str, filters: int = 3, image: Array | None = None) -> Frame:
    layers = new_layer("conv2d", filters=filters, kernel_size=3), new_layer(name), new_layer("flatten")
    return frame_of(document_of(*layers, new_layer("dense", units=2), new_layer("softmax")), 1, image=image)


def n(value: float) -> str:
    return number(float(value), 3)


@pytest.mark.parametrize("name", TRUE)
def test_that_the_curve_is_that_of_the_function_and_the_slope_its_derivative(qtbot: QtBot, name: str) -> None:
    view = shown(qtbot, ActivationView, activated(name))
    x, function = view.curve.x, TRUE[name]
    assert x[0] <= -4 and x[-1] >= 4 and (x == 0).any()
    assert view.curve.y == pytest.approx(function(x))
    away = np.abs(x) > 1e-3  # from the corner that some have
    slope = (function(x + 1e-6) - function(x - 1e-6)) / 2e-6
    assert view.slope.y[away] == pytest.approx(slope[away], abs=1e-6)
    assert view.curve.counts.sum() == 3 * 36  # every value is somewhere in the histogram


def test_that_pointing_at_either_curve_reads_both(qtbot: QtBot) -> None:
    view = shown(qtbot, ActivationView, activated("tanh"))
    for plot in (view.curve, view.slope):
        move(plot, plot.to_screen(1.0, 0.0))
        assert view.curve.cursor is not None and view.slope.cursor is not None
        x, y = view.curve.cursor
        assert abs(x - 1) < 0.05 and y == pytest.approx(np.tanh(x))
        assert view.slope.cursor == (x, pytest.approx(1 - np.tanh(x) ** 2))
        assert view.lines.texts[0] == f"x = {n(x)}: y = {n(y)}, slope y' = {n(1 - y * y)}"
        move(view, view.lines.geometry().center().toPointF())
        assert view.curve.cursor is None and view.lines.texts[0] == "Squeezes values between -1 and 1: y = tanh(x)."


def test_that_a_value_of_a_map_is_found_on_the_curve_and_in_the_other_map(qtbot: QtBot) -> None:
    of = activated("scaled_tanh")
    view, layer = shown(qtbot, ActivationView, of), of.layer_trace
    assert layer is not None
    place = (2, 3, 1)
    for mosaic, other in (view.maps.views, view.maps.views[::-1]):
        point_at_spot(mosaic, Spot(*place))
        x, y = layer.input[place], layer.output[place]
        assert view.curve.cursor == (x, pytest.approx(y)) and other.canvas.spot == Spot(*place)
        slope = layer.grad_input[place] / layer.grad_output[place]
        told = f"{n(layer.grad_output[place])} × {n(slope)} = {n(layer.grad_input[place])}"
        assert view.lines.texts[1] == f"channel 2, row 3, column 1: dC/dX = dC/dO × y' = {told}"
    assert view.maps.views[1].readout == ("channel 2, row 3, column 1", number(float(np.float32(y))))


def test_that_values_on_the_flat_part_are_counted_and_the_part_is_shaded(qtbot: QtBot) -> None:
    of = activated("relu")
    view, layer = shown(qtbot, ActivationView, of), of.layer_trace
    assert layer is not None
    flat = int((layer.input <= 0).sum())
    told = f"{flat} of 108 values ({100 * flat / 108:.1f} %) lie on the flat part, where the slope is below 0.01."
    assert 0 < flat < 108 and view.lines.texts[-1] == told
    assert (view.curve.shaded == (view.curve.x <= 0)).all()


def test_that_the_histogram_has_a_strip_of_its_own_below_the_curve(qtbot: QtBot) -> None:
    view = shown(qtbot, ActivationView, activated("relu"))
    curve, strip = view.curve.area, view.curve.strip
    assert curve.bottom() < strip.top() and view.curve.rect().toRectF().contains(strip)
    assert (curve.left(), curve.width()) == (strip.left(), strip.width())  # one axis for both
    found = bars(strip, view.curve.counts)
    assert all(strip.contains(bar) for bar in found if bar.height())
    heights = np.array([bar.height() for bar in found])
    assert heights == pytest.approx(view.curve.counts / view.curve.counts.max() * strip.height())
    assert all(curve.contains(view.curve.to_screen(x, y)) for x, y in zip(view.curve.x, view.curve.y, strict=True))


def test_that_a_plot_without_counts_has_no_strip(qtbot: QtBot) -> None:
    view = shown(qtbot, ActivationView, activated("relu"))
    assert view.slope.strip.height() == 0 and view.slope.area.bottom() == view.slope.strip.bottom()


def test_that_large_values_widen_the_curve(qtbot: QtBot) -> None:
    of = activated("sigmoid", image=np.full((1, 8, 8), 500, np.float32))
    view, layer = shown(qtbot, ActivationView, of), of.layer_trace
    assert layer is not None
    assert view.curve.x[-1] >= np.abs(layer.input).max() > 4 and view.curve.counts.sum() == 108


def test_that_the_pages_of_both_maps_turn_together(qtbot: QtBot) -> None:
    view = shown(qtbot, ActivationView, activated("relu", filters=512), 200, 400)
    first, second = (each.canvas for each in view.maps.views)
    for canvas in (first, second):
        assert canvas.drawn() is not None
    assert first.pages is not None and first.pages.number > 1
    view.maps.views[1].pager.on_button.click()
    assert first.page == second.page == 1
    view.maps.views[0].pager.back_button.click()
    assert first.page == second.page == 0


def test_that_plain_values_are_shown_as_a_vector(qtbot: QtBot) -> None:
    layers = new_layer("flatten"), new_layer("dense", units=7), new_layer("gelu"), new_layer("dense", units=2)
    of = frame_of(document_of(*layers, new_layer("softmax")), 2)
    view, layer = shown(qtbot, ActivationView, of), of.layer_trace
    assert layer is not None
    point_at_spot(view.maps.views[0], Spot(4, 0, 0))
    assert view.curve.cursor == (layer.input[4], pytest.approx(layer.output[4]))


def test_that_maps_of_one_pixel_are_read_like_others(qtbot: QtBot) -> None:
    layers = new_layer("conv2d", filters=4, kernel_size=8), new_layer("tanh"), new_layer("flatten")
    of = frame_of(document_of(*layers, new_layer("dense", units=2), new_layer("softmax")), 1)
    view, layer = shown(qtbot, ActivationView, of), of.layer_trace
    assert layer is not None
    point_at_spot(view.maps.views[0], Spot(3, 0, 0))
    assert view.maps.index() == (3, 0, 0)
    assert view.curve.cursor == (layer.input[3, 0, 0], pytest.approx(layer.output[3, 0, 0]))


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_it_is_painted_at_any_size(qapp: QApplication, qtbot: QtBot, scheme: theme.Tokens) -> None:
    theme.apply(qapp, scheme)
    view = shown(qtbot, ActivationView, activated("gelu"))
    move(view.curve, view.curve.to_screen(1.0, 0.0))
    for width, height in ((400, 520), (900, 800), (200, 300)):
        view.resize(width, height)
        assert not view.grab().isNull()
    theme.apply(qapp, theme.LIGHT)
