"""Batch norm, dropout, flatten and global average pooling: what they do to one sample, value by value."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views.batch_norm import BatchNormView
from cnn_gui.lens.views.dropout import DropoutView
from cnn_gui.lens.views.flatten import FlattenView
from cnn_gui.lens.views.global_average import GlobalAverageView
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.pictures import to_pixels
from cnn_gui.plots.ranges import Ranges, Scale
from cnn_gui.plots.text import number
from engine.architecture import Architecture, new_layer
from engine.layer import Array, Workspace
from engine.layers.dropout import Dropout
from engine.model import Model
from engine.passes import in_field_order
from engine.trace.record import LayerTrace
from engine.trace.tracer import Tracer
from engine.trainer import Trainer
from tests.helpers.lens import document_of, frame_of, move, point_at_row, point_at_spot, shown
from tests.helpers.sums import assert_adds_up
from tests.helpers.window import open_tiny_window

CONV, NORM, DROP, FLAT, FLAT_NORM, FLAT_DROP = range(6)
MAPS = (
    new_layer("conv2d", filters=3, kernel_size=3), new_layer("batch_norm"), new_layer("dropout", rate=0.25),
    new_layer("flatten"), new_layer("batch_norm"), new_layer("dropout", rate=0.25), new_layer("dense", units=2),
    new_layer("softmax"),
)  # fmt: skip
MEANS = (new_layer("conv2d", filters=3, kernel_size=3), new_layer("global_average_pool"), *MAPS[6:])


def of(layer: int) -> tuple[Frame, LayerTrace]:
    """Return the frame and the trace of a layer of MAPS."""
    frame = frame_of(document_of(*MAPS), layer)
    assert frame.layer_trace is not None
    return frame, frame.layer_trace


def values(view: MosaicView) -> Array:
    assert view.canvas.tiles is not None
    return view.canvas.tiles.values


def column(table: BarTable, title: str) -> Array:
    return next(each.values for each in table.columns if each.title == title)


def away(view: LayerView) -> None:
    """Move the mouse to where nothing is to be read."""
    move(view, view.lines.geometry().center().toPointF())  # type: ignore[attr-defined]


def n(value: float) -> str:
    return number(float(value), 3)


def b(value: float) -> str:
    return f"({n(value)})" if value < 0 else n(value)


@pytest.mark.parametrize(("layer", "index"), [(NORM, (2, 3, 1)), (FLAT_NORM, (70,))])
def test_that_batch_norm_tells_how_each_value_comes_about(qtbot: QtBot, layer: int, index: tuple[int, ...]) -> None:
    frame, trace = of(layer)
    view, own, c = shown(qtbot, BatchNormView, frame), trace.parameters, index[0]
    x, mean, variance = trace.input[index], own["running_mean"][c], own["running_variance"][c]
    z = (x - mean) / np.sqrt(variance + 1e-5)
    for mosaic in view.maps.views:
        point_at_spot(mosaic, Spot(*index, *(0, 0)[: 3 - len(index)]))
        assert [values(each)[Spot(*index, *(0, 0)[: 3 - len(index)])] for each in view.maps.views] == [
            pytest.approx(each, rel=1e-6) for each in (x, z, trace.output[index])
        ]
        where = "channel 2, row 3, column 1" if layer == NORM else "unit 70"
        first = f"{where}: z = ({n(x)} − {b(mean)}) / √({n(variance)} + 1·10⁻⁵) = {n(z)}"
        second = f"y = {b(own['scale'][c])} · {b(z)} + {b(own['shift'][c])} = "
        assert view.lines.texts[0].startswith(f"{first}; {second}")
        told = [float(each) for each in assert_adds_up(view.lines.texts[0])]
        assert told == pytest.approx([own["scale"][c] * z, own["shift"][c]], abs=0.01)
        assert view.table.marked == (c,) and view.table.columns[0].written(c) == where.split(",")[0]
    assert "Outside training" in view.lines.texts[1]
    away(view)
    assert view.table.marked == () and view.lines.texts[0].startswith("z = (x − mean)")


def test_that_batch_norm_lists_what_each_channel_has_learned(qtbot: QtBot) -> None:
    frame, trace = of(NORM)
    view, own = shown(qtbot, BatchNormView, frame), trace.parameters
    for title, name in (("mean", "running_mean"), ("variance", "running_variance"), ("scale", "scale")):
        assert column(view.table, title).tolist() == own[name].tolist()
    point_at_row(view.table, 1)
    assert view.lines.texts[0].startswith("channel 1: y = ")
    factor, rest = (
        view.lines.texts[0].rsplit("= ", 1)[1].replace("−", "-").replace("(", "").replace(")", "").split(" x + ")
    )
    for x, y in zip(trace.input[1].ravel(), trace.output[1].ravel(), strict=True):
        assert float(factor) * x + float(rest) == pytest.approx(y, rel=0.02, abs=0.01)


@pytest.mark.parametrize(("layer", "count"), [(DROP, 108), (FLAT_DROP, 108)])
def test_that_dropout_shows_a_mask_that_training_would_draw(qtbot: QtBot, layer: int, count: int) -> None:
    frame, trace = of(layer)
    view = shown(qtbot, DropoutView, frame)
    before, mask, after = (values(each).ravel() for each in view.maps.views)
    assert before == pytest.approx(trace.input.ravel(), rel=1e-6)
    assert after == pytest.approx(before * mask, rel=1e-6)
    assert set(np.round(mask, 5)) == {0.0, np.float32(1.33333)}
    model, sample = frame._model, frame.sample
    assert model is not None and sample is not None
    trained = Tracer(model).trace(sample.image[None], np.array([1]), training=True, key=(0, 0)).layers[layer]
    assert (trained.output == 0).ravel().tolist() == (mask == 0).tolist()
    dropped = int((mask == 0).sum())
    told = f"would drop {dropped} of {count} values ({100 * dropped / count:.1f} %; the rate is 25 %)"
    assert told in view.lines.texts[0] and "1 / (1 − 0.25) = 1.33" in view.lines.texts[0]


def test_that_dropout_tells_of_each_value_whether_it_stays(qtbot: QtBot) -> None:
    frame, trace = of(FLAT_DROP)
    view = shown(qtbot, DropoutView, frame)
    mask = values(view.maps.views[1]).ravel()
    for i, word in ((int(np.argmin(mask)), "dropped"), (int(np.argmax(mask)), "kept")):
        point_at_spot(view.maps.views[0], Spot(i, 0, 0))
        x, m = trace.input[i], 4 / 3 * (word == "kept")
        assert view.lines.texts[1] == f"unit {i}, {word}: {n(x)} × {n(m)} = {n(x * m) if m else n(x * 0.0)}"
    away(view)
    assert len(view.lines.texts) == 1


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("layer", [DROP, FLAT_DROP])
def test_that_a_value_has_one_colour_before_dropout_and_behind_it(qtbot: QtBot, layer: int, scale: Scale) -> None:
    frame, _ = of(layer)
    view = shown(qtbot, DropoutView, frame)
    before, _, after = view.maps.views
    for mosaic in (before, after):
        mosaic.ranges = Ranges(scale)
    view.show_frame(frame)
    for tile in range(3):
        point_at_spot(before, Spot(tile, 0, 0))
        assert before.legend.numbers() == after.legend.numbers()
        limit = float(after.legend.numbers()[-1])
        for mosaic in (before, after):
            page = mosaic.canvas.drawn()
            assert page is not None
            drawn = page.pixels[page.geometry.place_of(tile)]
            assert (drawn == to_pixels(values(mosaic)[tile], ColorMap.ACTIVATIONS, limit, dark=False)).all()


@pytest.mark.parametrize("layer", [DROP, FLAT_DROP])
def test_that_the_masks_on_show_are_those_of_the_next_steps_of_a_run(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, layer: int
) -> None:
    document = document_of(*MAPS)
    document.set_settings(replace(document.settings, seed=7, batch_size=16, epochs=1))
    view = shown(qtbot, DropoutView, frame_of(document, layer))
    for step, mask in enumerate(masks_of_a_run(document, layer, monkeypatch), start=1):
        assert (values(view.maps.views[1]).ravel() == mask.ravel()).all()
        assert f"The mask of step {step} for the first sample of its mini-batch would drop" in view.lines.texts[0]
        qtbot.mouseClick(view.again_button, Qt.MouseButton.LeftButton)


def masks_of_a_run(document: Document, layer: int, monkeypatch: pytest.MonkeyPatch) -> list[Array]:
    """Train a copy of the document's network; return what its steps multiply the first sample of theirs by."""
    masks: list[Array] = []
    forward = Dropout.forward

    def noting(self: Dropout, x: Array, work: Workspace) -> Array:
        y = forward(self, x, work)
        if work.part.training and work.position == layer:
            masks.append(in_field_order(work.saved["mask"])[0].copy())
        return y

    assert document.model is not None and document.data.dataset is not None
    own = Model(document.architecture, document.data.input_shape, np.float32)
    np.copyto(own.parameters.flat, document.model.parameters.flat)
    with monkeypatch.context() as patch:
        patch.setattr(Dropout, "forward", noting)
        for _ in Trainer(own, document.data.dataset, document.settings, threads=1).run():
            pass
    assert len(masks) == 4
    return masks


