"""A view of the microscope on a network and an image of its own, and a mouse over its pictures."""

from typing import TypeVar

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.sample import Sample
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from engine.architecture import Architecture, LayerSpec
from engine.data.dataset import pixels
from engine.layer import Array
from engine.settings import TrainingSettings
from tests.helpers import tiny

View = TypeVar("View", bound=LayerView)


def document_of(*layers: LayerSpec, loss: str = "cross-entropy", classes: int = 2, size: int = 8) -> Document:
    """Return a document with tiny data and a network of *layers*, whose weights are all a little off their start."""
    document = Document()
    document.set_data(tiny.dataset(classes=classes, size=size), "bundled")
    document.set_settings(TrainingSettings(loss=loss))
    document.replace(Architecture(layers), "x")
    assert document.model is not None, document.problem
    noise = np.random.default_rng(3).random(document.model.parameters.flat.shape, np.float32)
    document.set_weights(document.model.parameters.flat + 0.2 * noise)
    return document


def frame_of(document: Document, layer: int, label: int | None = 1, image: Array | None = None) -> Frame:
    """Return the frame of a layer for an image: the first of the test images, unless *image* (C, H, W) is given."""
    document.select(document.architecture.layers[layer].uid)
    assert document.data.dataset is not None
    shown = pixels(document.data.dataset.test.images[0]) if image is None else image
    return Frame(document, Sample(shown, "test image 0", label), 0)


def shown(qtbot: QtBot, kind: type[View], frame: Frame, width: int = 580, height: int = 560) -> View:
    """Return a view on the screen that shows *frame*."""
    view = kind()
    qtbot.addWidget(view)
    return put(view, frame, width, height)


def put(view: View, frame: Frame, width: int, height: int) -> View:
    """Put a view on the screen, with *frame*; return it."""
    view.resize(width, height)
    view.show()
    view.show_frame(frame)
    QApplication.processEvents()  # what has come to be seen finds its place
    return view


def point_at(view: GridView, cell: Cell) -> None:
    """Move the mouse to a cell."""
    assert view.placement is not None
    move(view, view.placement.cell(cell).center())


def point_at_spot(view: MosaicView, spot: Spot) -> None:
    """Move the mouse to a value of a mosaic."""
    page = view.canvas.drawn()
    assert page is not None
    place = page.geometry.cell_rect(spot)
    assert place is not None
    move(view.canvas, place.center())


def point_at_row(table: BarTable, row: int) -> None:
    """Move the mouse to a row of a table."""
    move(table.viewport(), table.row_rect(row).center())


def move(widget: QWidget, to: QPointF) -> None:
    """Move the mouse to a place of a widget; by way of its corner, since Qt drops a move to where it is already."""
    for place in (QPointF(1, 1), to):  # (0, 0) is what QTest takes for the middle
        QTest.mouseMove(widget, place.toPoint())
