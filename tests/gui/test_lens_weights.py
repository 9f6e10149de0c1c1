"""The weights of a layer in the microscope: values, gradient and last update, and what stands out among them."""

import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.sample import Sample
from cnn_gui.lens.views.weights import GRADIENT, UPDATE, VALUE, WeightsView
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.histogram import HistogramView
from engine.architecture import new_layer
from engine.layer import Array
from engine.trainer import Trainer
from tests.helpers import lens

CONV, RELU, NORM, DENSE = 0, 1, 2, 4


@pytest.fixture
def document(qapp: object) -> Document:
    return lens.document_of(
        new_layer("conv2d", filters=5, kernel_size=3), new_layer("relu"), new_layer("batch_norm"),
        new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax"),
    )  # fmt: skip


def shown(qtbot: QtBot, document: Document, layer: int = CONV) -> WeightsView:
    return lens.shown(qtbot, WeightsView, lens.frame_of(document, layer))


def choose(qtbot: QtBot, view: WeightsView, mode: int) -> None:
    qtbot.mouseClick(view.modes, Qt.MouseButton.LeftButton, pos=view.modes.tabRect(mode).center())


def painted(view: WeightsView) -> Array:
    """Return the values of the mosaic, one after the other."""
    assert view.mosaic.canvas.tiles is not None
    return view.mosaic.canvas.tiles.values.ravel()


def text(view: WeightsView) -> str:
    return re.sub("<[^>]*>", " ", view.findings.text()).replace("  ", " ")


@pytest.mark.parametrize("layer", [CONV, NORM, DENSE])
def test_that_value_gradient_and_last_update_are_a_click_apart(qtbot: QtBot, document: Document, layer: int) -> None:
    view, frame = shown(qtbot, document, layer), lens.frame_of(document, layer)
    trace = frame.layer_trace
    assert trace is not None
    names = ["scale", "shift"] if layer == NORM else ["weight"]
    for mode, arrays, colours in (
        (VALUE, trace.parameters, ColorMap.WEIGHTS),
        (GRADIENT, trace.gradients, ColorMap.GRADIENTS),
    ):
        choose(qtbot, view, mode)
        assert view.mosaic.colormap is colours
        np.testing.assert_allclose(painted(view), np.concatenate([arrays[n].ravel() for n in names]), rtol=1e-6)
    choose(qtbot, view, UPDATE)
    assert view.mosaic.canvas.tiles is None and view.histogram.isHidden()


def test_that_the_last_update_is_that_of_the_run(qtbot: QtBot, document: Document) -> None:
    assert document.model is not None and document.data.dataset is not None
    trainer = Trainer(document.model, document.data.dataset, replace(document.settings, batch_size=16), 1)
    view = shown(qtbot, document)
    choose(qtbot, view, UPDATE)
    assert document.watch.wants_update
    before = document.model.parameters.layers[CONV]["weight"].copy()
    next(trainer.run())
    document.set_weights(document.model.parameters.flat.copy(), trainer.last_update())
    view.show_frame(lens.frame_of(document, CONV))
    after = document.model.parameters.layers[CONV]["weight"]
    assert painted(view).any() and (painted(view) == (after - before).ravel()).all()
    view.hide()
    assert not document.watch.wants_update


def test_the_figures_of_all_values_and_of_one_filter(qtbot: QtBot, document: Document) -> None:
    assert document.model is not None
    weight = document.model.parameters.layers[CONV]["weight"]
    weight[2] = 0
    weight[2, 0, 0, 0] = 9
    view = shown(qtbot, document)
    assert view.histogram.readout == "all values (50)" and "exactly 0: 16 %" in view.figures.text()
    view.mosaic.canvas.setFocus()
    for _ in range(3):
        qtbot.keyClick(view.mosaic.canvas, Qt.Key.Key_Right)
    assert view.histogram.readout == "filter 2 (9)"
    assert view.figures.text() == "mean 1 · standard deviation 2.83 · exactly 0: 88.9 %"
    assert view.histogram.bins is not None
    counts = view.histogram.bins.counts
    assert (int(counts.sum()), int(counts[20]), int(counts[-1])) == (9, 8, 0 if view.histogram.bins.limit > 9.3 else 1)
    assert view.step_back() and not view.step_back()
    assert view.histogram.readout == "all values (50)"