def test_that_a_run_draws_its_masks_from_its_own_first_step_on(qtbot: QtBot) -> None:
    document = document_of(*MAPS)
    document.set_settings(replace(document.settings, seed=7))
    frame = frame_of(document, DROP)
    assert frame.sample is not None and document.model is not None
    before = Frame(document, frame.sample, 1200)
    assert before.next_key == (7, 0)  # a run that begins now
    document.watch.begin(document.model, document.settings, 1200)
    document.set_locked(True)
    during = Frame(document, frame.sample, 1204)
    assert during.next_key == (7, 4)
    view = shown(qtbot, DropoutView, before)
    first = values(view.maps.views[1]).copy()
    assert "The mask of step 1,201 for" in view.lines.texts[0]
    qtbot.mouseClick(view.again_button, Qt.MouseButton.LeftButton)
    assert "The mask of step 1,202 for" in view.lines.texts[0] and (values(view.maps.views[1]) != first).any()
    view.show_frame(during)
    assert "The mask of step 1,205 for" in view.lines.texts[0]  # the next one again


def test_that_each_step_of_the_window_draws_what_the_frame_before_it_said(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = next(windows := open_tiny_window(qtbot, tmp_path))
    window.document.replace(Architecture(MAPS), "Load it")
    window.document.set_settings(replace(window.document.settings, seed=5))
    said, used, frames = list[tuple[int, int]](), list[tuple[int, int]](), list[Frame]()
    forward = Dropout.forward

    def noting(self: Dropout, x: Array, work: Workspace) -> Array:
        if work.part.training and work.position == DROP:
            used.append(work.part.key)
        return forward(self, x, work)

    monkeypatch.setattr(Dropout, "forward", noting)
    window.lens.framed.connect(frames.append)
    for step in range(1, 6):
        window.lens.renew()
        window.lens.refresh()
        said.append(frames[-1].next_key)
        window.controller.step()
        qtbot.waitUntil(lambda step=step: len(used) == step and frames[-1].step == step)
        if step == 3:
            window.controller.stop()  # the next run goes on with the optimizer's steps
            qtbot.waitUntil(lambda: not window.controller.busy)
    window.controller.stop()
    qtbot.waitUntil(lambda: not window.controller.busy)
    assert said == used == [(5, 0), (5, 1), (5, 2), (5, 3), (5, 4)]
    assert next(windows, None) is None


def test_that_flatten_shows_each_value_in_both_places(qtbot: QtBot) -> None:
    frame, trace = of(FLAT)
    view = shown(qtbot, FlattenView, frame)
    assert values(view.maps) == pytest.approx(trace.input) and values(view.row).ravel() == pytest.approx(trace.output)
    for place in ((0, 0, 0), (1, 4, 2), (2, 5, 5)):
        position = (place[0] * 6 + place[1]) * 6 + place[2]
        for pointed, spot in ((view.maps, Spot(*place)), (view.row, Spot(position, 0, 0))):
            point_at_spot(pointed, spot)
            assert view.maps.canvas.spot == Spot(*place) and view.row.canvas.spot == Spot(position, 0, 0)
            where = "channel {}, row {}, column {}".format(*place)
            assert view.lines.texts[1] == f"{where} = {n(trace.output[position])}"
            assert view.lines.texts[2].endswith(f"({place[0]} · 6 + {place[1]}) · 6 + {place[2]} = {position}")
    away(view)
    assert view.maps.canvas.spot is None and view.row.canvas.spot is None and len(view.lines.texts) == 1


def test_that_flatten_turns_to_the_page_of_the_value(qtbot: QtBot) -> None:
    layers = new_layer("conv2d", filters=40, kernel_size=3), new_layer("flatten"), *MAPS[6:]
    view = shown(qtbot, FlattenView, frame_of(document_of(*layers), 1))
    point_at_spot(view.maps, Spot(39, 5, 5))
    assert view.row.canvas.spot == Spot(1439, 0, 0) and view.row.canvas.page == view.row.canvas.pages.number - 1


def test_that_flatten_of_a_row_has_no_view() -> None:
    document = document_of(new_layer("flatten"), new_layer("flatten"), *MAPS[6:])
    assert [FlattenView.suits(frame_of(document, layer)) for layer in range(3)] == [True, False, False]


def test_that_a_global_average_is_told_as_sum_and_mean(qtbot: QtBot) -> None:
    frame = frame_of(document_of(*MEANS), 1)
    view, trace = shown(qtbot, GlobalAverageView, frame), frame.layer_trace
    assert trace is not None
    assert column(view.table, "mean").tolist() == trace.output.tolist()
    assert column(view.table, "sum") == pytest.approx(36 * trace.output)
    assert view.lines.texts == (
        "Each map becomes the mean of its 36 values, and each of them gets 1 / 36 of its gradient.",
    )
    for point in (lambda: point_at_spot(view.maps, Spot(2, 0, 0)), lambda: point_at_row(view.table, 2)):
        away(view)
        point()
        total, gradient = trace.input[2].sum(), trace.grad_output[2]
        assert view.lines.texts == (
            f"channel 2: mean = sum / 36 = {n(total)} / 36 = {n(trace.output[2])}",
            f"back: each pixel gets dC/dO / 36 = {n(gradient)} / 36 = {n(trace.grad_input[2, 0, 0])}",
        )


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize(
    ("kind", "layer"), [(BatchNormView, NORM), (DropoutView, FLAT_DROP), (FlattenView, FLAT), (GlobalAverageView, 1)]
)
def test_that_they_are_painted_at_any_size(
    qapp: QApplication, qtbot: QtBot, scheme: theme.Tokens, kind: type[LayerView], layer: int
) -> None:
    theme.apply(qapp, scheme)
    view = shown(qtbot, kind, frame_of(document_of(*(MEANS if kind is GlobalAverageView else MAPS)), layer))
    for width, height in ((400, 520), (900, 800), (200, 300)):
        view.resize(width, height)
        assert not view.grab().isNull()
    theme.apply(qapp, theme.LIGHT)
