"""The small pictures on the cards: the network's own maps for the chosen sample, and what belongs together."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF
from pytestqt.qtbot import QtBot

from cnn_gui.editor.map_strip import MapStrip
from cnn_gui.editor.scene import INPUT
from cnn_gui.main_window import MainWindow
from engine.architecture import new_layer
from engine.data.dataset import pixels
from engine.model import Model
from tests.helpers.window import open_tiny_window

CONV, RELU, POOL, FLATTEN, DENSE, SOFTMAX = range(6)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    for window in open_tiny_window(qtbot, tmp_path):
        window.lens.refresh()
        yield window


def strip(window: MainWindow, layer: int) -> MapStrip:
    return window.canvas.chain.cards[window.document.architecture.layers[layer].uid].maps


def point_at(qtbot: QtBot, window: MainWindow, layer: int, x: float) -> None:
    """Move the mouse to *x* px from the left of a layer's strip."""
    card = window.canvas.chain.cards[window.document.architecture.layers[layer].uid]
    place = window.canvas.mapFromScene(card.mapToScene(card.maps.place.topLeft() + QPointF(x, 10)))
    qtbot.mouseMove(window.canvas.viewport(), place)


def expected(window: MainWindow) -> list[np.ndarray]:
    """What a model of its own, with the document's weights, makes of the test image on show."""
    document = window.document
    assert document.model is not None and document.data.dataset is not None
    other = Model(document.architecture, document.data.input_shape, np.float32)
    other.parameters.flat[...] = document.model.parameters.flat
    return [each[0].copy() for each in other.activations(pixels(document.data.dataset.test.images[:1]))]


def test_that_every_card_shows_what_its_layer_makes_of_the_sample(window: MainWindow) -> None:
    image, *outputs = expected(window)
    first = window.canvas.chain.cards[INPUT].maps.values
    assert first is not None and (first == image).all()
    for layer, output in enumerate(outputs):
        shown = strip(window, layer).values
        assert shown is not None and (shown == output).all()


def test_that_the_pictures_follow_the_weights_and_the_sample(window: MainWindow) -> None:
    before = expected(window)
    window.document.set_weights(
        np.full(before[0].size * 0 + window.document.model.parameters.flat.size, 0.1, np.float32)
    )  # type: ignore[union-attr]
    window.lens.refresh()
    changed = strip(window, CONV).values
    assert changed is not None and not (changed == before[1]).all() and (changed == expected(window)[1]).all()
    window.lens.set_sample(np.zeros((1, 8, 8), np.float32), "your drawing")
    window.lens.refresh()
    first = window.canvas.chain.cards[INPUT].maps.values
    assert first is not None and not first.any()


def test_that_pointing_at_a_map_lights_the_maps_it_is_made_from_and_the_wire(qtbot: QtBot, window: MainWindow) -> None:
    uids = [spec.uid for spec in window.document.architecture.layers]
    wires = window.canvas.chain.wires
    point_at(qtbot, window, POOL, 30)
    assert strip(window, POOL).lit == strip(window, RELU).lit == {1}
    assert [uid for uid in uids if wires[uid].lit] == [uids[POOL]]
    point_at(qtbot, window, CONV, 5)
    assert window.canvas.chain.cards[INPUT].maps.lit == {0} and strip(window, CONV).lit == {0}
    point_at(qtbot, window, DENSE, 5)
    assert len(strip(window, FLATTEN).lit) == 27 and strip(window, DENSE).lit == {0}
    point_at(qtbot, window, FLATTEN, 1)
    assert strip(window, POOL).lit == {0} and 0 in strip(window, FLATTEN).lit
    qtbot.mouseMove(window.canvas.viewport(), QPoint(1, 1))
    assert not any(strip(window, layer).lit for layer in range(6)) and not any(wire.lit for wire in wires.values())


def test_that_a_chain_that_cannot_work_shows_no_pictures_and_words_in_the_middle(window: MainWindow) -> None:
    window.document.insert(0, "dense")
    window.lens.refresh()
    assert all(card.maps.values is None for card in window.canvas.chain.cards.values())
    assert not window.grab().isNull()


@pytest.mark.parametrize(
    ("values", "x", "channel"),
    [
        (np.zeros((6, 3, 3)), 5, 0), (np.zeros((6, 3, 3)), 129, 5), (np.zeros((6, 3, 3)), 21, None),
        (np.zeros((7, 3, 3)), 115, None), (np.zeros((512, 9, 2)), 60, 2), (np.zeros(10), 0, 0),
        (np.zeros(10), 129.9, 9), (np.zeros(8192), 65, 4096), (np.full(3, np.nan), 70, 1), (None, 5, None),
    ],
)  # fmt: skip
def test_that_a_place_in_the_strip_is_a_channel(values: np.ndarray | None, x: float, channel: int | None) -> None:
    maps = MapStrip(QRectF(7, 3, 130, 20))
    maps.show_values(values)
    assert maps.channel_at(QPointF(7 + x, 10)) == channel


def test_that_many_maps_and_colour_images_are_painted(window: MainWindow) -> None:
    document = window.document
    document.insert(0, "conv2d")
    document.configure(document.selected, new_layer("conv2d", filters=64, padding=1).config)
    window.lens.refresh()
    window.canvas.chain.cards[INPUT].maps.show_values(np.random.default_rng(0).random((3, 8, 8)), photo=True)
    assert not window.grab().isNull()