def test_that_a_bar_is_read_under_the_mouse(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document)
    histogram = view.histogram
    assert isinstance(histogram, HistogramView) and histogram.bins is not None
    place = int(histogram.bins.counts.argmax())
    lens.move(histogram, histogram.bar(place).center())
    low, high = histogram.bins.ends(place)
    told = [float(part.replace("−", "-")) for part in re.findall(r"−?[\d.e−]+", histogram.readout)]
    assert told == pytest.approx([low, high, histogram.bins.counts[place]], rel=0.01)


def test_that_silent_filters_are_told_marked_and_a_click_away(qtbot: QtBot, document: Document) -> None:
    assert document.model is not None
    document.model.parameters.layers[CONV]["bias"][...] = 0, -100, 1, 1, -100
    view = shown(qtbot, document)
    assert text(view).startswith(
        "Silent (dashed): filter 1 , 4 of 5; behind ReLU 1 it is 0 at all 36 positions, for test"
    )
    rings, _ = view.mosaic.canvas.marked
    assert [ring.tiles.start for ring in rings if ring.dashed] == [1, 4]
    view.findings.linkActivated.emit("4")
    assert view.mosaic.canvas.selected == 4 and view.histogram.readout == "filter 4 (9)"


def test_that_a_filter_that_answers_another_image_is_silent_no_more(qtbot: QtBot, document: Document) -> None:
    assert document.model is not None
    layer = document.model.parameters.layers[CONV]
    layer["weight"][...], layer["bias"][...] = 1, (1, -100, -4, 1, 1)
    dark, bright = np.zeros((1, 8, 8), np.float32), np.ones((1, 8, 8), np.float32)
    view = lens.shown(qtbot, WeightsView, lens.frame_of(document, CONV, image=dark))
    assert "filter 1 , 2 of 5" in text(view)
    document.select(document.architecture.layers[CONV].uid)
    view.show_frame(Frame(document, Sample(bright, "another", 1), 0))
    assert "filter 1 of 5" in text(view) and "for each of the 2 samples seen with these weights" in text(view)
    view.show_frame(Frame(document, Sample(dark, "the same", 1), 7))  # another step: what was seen counts no more
    assert "filter 1 , 2 of 5" in text(view) and "for the same" in text(view)


def test_that_nearly_equal_filters_are_told_and_framed(qtbot: QtBot, document: Document) -> None:
    assert document.model is not None
    weight = document.model.parameters.layers[CONV]["weight"]
    weight[...] = np.eye(5, 9).reshape(5, 1, 3, 3)
    weight[3] = 2 * weight[0]
    view = shown(qtbot, document)
    assert "Nearly the same (framed), by the cosine of their weights, at least 0.95: filter 0 and 3 (1)." in text(view)
    rings, _ = view.mosaic.canvas.marked
    assert [ring.tiles for ring in rings if not ring.dashed] == [range(1), range(3, 4)]
    weight[3] = -weight[3]
    view.show_frame(lens.frame_of(document, CONV))
    assert "No two filters are nearly the same: the cosine of any two is below 0.95" in text(view)


def test_that_a_unit_of_a_dense_layer_is_a_row(qtbot: QtBot, document: Document) -> None:
    assert document.model is not None
    weight = document.model.parameters.layers[DENSE]["weight"]
    weight[1] = 3 * weight[0]
    view = shown(qtbot, document, DENSE)
    inputs = weight.shape[1]
    assert "unit 0 and 1 (1)" in text(view)
    view.findings.linkActivated.emit("1")
    assert view.mosaic.canvas.selected == inputs and view.histogram.readout == f"unit 1 ({inputs})"
    rings, _ = view.mosaic.canvas.marked
    assert [ring.tiles for ring in rings] == [range(inputs), range(inputs, 2 * inputs)]


def test_that_a_batch_norm_has_no_filters_to_compare(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document, NORM)
    assert view.findings.isHidden() and view.mosaic.canvas.marked == ((), None)
