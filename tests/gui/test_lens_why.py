"""Why this class: the way there, the maps and sums on show, and an occlusion that comes in by itself."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from cnn_gui import background
from cnn_gui.lens import passes
from cnn_gui.lens.views.why import WhyView
from cnn_gui.lens.why import words
from cnn_gui.lens.why.controls import NONE, SECOND, TRUE
from cnn_gui.lens.why.question import Kind, Question
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.overlay_view import Overlay
from cnn_gui.plots.text import number
from cnn_gui.window.microscope_door import INSIDE
from engine.architecture import Architecture, new_layer
from engine.data.dataset import pixels
from engine.model import Model
from engine.pieces import finished
from engine.trace.attribution import enlarged, grad_cam, input_gradient
from engine.trace.contributions import Contributions, contributions
from engine.trace.occlusion import Occlusion, Patch, occlusion
from engine.trace.record import Trace
from engine.trace.tracer import Tracer
from tests.helpers import tiny
from tests.helpers.window import show_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = show_window(qtbot)
    window.document.set_data(tiny.dataset(classes=4), "bundled")
    window.document.replace(tiny.architecture(classes=4), "Load it")
    qtbot.mouseClick(window.lens.why_button, Qt.MouseButton.LeftButton)
    window.lens.refresh()
    yield window


def view_of(window: MainWindow) -> WhyView:
    assert isinstance(window.microscope.view, WhyView)
    return window.microscope.view


def traced(window: MainWindow, index: int = 0) -> Trace:
    document = window.document
    assert document.tracer is not None and document.data.dataset is not None
    test = document.data.dataset.test
    return document.tracer.trace(pixels(test.images[index][None]), test.labels[index : index + 1])


def shown(view: WhyView) -> np.ndarray:
    assert view.side.map.grid is not None
    return view.side.map.grid.values


def choose(box: QComboBox, data: int) -> None:
    box.setCurrentIndex(box.findData(data))


def covered(trace: Trace, view: WhyView, chosen: int) -> Occlusion:
    return finished(occlusion(trace, chosen, view.controls.patch))


def test_that_the_button_opens_it_on_the_last_layer(window: MainWindow) -> None:
    assert window.middle.currentIndex() == INSIDE
    assert window.microscope.head.heading.text() == "Softmax 1"
    assert view_of(window).isVisible()


@pytest.mark.parametrize("way", ["key", "drawing"])
def test_the_other_ways_there(qtbot: QtBot, window: MainWindow, way: str) -> None:
    window.document.select(window.document.architecture.layers[0].uid)
    qtbot.mouseClick(window.microscope.head.back_button, Qt.MouseButton.LeftButton)
    if way == "key":
        qtbot.keyClick(window.canvas, Qt.Key.Key_W)
        title = "test image 0"
    else:
        qtbot.mousePress(window.draw.canvas, Qt.MouseButton.LeftButton)
        qtbot.mouseMove(window.draw.canvas, window.draw.canvas.rect().center())
        qtbot.mouseRelease(window.draw.canvas, Qt.MouseButton.LeftButton)
        qtbot.mouseClick(window.draw.bars, Qt.MouseButton.LeftButton)
        title = "your drawing"
    window.lens.refresh()
    assert window.middle.currentIndex() == INSIDE and view_of(window).isVisible()
    assert view_of(window).image.grid is not None and view_of(window).image.grid.title == title


def test_that_it_is_there_for_the_layers_that_make_and_squeeze_the_logits_alone(window: MainWindow) -> None:
    layers = window.document.architecture.layers
    for position, spec in enumerate(layers):
        window.document.select(spec.uid)
        window.lens.refresh()
        offered = WhyView in window.microscope.kinds
        assert offered == (position >= len(layers) - 2)


def test_that_the_maps_are_those_of_the_live_network(window: MainWindow) -> None:
    view, trace = view_of(window), traced(window)
    read = int(trace.layers[-1].output.argmax())
    for chosen in (None, 0, 3):
        if chosen is not None:
            choose(view.controls.classes, chosen)
        k = read if chosen is None else chosen
        expected = {
            Kind.CONTRIBUTIONS: contributions(trace, k).pixels.sum(axis=0),
            Kind.GRADIENT: input_gradient(trace, k).sum(axis=0),
            Kind.GRAD_CAM: enlarged(grad_cam(trace, k, 1), (8, 8)),
        }
        for kind, values in expected.items():
            view.controls.kinds.setCurrentIndex(kind)
            np.testing.assert_allclose(shown(view), values, atol=1e-12)
            assert isinstance(view.image.grid, Overlay) and (view.image.grid.values == shown(view)).all()
            np.testing.assert_allclose(view.image.grid.image, trace.layers[0].input)


def test_that_grad_cam_looks_at_the_chosen_layer(window: MainWindow) -> None:
    view, trace = view_of(window), traced(window)
    view.controls.kinds.setCurrentIndex(Kind.GRAD_CAM)
    assert view.controls.layers.currentText() == "ReLU 1"
    choose(view.controls.layers, 2)
    read = int(trace.layers[-1].output.argmax())
    np.testing.assert_allclose(shown(view), enlarged(grad_cam(trace, read, 2), (8, 8)), atol=1e-12)
    assert "maps of Pooling 1" in view.meaning.texts[0]


def test_that_the_sum_on_show_adds_up(window: MainWindow) -> None:
    view = view_of(window)
    for chosen in range(4):
        choose(view.controls.classes, chosen)
        found = contributions(traced(window), chosen)
        text = view.sums.texts[0].replace("−", "-").replace("(", " ").replace(")", " ")
        assert text.startswith(f"Logit of {chosen}: {found.logit:.2f}, probability ")
        equation = text.split("logit: ")[1].split(", from")[0]
        logit, rest = (part.strip() for part in equation.split("="))
        pixels, bias = (float(part) for part in rest.split(" + "))
        assert float(logit) == pytest.approx(pixels + bias, abs=1e-9)
        assert pixels == pytest.approx(found.pixels.sum(), abs=0.0051) and bias == pytest.approx(found.bias, abs=0.0101)
        assert view.side.sum_bar.ends[-1] == float(logit)


def told_places(text: str) -> list[tuple[float, int, int]]:
    """Return value, row and column of what is strongest for and against a class."""
    found = re.findall(r"([+−][\d.]+(?:·10\S+)?) at row (\d+), column (\d+)", text)
    return [(float(value.replace("−", "-")), int(row), int(column)) for value, row, column in found]


@pytest.mark.parametrize("kind", [Kind.CONTRIBUTIONS, Kind.GRADIENT])
def test_that_what_is_strongest_for_and_against_has_its_place_and_value(window: MainWindow, kind: Kind) -> None:
    view = view_of(window)
    view.controls.kinds.setCurrentIndex(kind)
    for chosen in range(4):
        choose(view.controls.classes, chosen)
        values = shown(view)
        assert values.max() > 0 > values.min()
        text = next(line for line in view.meaning.texts if line.startswith(f"{chosen}: strongest for it "))
        assert "; strongest against it " in text
        (most, *most_at), (least, *least_at) = told_places(text)
        assert most == pytest.approx(values.max(), rel=0.01) == pytest.approx(values[tuple(most_at)], rel=0.01)
        assert least == pytest.approx(values.min(), rel=0.01) == pytest.approx(values[tuple(least_at)], rel=0.01)
        assert view.side.map.highlighted == (None, (tuple(most_at), tuple(least_at)))


def test_that_pointing_at_a_contribution_tells_its_pixel_times_what_it_counts(window: MainWindow) -> None:
    view, trace = view_of(window), traced(window)
    choose(view.controls.classes, 2)
    image, slope, grid = trace.layers[0].input[0], input_gradient(trace, 2)[0], view.side.map.grid
    assert grid is not None
    for cell in ((1, 3), (6, 2)):
        assert image[cell] > 0
        value = number(slope[cell])
        told = f"({cell[0]}, {cell[1]}): pixel {number(image[cell])} × {f'({value})' if value[0] == '−' else value} = "
        assert grid.read_out(cell) == told + number(image[cell] * slope[cell])
    view.controls.kinds.setCurrentIndex(Kind.GRADIENT)
    assert view.side.map.grid is not None and "pixel" not in view.side.map.grid.read_out((1, 3))


def test_that_what_nothing_speaks_against_is_said(window: MainWindow) -> None:
    view = view_of(window)
    view.controls.kinds.setCurrentIndex(Kind.GRAD_CAM)  # which is never below 0
    assert view.meaning.texts[1].endswith("; nothing against it.")


@pytest.mark.parametrize("kind", [Kind.CONTRIBUTIONS, Kind.GRADIENT, Kind.GRAD_CAM])
def test_that_two_classes_stand_side_by_side_and_the_image_has_their_difference(window: MainWindow, kind: Kind) -> None:
    view, trace = view_of(window), traced(window)
    assert not view.other.isVisible() and not view.compares
    view.controls.kinds.setCurrentIndex(kind)
    choose(view.controls.classes, 3)
    alone = shown(view).copy()
    choose(view.controls.others, 1)
    assert view.side.isVisible() and view.other.isVisible() and view.compares
    left, right = view.side.map, view.other.map
    assert left.mapTo(view, left.rect().topLeft()).y() == right.mapTo(view, right.rect().topLeft()).y()
    expected = [Question(trace, k, kind, view.controls.position, Patch()).answer().values for k in (3, 1)]
    for map_, values in zip((left, right), expected, strict=True):
        assert map_.grid is not None
        np.testing.assert_allclose(map_.grid.values, values, atol=1e-12)
    assert left.grid.limit == right.grid.limit and " 3" in left.grid.title and " 1" in right.grid.title
    np.testing.assert_allclose(view.image.grid.values, expected[0] - expected[1], atol=1e-12)
    assert "3 − 1" in view.image.grid.title
    assert [line[:2] for line in view.meaning.texts[1:]] == ["3:", "1:"]
    choose(view.controls.others, NONE)
    assert not view.other.isVisible() and (shown(view) == alone).all()
    choose(view.controls.others, 3)  # a class beside itself tells nothing
    assert not view.other.isVisible()


def test_that_the_true_class_and_the_runner_up_are_offered_and_follow_the_sample(window: MainWindow) -> None:
    view = view_of(window)
    for index in range(8):
        window.lens.choose(index)
        window.lens.refresh()
        outputs, true = traced(window, index).layers[-1].output, index % 4
        read, second = np.argsort(-outputs)[:2]
        for data, rival, text in ((TRUE, true, f"{true} (actual)"), (SECOND, second, f"{second} (second largest)")):
            choose(view.controls.others, data)
            assert view.controls.others.currentText() == text
            assert view.compares == (rival != read)
            if rival != read:
                assert f"logit of {rival}" in view.other.map.grid.title


def test_that_the_lead_of_one_class_adds_up_from_pixels_and_biases(window: MainWindow) -> None:
    view, trace = view_of(window), traced(window)
    for chosen, other in ((3, 1), (0, 2)):
        choose(view.controls.classes, chosen)
        choose(view.controls.others, other)
        (text,) = view.sums.texts
        numbers = [float(each.replace("−", "-")) for each in re.findall(r"−?\d+\.\d\d", text)]
        logit, rival, first, second, lead, pixels, biases = numbers
        found = [contributions(trace, k) for k in (chosen, other)]
        assert [logit, rival] == [first, second] == pytest.approx([each.logit for each in found], abs=0.0051)
        assert lead == pytest.approx(logit - rival, abs=1e-9) == pytest.approx(pixels + biases, abs=1e-9)
        assert pixels == pytest.approx(found[0].pixels.sum() - found[1].pixels.sum(), abs=0.0101)
        assert view.side.sum_bar.isVisible() and view.other.sum_bar.isVisible()
        assert view.side.sum_bar.ends[-1] == logit and view.other.sum_bar.ends[-1] == rival
    view.controls.kinds.setCurrentIndex(Kind.GRADIENT)
    assert not view.other.sum_bar.isVisible() and "0 is ahead of 2 by" in view.sums.texts[1].replace("−", "-")


def test_that_two_occlusions_come_in_by_themselves(qtbot: QtBot, window: MainWindow) -> None:
    view, trace = view_of(window), traced(window)
    choose(view.controls.classes, 1)
    view.controls.kinds.setCurrentIndex(Kind.OCCLUSION)
    choose(view.controls.others, 2)
    qtbot.waitUntil(lambda: view.side.map.grid is not None and view.other.map.grid is not None)
    for side, k in ((view.side, 1), (view.other, 2)):
        found = covered(trace, view, k)
        np.testing.assert_allclose(side.map.grid.values, found.spread(found.logit), atol=1e-12)
    qtbot.mouseClick(window.microscope.head.back_button, Qt.MouseButton.LeftButton)
    assert not view.side.answers.background.busy and not view.other.answers.background.busy


def test_that_the_class_follows_what_is_read_and_what_is_true_or_stays(window: MainWindow) -> None:
    view = view_of(window)
    for index in range(8):
        window.lens.choose(index)
        window.lens.refresh()
        trace = traced(window, index)
        read, true = int(trace.layers[-1].output.argmax()), index % 4
        same = "predicted, actual" if read == true else "predicted"
        assert view.controls.classes.currentText() == f"{read} ({same})"
        assert (view.controls.classes.itemText(1) == f"{true} (actual)") == (read != true)
        assert f"logit of {read}" in view.side.map.grid.title  # type: ignore[union-attr]
    choose(view.controls.classes, 2)
    window.lens.choose(0)
    window.lens.refresh()
    assert view.controls.classes.currentText() == "2" and "logit of 2" in view.side.map.grid.title  # type: ignore[union-attr]


def test_that_an_occlusion_comes_in_by_itself(qtbot: QtBot, window: MainWindow) -> None:
    view, trace = view_of(window), traced(window)
    choose(view.controls.classes, 1)
    view.controls.kinds.setCurrentIndex(Kind.OCCLUSION)
    assert view.side.map.grid is None and "place by place" in view.state.whole_text
    view.controls.size.setValue(3)
    view.controls.stride.setValue(2)
    view.controls.grey.setValue(0.5)
    qtbot.waitUntil(lambda: view.side.map.grid is not None)
    found = covered(trace, view, 1)
    assert found.window.rows.kernel == 3 and found.window.rows.stride == 2
    np.testing.assert_allclose(shown(view), found.spread(found.logit), atol=1e-12)
    assert view.state.whole_text == ""
    strongest, row, column = float(found.logit.max()), *np.unravel_index(found.logit.argmax(), found.logit.shape)
    before = found.window.rows.before, found.window.cols.before
    rows, cols = (range(max(0, 2 * n - b), min(8, 2 * n - b + 3)) for n, b in zip((row, column), before, strict=True))
    at = f"rows {rows[0]} to {rows[-1]}, columns {cols[0]} to {cols[-1]}"
    assert view.meaning.texts[1].startswith(f"1: strongest for it +{number(strongest, 3)} at {at}; ")
    ringed = slice(rows.start, rows.stop), slice(cols.start, cols.stop)
    assert view.side.map.highlighted == (ringed, ())
    image = trace.layers[0].input.copy()
    image[:, rows.start : rows.stop, cols.start : cols.stop] = 0.5
    document = window.document
    assert document.tracer is not None
    again = document.tracer.trace(image[None].astype(np.float32), np.array([0]))
    drop = trace.scoring.scores[1] - again.scoring.scores[1]
    assert drop == pytest.approx(strongest, abs=1e-6)
    assert view.meaning.texts[2].startswith(f"Covering the strongest place lowers the logit by {number(strongest, 3)}")


def test_that_another_sample_cancels_an_occlusion_and_begins_its_own(qtbot: QtBot, window: MainWindow) -> None:
    view = view_of(window)
    choose(view.controls.classes, 1)
    view.controls.kinds.setCurrentIndex(Kind.OCCLUSION)
    window.lens.choose(5)
    window.lens.refresh()
    assert view.side.map.grid is None
    qtbot.waitUntil(lambda: view.side.map.grid is not None)
    found = covered(traced(window, 5), view, 1)
    np.testing.assert_allclose(shown(view), found.spread(found.logit), atol=1e-12)
    view.controls.kinds.setCurrentIndex(Kind.GRADIENT)
    assert not view.side.answers.background.busy


def test_that_going_back_to_an_answer_gives_up_what_was_asked_meanwhile(qtbot, window, monkeypatch) -> None:
    view = view_of(window)
    monkeypatch.setattr(passes, "HEAVY", 0)
    window.lens.renew()
    window.lens.refresh()
    qtbot.waitUntil(lambda: view._frame.passes.are_heavy)
    choose(view.controls.classes, 1)
    qtbot.waitUntil(lambda: view.side.map.grid is not None)
    before = shown(view)
    view.controls.kinds.setCurrentIndex(Kind.OCCLUSION)
    assert view.side.answers.background.busy
    view.controls.kinds.setCurrentIndex(Kind.CONTRIBUTIONS)
    assert not view.side.answers.background.busy and view.state.whole_text == ""
    qtbot.wait(3 * background.PERIOD)
    np.testing.assert_array_equal(shown(view), before)


def test_that_an_answer_without_numbers_is_not_asked_again_and_again(qtbot, window, monkeypatch) -> None:
    monkeypatch.setattr(background, "PAUSE", 0.01)
    view, document = view_of(window), window.document
    assert document.model is not None
    document.set_weights(np.full_like(document.model.parameters.flat, np.nan))
    window.lens.refresh()
    view.controls.kinds.setCurrentIndex(Kind.OCCLUSION)
    qtbot.waitUntil(lambda: view.side.map.grid is not None)
    begun: list[object] = []
    monkeypatch.setattr(Question, "work", lambda self: begun.append(self))
    qtbot.wait(3 * background.PERIOD)
    assert not begun and view.state.whole_text == ""


def test_that_newer_weights_wait_for_their_turn_with_the_old_map_on_show(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PAUSE", 0.2)
    view, document = view_of(window), window.document
    choose(view.controls.classes, 1)
    view.controls.kinds.setCurrentIndex(Kind.OCCLUSION)
    qtbot.waitUntil(lambda: view.side.map.grid is not None)
    before = shown(view).copy()
    assert document.model is not None
    document.set_weights(1.5 * document.model.parameters.flat)
    window.lens.refresh()
    assert (shown(view) == before).all() and not view.side.answers.background.busy
    assert view.state.whole_text == "from a few steps earlier"
    found = covered(traced(window), view, 1)
    qtbot.waitUntil(lambda: np.allclose(shown(view), found.spread(found.logit)))
    assert view.state.whole_text == ""


def test_that_hiding_ends_the_work(qtbot: QtBot, window: MainWindow) -> None:
    view = view_of(window)
    view.controls.kinds.setCurrentIndex(Kind.OCCLUSION)
    qtbot.mouseClick(window.microscope.head.back_button, Qt.MouseButton.LeftButton)
    assert not view.side.answers.background.busy
    qtbot.keyClick(window.canvas, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: view.side.map.grid is not None)


def test_that_it_works_without_maps_and_without_softmax(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    view_of(window).controls.kinds.setCurrentIndex(Kind.GRAD_CAM)
    document.set_settings(replace(document.settings, loss="mean squared error"))
    document.replace(Architecture((new_layer("flatten"), new_layer("dense", units=4))), "Plain")
    qtbot.keyClick(window.canvas, Qt.Key.Key_W)
    window.lens.refresh()
    view = view_of(window)
    assert not view.controls.kinds.isTabEnabled(Kind.GRAD_CAM) and view.controls.kind is Kind.CONTRIBUTIONS
    assert "probability" not in view.sums.texts[0]
    found = contributions(traced(window), int(traced(window).layers[-1].output.argmax()))
    np.testing.assert_allclose(shown(view), found.pixels.sum(axis=0))


@pytest.mark.parametrize("kind", [Kind.CONTRIBUTIONS, Kind.GRADIENT])
def test_that_channels_that_say_plus_and_minus_infinity_leave_a_pixel_without_a_number(kind: Kind) -> None:
    layers = Architecture((new_layer("flatten"), new_layer("dense", units=1), new_layer("softmax")))
    model = Model.build(layers, (2, 1, 1), np.random.default_rng(0))
    model.layers[1].parameters["weight"][...] = [np.inf, -np.inf]
    trace = Tracer(model).trace(np.ones((1, 2, 1, 1), np.float32), np.array([0]))
    assert np.isnan(Question(trace, 0, kind, -1, Patch()).answer().values).all()


def test_that_the_biases_of_many_layers_add_up_to_their_sum_as_they_are_shown(qapp: object) -> None:
    biases = (0.504, -0.124, -0.113, 0.004, -0.171)
    pixels = np.array([[[22.512, -5.008]]])
    found = Contributions(float(pixels.sum()) + sum(biases), pixels, biases)
    text = words.of_layers(found, ("a", "b", "c", "d", "e"))
    assert text == "Biases: a 0.50, e −0.17, b −0.12, the other 2: −0.11"
    shown = [float(value) for value in re.findall(r"-?\d+\.\d+", text.replace("−", "-"))]
    *_, before, logit = words.ends(found)
    assert sum(shown) == pytest.approx(logit - before)
