"""The lens looks through test images or training images; each set remembers which."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.lens.choice import Choice, ImageSet
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.held_out import HeldOut
from cnn_gui.lens.panel import LensPanel
from cnn_gui.lens.sample_bar import SampleBar
from cnn_gui.main_window import MainWindow
from engine.data.dataset import Dataset, Split, pixels
from engine.trainer import Trainer
from tests.helpers import tiny
from tests.helpers.window import open_tiny_window

TEST, TRAINING = ImageSet


@pytest.fixture
def document() -> Document:
    document = Document()
    document.set_data(tiny.dataset(train=64, test=20), "bundled")
    document.replace(tiny.architecture(), "Load it")
    document.select(document.architecture.layers[0].uid)
    return document


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> LensPanel:
    widget = LensPanel(document, np.random.default_rng(0))
    qtbot.addWidget(widget)
    widget.tabs.setCurrentIndex(1)
    widget.resize(380, 420)
    widget.show()
    widget.refresh()
    return widget


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


def data_of(document: Document) -> Dataset:
    assert document.data.dataset is not None
    return document.data.dataset


def click_set(qtbot: QtBot, panel: LensPanel, which: ImageSet) -> SampleBar:
    bar = panel.maps.samples
    qtbot.mouseClick(bar.sets.buttons[which], Qt.MouseButton.LeftButton)
    panel.refresh()
    return bar


def title(panel: LensPanel) -> str:
    panel.refresh()
    return panel.maps.mosaic.caption.whole_text.split(" · ")[1]


def without(split: Split) -> Split:
    return Split(split.images[:0], split.labels[:0])


def test_that_training_images_are_looked_through_with_their_label(
    qtbot: QtBot, panel: LensPanel, document: Document
) -> None:
    frames = []
    panel.framed.connect(frames.append)
    bar = click_set(qtbot, panel, TRAINING)
    bar.number.setValue(63)
    assert title(panel) == "training image 63"
    sample, train = frames[-1].sample, data_of(document).train
    assert sample.label == train.labels[63] and (sample.image == pixels(train.images[63])).all()
    assert bar.verdict.whole_text.startswith(f"Actual {train.labels[63]}, ")
    assert bar.sets.buttons[TRAINING].isChecked() and not bar.sets.buttons[TEST].isChecked()


def test_that_each_set_remembers_its_number(qtbot: QtBot, panel: LensPanel) -> None:
    panel.choose(4)
    bar = click_set(qtbot, panel, TRAINING)
    assert (bar.number.value(), bar.number.maximum(), title(panel)) == (0, 63, "training image 0")
    bar.number.setValue(50)
    click_set(qtbot, panel, TEST)
    assert (bar.number.value(), bar.number.maximum(), title(panel)) == (4, 19, "test image 4")
    click_set(qtbot, panel, TRAINING)
    assert (bar.number.value(), title(panel)) == (50, "training image 50")


def test_that_the_buttons_walk_through_the_chosen_set(qtbot: QtBot, panel: LensPanel) -> None:
    bar = click_set(qtbot, panel, TRAINING)
    asked: list[Choice] = []
    panel.sample_requested.connect(asked.append)
    for button in (bar.next_button, bar.next_button, bar.previous_button, bar.random_button):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        panel.refresh()
    drawn = int(np.random.default_rng(0).integers(64))
    assert [(choice.which, choice.number) for choice in asked] == [(TRAINING, n) for n in (1, 2, 1, drawn)]
    assert panel.choice == asked[-1]


def test_that_the_way_back_from_a_drawing_leads_to_the_chosen_set(qtbot: QtBot, panel: LensPanel) -> None:
    bar = click_set(qtbot, panel, TRAINING)
    bar.number.setValue(3)
    panel.set_sample(np.zeros((1, 8, 8), np.float32), "your drawing")
    panel.refresh()
    assert bar.back_button.text() == "Back to\ntraining image 3"
    assert bar.back_button.accessibleName() == "Back to training image 3"
    assert not bar.sets.isVisible()
    qtbot.mouseClick(bar.back_button, Qt.MouseButton.LeftButton)
    assert title(panel) == "training image 3" and bar.sets.isVisible()


def test_that_a_test_image_that_somebody_else_chooses_is_one_of_the_test_set(qtbot: QtBot, panel: LensPanel) -> None:
    bar = click_set(qtbot, panel, TRAINING)
    bar.number.setValue(9)
    panel.choose(2)
    assert title(panel) == "test image 2" and bar.sets.buttons[TEST].isChecked()
    click_set(qtbot, panel, TRAINING)
    assert title(panel) == "training image 9"


def test_that_other_data_bring_the_number_of_each_set_back_into_range(
    qtbot: QtBot, panel: LensPanel, document: Document
) -> None:
    panel.choose(19)
    click_set(qtbot, panel, TRAINING).number.setValue(63)
    document.set_data(tiny.dataset(train=10, test=5), "bundled")
    assert title(panel) == "training image 9"
    click_set(qtbot, panel, TEST)
    assert title(panel) == "test image 4"


@pytest.mark.parametrize(("empty", "other"), [(TEST, TRAINING), (TRAINING, TEST)])
def test_that_a_set_without_images_cannot_be_chosen(
    qtbot: QtBot, panel: LensPanel, document: Document, empty: ImageSet, other: ImageSet
) -> None:
    bar, data = click_set(qtbot, panel, empty), data_of(document)
    part = "test" if empty is TEST else "train"
    document.set_data(replace(data, **{part: without(getattr(data, part))}), "bundled")
    assert title(panel) == ("training image 0" if other is TRAINING else "test image 0")
    assert not bar.sets.buttons[empty].isEnabled() and bar.sets.buttons[other].isChecked()
    panel.choose(3)
    assert panel.choice.which is other or len(data.test)
    document.set_data(data, "bundled")
    panel.refresh()
    assert bar.sets.buttons[empty].isEnabled()


def test_that_the_sets_have_names_tips_and_room_in_a_narrow_lens(panel: LensPanel) -> None:
    bar = panel.maps.samples
    assert [button.text() for button in bar.sets.buttons] == ["Test", "Training"]
    assert all(button.toolTip() for button in bar.sets.buttons) and bar.sets.accessibleName()
    panel.resize(1, 420)  # the lens keeps its least width
    least = panel.width()
    panel.look_at(Choice(TRAINING, (0, 59999)))
    panel.set_sample(np.zeros((1, 8, 8), np.float32), "your drawing")
    panel.refresh()
    assert least == panel.minimumSizeHint().width()  # nothing moves where a drawing takes the place of the image
    panel.choose(0)
    panel.refresh()
    assert len({button.y() for button in bar.sets.buttons}) == 1
    assert bar.sets.buttons[-1].geometry().right() < bar.sets.width()
    room = bar.number.lineEdit().width() - bar.number.lineEdit().textMargins().left()
    assert bar.number.fontMetrics().horizontalAdvance("#59999") < room


def test_that_the_page_of_the_test_set_marks_test_images_alone(window: MainWindow) -> None:
    marked = window.results.mistakes.gallery.canvas
    window.lens.choose(3)
    assert marked._chosen == 3
    window.lens.look_at(window.lens.choice.of(TRAINING).at(5))
    assert marked._chosen is None
    window.results.chosen.emit(7)
    assert window.lens.choice == Choice(TEST, (7, 5)) and marked._chosen == 7


def test_that_a_training_image_stays_on_show_while_the_network_learns(qtbot: QtBot, window: MainWindow) -> None:
    window.document.select(window.document.architecture.layers[0].uid)
    window.lens.tabs.setCurrentWidget(window.lens.maps)
    window.controller.start()
    window.lens.look_at(window.lens.choice.of(TRAINING).at(5))
    caption, start = window.lens.maps.mosaic.caption, "Convolution 1 · training image 5 · step"
    qtbot.waitUntil(lambda: caption.whole_text.startswith(start))
    first = caption.whole_text
    qtbot.waitUntil(lambda: caption.whole_text.startswith(start) and caption.whole_text != first)
    window.controller.stop()
    qtbot.waitUntil(lambda: not window.controller.busy)


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_that_a_training_image_says_that_a_run_holds_it_out(panel: LensPanel, document: Document, share: float) -> None:
    document.set_settings(replace(document.settings, validation=share, batch_size=8, seed=5))
    assert document.model is not None
    trainer = Trainer(document.model, data_of(document), document.settings, threads=1)
    validation = trainer.dataset.validation
    held = set() if validation is None else {image.tobytes() for image in validation.images}
    frames: list[Frame] = []
    panel.framed.connect(frames.append)
    told = 0
    for number, image in enumerate(data_of(document).train.images):
        panel.look_at(Choice(TRAINING).at(number))
        panel.refresh()
        sample = frames[-1].sample
        assert sample is not None and sample.held_out == (image.tobytes() in held)
        end = " (held out for validation)" if sample.held_out else ""
        assert sample.whole_title == f"training image {number}{end}"
        assert panel.maps.samples.verdict.whole_text.endswith(", held out for validation") == sample.held_out
        told += sample.held_out
    assert told == round(share * 64)


def test_that_no_test_image_is_held_out(panel: LensPanel, document: Document) -> None:
    document.set_settings(replace(document.settings, validation=0.5))
    for number in range(20):
        panel.look_at(Choice(TEST).at(number))
        panel.refresh()
        assert "held out" not in panel.maps.samples.verdict.whole_text


def test_that_nothing_is_held_out_where_data_have_validation_images_of_their_own() -> None:
    whole, held = tiny.dataset(train=64, test=20), HeldOut()
    assert held.flags(whole, 0.5).sum() == 32
    assert not held.flags(replace(whole, validation=whole.test), 0.5).any() and not held.flags(None, 0.5).any()


def test_that_a_random_image_is_none_while_the_data_of_another_project_is_still_read(
    panel: LensPanel, document: Document
) -> None:
    before = panel.choice
    document.show_project(document.project(), None)  # its data is not read yet, and the bar is not drawn anew yet
    panel.maps.samples.random_button.click()
    assert panel.choice.number == before.number
