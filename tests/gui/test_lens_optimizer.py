"""One weight under observation in the microscope: picked, followed through real steps, told as an equation."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.views.optimizer import OptimizerView
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.mosaic_geometry import Spot
from engine import optimizers
from engine.architecture import new_layer
from engine.trainer import StepResult, Trainer
from tests.helpers import lens
from tests.helpers.window import open_tiny_window

CONV, NORM, DENSE = 0, 1, 4


@pytest.fixture
def document(qapp: object) -> Document:
    return lens.document_of(
        new_layer("conv2d", filters=3, kernel_size=3), new_layer("batch_norm"), new_layer("relu"),
        new_layer("flatten"), new_layer("dense", units=6), new_layer("dense", units=2), new_layer("softmax"),
    )  # fmt: skip


def shown(qtbot: QtBot, document: Document, layer: int = CONV, width: int = 580) -> OptimizerView:
    return lens.shown(qtbot, OptimizerView, lens.frame_of(document, layer), width)


def train(document: Document, view: OptimizerView, layer: int = CONV, steps: int = 5, **settings: object) -> None:
    """Do some steps of a real run on the document's network, and show the frame after them."""
    model, dataset = document.model, document.data.dataset
    assert model is not None and dataset is not None
    document.set_settings(replace(document.settings, batch_size=16, **settings))
    document.watch.begin(model, document.settings, document.history.steps)
    trainer = Trainer(model, dataset, document.settings, 1, document.history, document.watch)
    for event in trainer.run():
        if isinstance(event, StepResult) and event.step == steps:
            break
    view.show_frame(lens.frame_of(document, layer))


def click(qtbot: QtBot, canvas: MosaicCanvas, spot: Spot) -> None:
    page = canvas.drawn()
    assert page is not None
    place = page.geometry.cell_rect(spot)
    assert place is not None
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place.center().toPoint())


def watched(document: Document) -> tuple[str, tuple[int, ...]]:
    record = document.watch.record
    assert record is not None
    return record.weight.name, record.weight.place


def number_in(text: str) -> float:
    return float(text.replace("−", "-"))


def test_that_before_anything_it_watches_the_strongest_weight_and_says_what_will_be_seen(
    qtbot: QtBot, document: Document
) -> None:
    view = shown(qtbot, document)
    assert view.heading.whole_text == "Press Step or Train: each step of Adam fills in these numbers."
    weight = document.model.layers[CONV].parameters["weight"]
    name, place = watched(document)
    assert name == "weight" and abs(weight[place]) == np.abs(weight).max()
    assert view.calculation.rows[0].equation == "m ← β₁ · m + (1 − β₁) · g"
    assert not any(row.numbers for row in view.calculation.rows)
    assert [trend.trend.symbol for trend in view.trends if trend.trend] == ["w", "g", "m", "v", "step", "η"]
    assert all(trend.readout == "" for trend in view.trends) and not any(t.isVisible() for t in view.trends)
    assert view.hint.isVisible()
    click(qtbot, view.picker.mosaic.canvas, Spot(1, 0, 2))
    assert view.heading.whole_text == "Press Step or Train: each step of Adam fills in these numbers."


@pytest.mark.parametrize(
    ("layer", "spot", "weight"),
    [
        (CONV, Spot(2, 1, 0), ("weight", (2, 0, 1, 0))),
        (NORM, Spot(1, 0, 0), ("scale", (1,))),
        (NORM, Spot(5, 0, 0), ("shift", (2,))),
        (5, Spot(7, 0, 0), ("weight", (1, 1))),
    ],
)
def test_that_a_click_picks_and_marks(
    qtbot: QtBot, document: Document, layer: int, spot: Spot, weight: tuple[str, tuple[int, ...]]
) -> None:
    view = shown(qtbot, document, layer)
    click(qtbot, view.picker.mosaic.canvas, spot)
    assert watched(document) == view.chooser.weight == weight
    assert view.picker.mosaic.canvas.marked == ((), spot)


