"""The channels of an RGB image have names, wherever the lens speaks of them."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.kernels import KernelsView
from cnn_gui.lens.maps import MapsView
from cnn_gui.lens.named_box import NamedBox
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.views.activation import ActivationView
from cnn_gui.lens.views.batch_norm import BatchNormView
from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.dense import DenseView
from cnn_gui.lens.views.flatten import FlattenView
from cnn_gui.lens.views.global_average import GlobalAverageView
from cnn_gui.lens.views.gradients import GradientsView
from cnn_gui.lens.views.input_gradient import InputGradientView
from cnn_gui.lens.views.pooling import PoolingView
from cnn_gui.lens.views.reads import ReadCountsView
from cnn_gui.lens.views.weight_gradient import WeightGradientView
from cnn_gui.lens.views.weights import WeightsView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.data.dataset import Dataset, Split
from tests.helpers.lens import frame_of, shown

NAMES = ("Red", "Green", "Blue")
CONV = new_layer("conv2d", filters=2, kernel_size=3)
END = new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")


def document_of(*layers: LayerSpec, channels: int = 3) -> Document:
    images = np.random.default_rng(0).integers(0, 256, (8, channels, 6, 6), np.uint8)
    split = Split(images, np.arange(8) % 2)
    document = Document()
    document.set_data(Dataset("colours", split, split, ("a", "b")), "bundled")
    document.replace(Architecture(layers), "x")
    assert document.model is not None, document.problem
    return document


def frame(*layers: LayerSpec, layer: int = 0, channels: int = 3) -> Frame:
    return frame_of(document_of(*layers, *END, channels=channels), layer)


def read(mosaic: MosaicView, tile: int) -> str:
    mosaic.canvas.point_at(Spot(tile, 0, 0))
    return mosaic.readout[0]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_that_only_three_channels_are_colours_and_only_until_a_layer_mixes_them(channels: int) -> None:
    layers = new_layer("batch_norm"), new_layer("pool2d"), new_layer("relu"), CONV, new_layer("relu")
    named = [bool(frame(*layers, layer=k, channels=channels).channels.names) for k in range(5)]
    assert named == [channels == 3] * 4 + [False]
    assert Channels().title(2) == "channel 2" and Channels().short(2) == "2"


def test_that_a_convolution_of_the_image_names_what_it_reads(qtbot: QtBot) -> None:
    of = frame(CONV)
    view = shown(qtbot, ConvolutionView, of)
    titles = [[grid.grid.title for grid in row] for row in view.unfolded.rows if row[0].grid is not None]
    assert titles == [[f"input {name}", f"kernel {name}", f"contribution {name}"] for name in NAMES]
    view._open(2, (0, 0))
    assert view.steps.source.grid.title == "input Blue" and view.steps.plane.text() == "Blue"
    assert view.steps.lines.texts[0].startswith("Blue")


def test_that_the_way_back_to_the_image_names_its_channels(qtbot: QtBot) -> None:
    of = frame(CONV)
    back = shown(qtbot, InputGradientView, of)
    back.channel.setValue(1)
    assert "2 filters read Green;" in back.sentence.texts[0] and back.channel.text() == "Green"
    weight = shown(qtbot, WeightGradientView, of)
    weight.channel.setValue(2)
    assert weight.sample.kernel.grid.title == "kernel 0, Blue"
    weight.ways.setCurrentIndex(1)
    assert weight.batch.total.grid.title == "dC/dW 0, Blue of this sample alone"
    gradients = shown(qtbot, GradientsView, of)
    assert read(gradients.inputs, 1) == "Green, row 0, column 0"


def test_that_kernels_are_called_by_the_colour_that_they_read(qtbot: QtBot) -> None:
    of = frame(CONV)
    for view in (shown(qtbot, WeightsView, of), KernelsView()):
        qtbot.addWidget(view)
        view.show_frame(of)
        assert read(view.mosaic, 4) == "filter 1, Green, row 0, column 0"
        assert view.mosaic.canvas.tiles.columns == NAMES and not view.mosaic.grab().isNull()
    second = shown(qtbot, WeightsView, frame(CONV, new_layer("conv2d", filters=3, kernel_size=3), layer=1))
    assert read(second.mosaic, 1) == "filter 0, channel 1, row 0, column 0"


def test_that_other_layers_behind_the_image_name_its_channels(qtbot: QtBot) -> None:
    pooling = shown(qtbot, PoolingView, frame(new_layer("pool2d")))
    pooling.channel.setValue(1)
    assert pooling.pictures.source.grid.title == "input Green"
    reads = shown(qtbot, ReadCountsView, frame(CONV))
    assert reads.channel.text() == "Red" and reads.source.grid.title == "input Red"
    norm = shown(qtbot, BatchNormView, frame(new_layer("batch_norm")))
    assert [norm.table.columns[0].written(row) for row in range(3)] == list(NAMES)
    relu, flatten = shown(qtbot, ActivationView, frame(new_layer("relu"))), shown(qtbot, FlattenView, frame())
    assert read(relu.maps.views[0], 2) == "Blue, row 0, column 0"
    assert read(flatten.maps, 0) == "Red, row 0, column 0"
    means = frame_of(document_of(new_layer("global_average_pool"), *END[1:]), 0)
    assert shown(qtbot, GlobalAverageView, means).table.columns[0].written(1) == "Green"
    dense = shown(qtbot, DenseView, frame(layer=1))
    assert dense.table.columns[0].written(0).split(",")[0] in NAMES


def test_that_the_image_itself_is_read_by_its_colours(qtbot: QtBot) -> None:
    document = document_of(CONV, *END)
    sample = frame_of(document, 0).sample
    document.select("")
    view = MapsView()
    qtbot.addWidget(view)
    view.show_frame(Frame(document, sample, 0))
    assert read(view.mosaic, 1) == "Green, row 0, column 0"


def test_that_a_channel_is_chosen_by_arrows_by_its_number_or_by_its_name(qtbot: QtBot) -> None:
    box = NamedBox()
    qtbot.addWidget(box)
    box.offer(range(3), NAMES)
    box.show()
    chosen: list[int] = []
    box.valueChanged.connect(chosen.append)
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert (box.text(), chosen) == ("Green", [1])
    for typed, name in (("2", "Blue"), ("0", "Red")):
        box.findChild(QLineEdit).selectAll()
        QTest.keyClicks(box, typed)
        QTest.keyClick(box, Qt.Key.Key_Return)
        assert (box.text(), chosen[-1]) == (name, int(typed))
    chosen.clear()
    box.interpretText()
    box.offer(range(2, 5))
    assert box.text() == "2" and not chosen


def test_that_the_name_of_a_channel_can_be_typed_and_deleted_letter_by_letter(qtbot: QtBot) -> None:
    box = NamedBox()
    qtbot.addWidget(box)
    box.offer(range(3), NAMES)
    box.show()
    field = box.findChild(QLineEdit)
    for typed, name in (("Green", "Green"), ("blue", "Blue"), ("re", "Blue"), ("x", "Blue")):
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Backspace)
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert (box.text(), box.value()) == (name, NAMES.index(name))
    field.end(False)
    for letters in ("Blu", "Bl", "B", ""):
        QTest.keyClick(field, Qt.Key.Key_Backspace)
        assert field.text() == letters


def test_that_newer_numbers_leave_what_is_being_typed(qtbot: QtBot) -> None:
    box = PlaneBox("Channel")
    qtbot.addWidget(box)
    box.offer(range(3), NAMES)
    box.show()
    field = box.findChild(QLineEdit)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    box.offer(range(3), list(NAMES))
    box.show_number(0)
    assert field.text() == ""
    box.show_number(1)
    assert field.text() == "Green"
    box.offer(range(3))
    assert field.text() == "1"
