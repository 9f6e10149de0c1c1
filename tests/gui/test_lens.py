"""The lens shows the document's own numbers: weights, and what a layer makes of an image."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.lens.choice import Choice
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.panel import LensPanel
from cnn_gui.lens.sample import Sample
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from engine.architecture import Architecture, new_layer
from engine.data.dataset import Split, pixels
from engine.history import EpochResult
from engine.model import Model
from tests.helpers import tiny

CONV, RELU, POOL, FLATTEN, DENSE, SOFTMAX = range(6)


@pytest.fixture
def document() -> Document:
    document = Document()
    document.set_data(tiny.dataset(), "bundled")
    document.replace(tiny.architecture(), "Load it")
    document.select(document.architecture.layers[CONV].uid)
    return document


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> LensPanel:
    widget = LensPanel(document, np.random.default_rng(0))
    qtbot.addWidget(widget)
    widget.resize(380, 420)
    widget.show()
    widget.refresh()
    return widget


def look_at(panel: LensPanel, document: Document, layer: int, maps: bool = True) -> MosaicView:
    panel.tabs.setCurrentIndex(int(maps))
    document.select(document.architecture.layers[layer].uid)
    panel.refresh()
    return panel.maps.mosaic if maps else panel.kernels.mosaic


def shown(view: MosaicView) -> np.ndarray:
    assert view.canvas.tiles is not None
    return view.canvas.tiles.values


def expected(document: Document, image: np.ndarray, layer: int) -> np.ndarray:
    """What a model of its own, with the document's weights, puts out."""
    assert document.model is not None
    other = Model.build(document.architecture, document.data.input_shape, np.random.default_rng(5))
    np.copyto(other.parameters.flat, document.model.parameters.flat)
    return other.activations(image[None])[layer + 1][0].copy()


def parameters(document: Document, layer: int) -> dict[str, np.ndarray]:
    assert document.model is not None
    return dict(document.model.layers[layer].parameters)


def image_of(document: Document, index: int) -> np.ndarray:
    assert document.data.dataset is not None
    return pixels(document.data.dataset.test.images[index])


def message(view: MosaicView) -> str:
    assert view.canvas.tiles is None
    return view.canvas._message


def test_that_the_kernels_on_show_are_those_of_the_model(qtbot: QtBot, panel: LensPanel, document: Document) -> None:
    view = look_at(panel, document, CONV, maps=False)
    weight, bias = parameters(document, CONV)["weight"], parameters(document, CONV)["bias"]
    assert shown(view).reshape(weight.shape).tolist() == weight.tolist()
    assert view.strip.tiles is not None and view.strip.tiles.values.ravel().tolist() == bias.tolist()
    page = view.canvas.drawn()
    assert page is not None
    place = page.geometry.cell_rect(Spot(2, 1, 0))
    assert place is not None
    qtbot.mouseMove(view.canvas, place.center().toPoint())
    assert view.readout == ("filter 2, row 1, column 0", f"{weight[2, 0, 1, 0]:.4g}".replace("-", "−"))


def test_that_dense_weights_are_one_matrix(panel: LensPanel, document: Document) -> None:
    view = look_at(panel, document, DENSE, maps=False)
    weight = parameters(document, DENSE)["weight"]
    page = view.canvas.drawn()
    assert page is not None and page.geometry.pages.tiling.grid == weight.shape
    assert shown(view).reshape(weight.shape).tolist() == weight.tolist()


def test_that_a_layer_without_weights_says_where_to_look(panel: LensPanel, document: Document) -> None:
    text = message(look_at(panel, document, RELU, maps=False))
    assert text == "ReLU 1 has no weights to learn. Its activation maps show what it does."


@pytest.mark.parametrize("layer", [CONV, RELU, POOL, FLATTEN, DENSE, SOFTMAX])
def test_that_the_maps_on_show_are_the_output_of_the_layer(panel: LensPanel, document: Document, layer: int) -> None:
    panel.choose(7)
    view = look_at(panel, document, layer)
    output = expected(document, image_of(document, 7), layer)
    assert shown(view).reshape(output.shape) == pytest.approx(output, abs=1e-6)
    assert view.caption.whole_text.split(" · ")[1:] == ["test image 7", "initial weights"]