def test_that_a_bias_is_picked_in_its_strip(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document)
    click(qtbot, view.picker.mosaic.strip, Spot(2, 0, 0))
    assert watched(document) == view.chooser.weight == ("bias", (2,))
    assert view.picker.mosaic.strip.marked[1] == Spot(2, 0, 0) and view.picker.mosaic.canvas.marked[1] is None


def test_that_a_place_can_be_typed(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document)
    filter_, _, row, column = view.chooser.axes
    qtbot.keyClick(filter_, Qt.Key.Key_Return)
    assert watched(document) == view.chooser.weight
    for box, value in ((filter_, "1"), (row, "2"), (column, "1")):
        box.selectAll()
        qtbot.keyClicks(box, value)
    assert watched(document) == ("weight", (1, 0, 2, 1))
    assert view.picker.mosaic.canvas.marked[1] == Spot(1, 2, 1)


def test_that_of_a_large_layer_one_unit_is_shown_at_a_time(qtbot: QtBot, document: Document) -> None:
    assert document.model is not None
    view, weight = shown(qtbot, document, DENSE), document.model.parameters.layers[DENSE]["weight"]
    unit = view.chooser.axes[0]
    unit.setValue(4)
    tiles = view.picker.mosaic.canvas.tiles
    assert weight.size > 600 and tiles is not None and (tiles.values.ravel() == weight[4]).all()
    click(qtbot, view.picker.mosaic.canvas, Spot(50, 0, 0))
    assert watched(document) == ("weight", (4, 50))
    assert view.picker.mosaic.canvas.marked[1] == Spot(50, 0, 0)
    view.chooser.array.setCurrentText("bias")
    view.chooser.array.activated.emit(1)
    tiles = view.picker.mosaic.canvas.tiles
    assert watched(document) == ("bias", (0,)) and tiles is not None and len(tiles.values) == 6
    click(qtbot, view.picker.mosaic.canvas, Spot(3, 0, 0))
    assert watched(document) == ("bias", (3,))


@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_curves_and_equation_are_those_of_the_real_steps(qtbot: QtBot, document: Document, name: str) -> None:
    view = shown(qtbot, document)
    click(qtbot, view.picker.mosaic.canvas, Spot(1, 1, 1))
    train(document, view, optimizer=name, weight_decay=0.01, clip_norm=0.2)
    record = document.watch.record
    assert record is not None and record.latest is not None and document.model is not None
    now = float(document.model.parameters.layers[CONV]["weight"][1, 0, 1, 1])
    assert record.latest.updated == now
    trends = {view.trend.symbol: view.trend for view in view.trends if view.trend is not None and view.isVisible()}
    assert trends["w"].values[-1] == now and trends["w"].steps.tolist() == [1, 2, 3, 4, 5]
    assert np.allclose(-np.diff(trends["w"].values), trends["step"].values[1:])
    assert set(trends) == {"w", "g", "step", "η", *optimizers.BY_NAME[name].scales(document.settings)}
    assert view.heading.whole_text.startswith(f"{name}, step 5, t = 5: w ")
    last = view.calculation.rows[-1]
    assert last.name == "w ←" and number_in(last.result) == pytest.approx(now, rel=1e-5)


def test_that_pointing_at_a_curve_tells_that_step(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document)
    click(qtbot, view.picker.mosaic.canvas, Spot(0, 0, 0))
    train(document, view)
    record = document.watch.record
    assert record is not None
    gradient = view.trends[1]
    QTest.mouseMove(gradient, gradient.position(1).toPoint())
    row = record.row(record.rows()[1])
    assert view.heading.whole_text.startswith("Adam, step 2, t = 2: w ")
    assert number_in(gradient.readout) == pytest.approx(row.gradient, rel=0.01)
    assert number_in(view.trends[0].readout) == pytest.approx(row.updated, rel=0.01)
    train(document, view, steps=2)  # the step under the mouse stays while a run goes on
    assert view.heading.whole_text.startswith("Adam, step 2, t = 2: w ") and len(record.rows()) == 7
    QApplication.sendEvent(gradient, QEvent(QEvent.Type.Leave))
    assert view.heading.whole_text.startswith("Adam, step 7, t = 2: w ")


def test_that_another_layer_has_no_record_of_this_one(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document)
    click(qtbot, view.picker.mosaic.canvas, Spot(0, 0, 0))
    train(document, view)
    view.show_frame(lens.frame_of(document, DENSE))
    assert view.record is None and view.picker.mosaic.canvas.marked[1] is None
    assert view.heading.whole_text.startswith("Click a weight")
    view.show_frame(lens.frame_of(document, CONV))
    assert view.heading.whole_text.startswith("Adam, step 5")


def test_that_a_weight_that_was_edited_away_is_watched_no_more(qtbot: QtBot, document: Document) -> None:
    view, spec = shown(qtbot, document), document.architecture.layers[CONV]
    click(qtbot, view.picker.mosaic.canvas, Spot(2, 1, 1))
    train(document, view)
    document.configure(spec.uid, replace(spec.config, filters=2))
    view.show_frame(lens.frame_of(document, CONV))
    assert view.record is None and view.picker.mosaic.canvas.marked[1] is None
    document.undo_stack.undo()
    view.show_frame(lens.frame_of(document, CONV))
    assert view.record is not None and view.picker.mosaic.canvas.marked[1] == Spot(2, 1, 1)


def test_that_a_narrow_window_has_the_numbers_alone(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document, width=400)
    click(qtbot, view.picker.mosaic.canvas, Spot(0, 0, 0))
    train(document, view)
    row = view.calculation.rows[0]
    assert row.short.startswith("m ← 0.9 · ") and "β₁" not in row.short
    assert row.formula in view.calculation.toolTip() and "η: learning rate" in view.calculation.toolTip()


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


def test_the_whole_way_with_step_and_stop(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    document.select(document.architecture.layers[CONV].uid)
    window.canvas.opened.emit()
    window.lens.refresh()
    window.microscope.look_through(OptimizerView)
    qtbot.waitUntil(lambda: isinstance(window.microscope.view, OptimizerView))
    view = window.microscope.view
    assert isinstance(view, OptimizerView)
    QApplication.processEvents()
    window.lens.refresh()
    for part in (view.trends[0], view.calculation):
        qtbot.mouseClick(part, Qt.MouseButton.LeftButton)
        assert window.microscope.isVisible()  # a click on empty space would go back to the network
    click(qtbot, view.picker.mosaic.canvas, Spot(1, 1, 2))
    for step in (1, 2):
        window.controller.step()
        qtbot.waitUntil(lambda step=step: view.heading.whole_text.startswith(f"Adam, step {step},"))
    window.controller.stop()
    qtbot.waitUntil(lambda: not window.controller.busy)
    window.lens.refresh()
    assert view.heading.whole_text.startswith("Adam, step 2,") and document.model is not None
    now = document.model.parameters.layers[CONV]["weight"][1, 0, 1, 2]
    assert number_in(view.calculation.rows[-1].result) == pytest.approx(now, rel=1e-5)


def test_that_while_a_run_goes_on_the_equation_is_that_of_the_step_on_show(qtbot: QtBot, document: Document) -> None:
    view = shown(qtbot, document)
    train(document, view)
    document.set_locked(True)
    ahead = Frame(document, lens.frame_of(document, CONV).sample, 3)
    view.show_frame(ahead)
    assert view.heading.whole_text.startswith("Adam, step 3,")
    assert view.trends[0].trend is not None and view.trends[0].trend.steps.tolist() == [1, 2, 3]
    document.set_locked(False)