def test_that_the_answer_has_the_names_of_the_classes_and_a_fixed_range(panel: LensPanel, document: Document) -> None:
    view = look_at(panel, document, SOFTMAX)
    assert view.canvas.tiles is not None and view.canvas.tiles.names == document.data.class_names
    assert view.limit == 1
    assert look_at(panel, document, FLATTEN).canvas.tiles.names == ()  # type: ignore[union-attr]


def test_that_new_weights_are_shown_at_the_next_turn_of_the_event_loop(
    qtbot: QtBot, panel: LensPanel, document: Document
) -> None:
    view = look_at(panel, document, CONV, maps=False)
    assert document.model is not None
    document.set_weights(np.full_like(document.model.parameters.flat, 0.25))
    assert not (shown(view) == 0.25).all()
    qtbot.waitUntil(lambda: bool((shown(view) == 0.25).all()))


def test_that_during_a_run_the_window_sets_the_pace(qtbot: QtBot, panel: LensPanel, document: Document) -> None:
    view = look_at(panel, document, CONV, maps=False)
    document.set_locked(True)
    assert document.model is not None
    document.set_weights(np.full_like(document.model.parameters.flat, 0.5))
    qtbot.wait(20)
    assert not (shown(view) == 0.5).any()
    panel.set_step(1204)
    panel.refresh()
    assert (shown(view) == 0.5).all()
    assert view.caption.whole_text == "Convolution 1 · step 1,204, epoch 1"


def test_that_one_refresh_costs_one_forward_pass_at_most(
    panel: LensPanel, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = []
    original = Model.activations
    monkeypatch.setattr(Model, "activations", lambda self, x: passes.append(x) or original(self, x))
    look_at(panel, document, POOL)
    assert len(passes) == 1
    panel.refresh()
    assert len(passes) == 1
    look_at(panel, document, CONV, maps=False)
    assert len(passes) == 1


def test_that_a_hidden_lens_does_nothing_until_it_is_seen(
    qtbot: QtBot, panel: LensPanel, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = look_at(panel, document, POOL)
    panel.hide()
    passes = []
    original = Model.activations
    monkeypatch.setattr(Model, "activations", lambda self, x: passes.append(x) or original(self, x))
    panel.choose(3)
    panel.refresh()
    qtbot.wait(10)
    assert not passes
    panel.show()
    qtbot.waitUntil(lambda: "test image 3" in view.caption.whole_text)
    assert len(passes) == 1


def test_that_the_heading_counts_layers_of_a_type(panel: LensPanel, document: Document) -> None:
    document.insert(1, "conv2d")
    panel.refresh()
    assert panel.heading.text() == "Convolution 2"
    assert panel.heading.toolTip() == "8 @ 3×3 · 3×6×6 → 8×4×4 · 224 parameters"


def test_that_without_a_selected_layer_the_input_is_shown(panel: LensPanel, document: Document) -> None:
    panel.tabs.setCurrentIndex(1)
    document.select("")
    panel.refresh()
    view = panel.maps.mosaic
    assert shown(view).tolist() == image_of(document, 0).tolist()
    assert view.colormap is ColorMap.GREY and view.legend.numbers() == ["0", "0.5", "1"]
    assert view.caption.whole_text == "Input · test image 0 · select a layer to see its maps"
    panel.tabs.setCurrentIndex(0)
    panel.refresh()
    assert message(panel.kernels.mosaic) == "Select a layer in the network to see its kernels."


def test_that_a_chain_that_cannot_work_says_why(panel: LensPanel, document: Document) -> None:
    view = look_at(panel, document, CONV)
    document.remove(document.architecture.layers[FLATTEN].uid)
    document.select(document.architecture.layers[CONV].uid)
    panel.refresh()
    assert message(view) == f"Dense 1: {document.problem}"
    assert str(document.problem) in message(look_at(panel, document, CONV, maps=False))
    document.undo_stack.undo()
    panel.refresh()
    assert shown(panel.kernels.mosaic).any()


def test_that_without_data_there_is_a_hint_and_a_drawing_will_do(qtbot: QtBot) -> None:
    document = Document()
    document.replace(Architecture((new_layer("flatten"), new_layer("dense", units=10), new_layer("softmax"))), "x")
    panel = LensPanel(document)
    qtbot.addWidget(panel)
    panel.show()
    assert message(look_at(panel, document, 0)).startswith("There is no image yet.")
    assert not panel.maps.samples.number.isEnabled() and not panel.maps.samples.picture.isVisible()
    drawing = np.linspace(0, 1, 784, dtype=np.float32).reshape(1, 28, 28)
    panel.set_sample(drawing, "your drawing")
    panel.refresh()
    assert shown(panel.maps.mosaic).ravel() == pytest.approx(drawing.ravel())
    assert panel.maps.samples.verdict.whole_text.startswith("Your drawing, predicted ")
    assert not panel.maps.samples.back_button.isVisible()


def test_that_an_image_of_another_size_is_not_computed_with(panel: LensPanel, document: Document) -> None:
    panel.set_sample(np.zeros((1, 5, 5), np.float32), "your drawing")
    assert message(look_at(panel, document, CONV)) == "The image does not fit the network's input."


def test_that_a_drawing_takes_the_place_of_the_test_image_until_the_button(
    qtbot: QtBot, panel: LensPanel, document: Document
) -> None:
    panel.choose(4)
    view, bar = look_at(panel, document, CONV), panel.maps.samples
    drawing = np.random.default_rng(1).random((1, 8, 8)).astype(np.float32)
    panel.set_sample(drawing, "your drawing")
    panel.refresh()
    assert shown(view) == pytest.approx(expected(document, drawing, CONV), abs=1e-6)
    assert not bar.number.isVisible() and bar.back_button.accessibleName() == "Back to test image 4"
    with qtbot.waitSignal(panel.sample_requested) as caught:
        qtbot.mouseClick(bar.back_button, Qt.MouseButton.LeftButton)
    assert caught.args == [Choice(numbers=(4, 0))]
    panel.refresh()
    assert bar.number.isVisible() and "test image 4" in view.caption.whole_text


def test_that_the_buttons_walk_through_the_test_images(qtbot: QtBot, panel: LensPanel, document: Document) -> None:
    view, bar = look_at(panel, document, CONV), panel.maps.samples
    asked: list[int] = []
    panel.sample_requested.connect(lambda choice: asked.append(choice.number))
    qtbot.mouseClick(bar.next_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.next_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(bar.previous_button, Qt.MouseButton.LeftButton)
    panel.refresh()
    assert asked == [1, 2, 1]
    assert shown(view) == pytest.approx(expected(document, image_of(document, 1), CONV), abs=1e-6)
    qtbot.mouseClick(bar.random_button, Qt.MouseButton.LeftButton)
    assert asked[-1] == int(np.random.default_rng(0).integers(20)) == panel.choice.number


def test_that_the_verdict_tells_the_true_class_and_a_wrong_answer(panel: LensPanel, document: Document) -> None:
    look_at(panel, document, CONV)
    assert document.model is not None
    flat = np.zeros_like(document.model.parameters.flat)
    flat[-1] = 2.0  # the bias of class 1
    document.set_weights(flat)
    for index, told in ((1, "Actual 1, predicted 1 (88.1 %)"), (2, "Actual 0, misclassified as 1 (88.1 %)")):
        panel.choose(index)
        panel.refresh()
        assert panel.maps.samples.verdict.whole_text == told


def test_that_fewer_test_images_bring_the_choice_back_into_range(panel: LensPanel, document: Document) -> None:
    panel.choose(19)
    assert document.data.dataset is not None
    test = document.data.dataset.test
    document.set_data(replace(document.data.dataset, test=Split(test.images[:5], test.labels[:5])), "bundled")
    assert panel.choice.number == 4
    none = Split(test.images[:0], test.labels[:0])
    document.set_data(replace(document.data.dataset, train=none, test=none), "bundled")
    assert panel.choice.number == 0
    assert message(look_at(panel, document, CONV)).startswith("There is no image yet.")


def test_that_broken_weights_are_marked_and_not_predicted_with(panel: LensPanel, document: Document) -> None:
    assert document.model is not None
    document.set_weights(np.full_like(document.model.parameters.flat, np.nan))
    view = look_at(panel, document, CONV)
    assert view.note.isVisible()
    assert "read as" not in panel.maps.samples.verdict.whole_text
    assert look_at(panel, document, CONV, maps=False).note.isVisible()


def test_that_what_enters_the_layer_stands_beside_the_image(panel: LensPanel, document: Document) -> None:
    look_at(panel, document, CONV)
    assert not panel.maps.samples.entry.isVisible()
    look_at(panel, document, POOL)
    entry = panel.maps.samples.entry
    assert entry.isVisible() and entry.toolTip().startswith("What enters Pooling 1, from −")
    assert entry._content.tolist() == expected(document, image_of(document, 0), RELU).tolist()


def test_that_a_narrow_lens_shows_what_enters_the_layer_without_words(panel: LensPanel, document: Document) -> None:
    look_at(panel, document, POOL)
    bar = panel.maps.samples
    for width, words in ((480, True), (1, False), (480, True)):  # the lens keeps its least width
        panel.resize(width, 420)
        assert bar.entry.isVisible() and bar.entry_label.isVisible() == words


def test_that_fresh_weights_begin_a_fresh_range(panel: LensPanel, document: Document) -> None:
    view = look_at(panel, document, CONV)
    document.set_weights(document.model.parameters.flat * 1000)
    panel.refresh()
    assert view.limit > 100
    document.reset_weights()
    panel.refresh()
    assert view.limit < 100


def test_that_layers_with_other_parameters_show_them_by_name(panel: LensPanel, document: Document) -> None:
    frame = Frame(document, None, 0)
    frame.parameters = {"gamma": np.array([1.0, 2.0]), "beta": np.array([3.0])}
    panel.kernels.show_frame(frame)
    tiles = panel.kernels.mosaic.canvas.tiles
    assert tiles is not None and tiles.names == ("gamma 0", "gamma 1", "beta 0")


def test_that_a_sample_in_colour_is_shown_channel_by_channel(qtbot: QtBot, document: Document) -> None:
    frame = Frame(document, Sample(np.zeros((3, 8, 8), np.float32), "your drawing"), 0)
    assert frame.values is None  # the network reads one channel
    panel = LensPanel(document)
    qtbot.addWidget(panel)
    panel.show()
    document.select("")
    panel.tabs.setCurrentIndex(1)
    panel.set_sample(np.zeros((3, 8, 8), np.float32), "your drawing")
    panel.refresh()
    assert shown(panel.maps.mosaic).shape == (3, 8, 8)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_that_every_view_is_painted_in_both_schemes_and_any_size(
    qapp: QApplication, panel: LensPanel, document: Document, scheme: theme.Tokens
) -> None:
    theme.apply(qapp, scheme)
    for width, height in ((360, 420), (900, 700), (300, 300)):
        panel.resize(width, height)
        for layer in range(6):
            for maps in (False, True):
                look_at(panel, document, layer, maps)
                image = panel.grab().toImage()
                assert image.pixelColor(QPoint(2, 2)).name().upper() == scheme.window
    theme.apply(qapp, theme.LIGHT)


def test_that_every_control_has_a_name_and_a_tooltip(panel: LensPanel, document: Document) -> None:
    look_at(panel, document, CONV)
    bar, mosaic = panel.maps.samples, panel.maps.mosaic
    for control in (
        bar.number, bar.previous_button, bar.next_button, bar.random_button, bar.back_button, bar.picture,
        mosaic.canvas, mosaic.legend, mosaic.pager.back_button, mosaic.pager.on_button,
    ):  # fmt: skip
        assert control.accessibleName() and control.toolTip()


def test_that_another_seed_makes_a_new_frame(qtbot: QtBot, panel: LensPanel, document: Document) -> None:
    with qtbot.waitSignal(panel.framed) as framed:
        document.set_settings(replace(document.settings, seed=9))
    assert framed.args is not None and framed.args[0].next_key == (9, 0)


@pytest.mark.parametrize(("step", "epoch"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_that_a_step_is_named_with_the_epoch_that_it_belongs_to(document: Document, step: int, epoch: int) -> None:
    for ended in ((1, 4), (2, 8)):
        document.history.epochs.append(EpochResult(*ended, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0))
    assert Frame(document, None, step).moment() == f"step {step}, epoch {epoch}"
