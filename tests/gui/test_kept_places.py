"""What views remember of a picture, a place or a layer: nobody reads it once something else has taken its place."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.linked import LinkedMosaics
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import ALL
from cnn_gui.lens.views.reads import ReadCountsView
from cnn_gui.lens.views.weights import UPDATE, WeightsView
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.mosaic_geometry import Spot
from engine.architecture import LayerSpec, new_layer
from engine.faults import UNROTATED
from engine.layers.conv import Conv2DConfig
from tests.helpers.lens import document_of, frame_of, put
from tests.helpers.window import open_tiny_window

CONV = 0


def chain(filters: int, kernel: int, units: int, *, averaged: bool, **pool: int) -> tuple[LayerSpec, ...]:
    """Return a network with every kind of layer that a view is for, all larger or all smaller."""
    maps = (
        new_layer("conv2d", filters=filters, kernel_size=kernel), new_layer("batch_norm"), new_layer("relu"),
        new_layer("dropout", rate=0.25), new_layer("pool2d", **pool),
    )  # fmt: skip
    flat = new_layer("global_average_pool") if averaged else new_layer("flatten")
    return *maps, flat, new_layer("batch_norm"), new_layer("dense", units=units), new_layer("softmax")


def frames(*, large: bool, averaged: bool) -> list[Frame]:
    """Return the frame of each layer of such a network."""
    size = {"size": 2, "stride": 1} if large else {"size": 3, "stride": 1}
    filters, kernel, units, image = (9, 4, 6, 16) if large else (2, 2, 2, 8)
    layers = chain(filters, kernel, units, averaged=averaged, **size)
    document = document_of(*layers, classes=units, size=image)
    return [frame_of(document, layer) for layer in range(len(layers))]


def point_at_the_end(view: LayerView) -> None:
    """Have the last value of every picture under a mouse, and the last tile and row chosen, all at once."""
    for canvas in view.findChildren(MosaicCanvas):
        if canvas.tiles is not None:
            tiles, rows, columns = canvas.tiles.values.shape
            canvas.select(tiles - 1)
            canvas.point_at(Spot(tiles - 1, rows - 1, columns - 1))
    for table in view.findChildren(BarTable):
        table._point_at(table.rows - 1 if table.rows else None)
    for grid in view.findChildren(GridView):
        if grid.grid is not None:
            grid._point_at((grid.grid.shape[0] - 1, grid.grid.shape[1] - 1))


@pytest.mark.parametrize("averaged", [False, True])
@pytest.mark.parametrize("kind", ALL)
def test_that_a_view_reads_no_place_of_the_layer_before(qtbot: QtBot, kind: type[LayerView], averaged: bool) -> None:
    larger, smaller = (
        [frame for frame in frames(large=large, averaged=averaged) if kind.suits(frame)] for large in (True, False)
    )
    view = kind()
    qtbot.addWidget(view)
    for before in larger:
        for after in smaller:
            put(view, before, 580, 560)
            point_at_the_end(view)
            view.show_frame(after)
            QApplication.processEvents()
            view.grab()


def test_that_a_picture_that_begins_anew_has_neither_tile_nor_place_when_it_says_so(qtbot: QtBot) -> None:
    view, heard = MosaicView(), []
    qtbot.addWidget(view)
    view.set_maps(np.zeros((16, 4, 4)))
    view.canvas.select(15)
    view.canvas.point_at(Spot(15, 3, 3))
    view.canvas.pointed.connect(lambda spot: heard.append((spot, view.canvas.selected)))
    view.canvas.selected_changed.connect(lambda tile: heard.append((view.canvas.spot, tile)))
    view.set_maps(np.zeros((3, 4, 4)))
    assert heard == [(None, -1), (None, -1)]
    assert view.readout[0] == "3 maps of 4 × 4"


def test_that_linked_pictures_have_no_place_of_those_before(qtbot: QtBot) -> None:
    maps, heard = LinkedMosaics(("before", "after")), []
    qtbot.addWidget(maps)
    maps.show_values(np.zeros((9, 4, 4)), np.zeros((9, 4, 4)))
    maps.views[1].canvas.point_at(Spot(8, 3, 3))
    maps.pointed.connect(lambda spot: heard.append(maps.index()))
    maps.show_values(np.zeros((2, 4, 4)), np.zeros((2, 4, 4)))
    assert heard == [None] and maps.index() is None


# Layers that are gone.


def test_that_an_edit_of_a_layer_that_is_gone_does_nothing(qapp: object) -> None:
    document = document_of(*chain(2, 2, 2, averaged=False, size=2))
    gone = document.architecture.layers[CONV]
    document.remove(gone.uid)
    count, chosen, layers = document.undo_stack.count(), document.selected, document.architecture
    edits: tuple[Callable[[], None], ...] = (
        lambda: document.remove(gone.uid), lambda: document.move(gone.uid, 2),
        lambda: document.configure(gone.uid, Conv2DConfig(filters=3)), lambda: document.select(gone.uid),
    )  # fmt: skip
    for edit in edits:
        edit()
    assert (document.undo_stack.count(), document.selected, document.architecture) == (count, chosen, layers)
    document.select("")
    assert document.selected == ""


def test_that_a_fault_of_a_layer_that_is_gone_is_not_switched_on(qapp: object) -> None:
    document = document_of(*chain(2, 2, 2, averaged=False, size=2))
    gone = document.architecture.layers[CONV]
    document.remove(gone.uid)
    document.faults.switch(gone.uid, UNROTATED, True)
    assert document.faults.chosen == {}
    assert document.faults.places == ()


def test_that_the_last_update_of_a_layer_that_is_gone_is_not_looked_for(qtbot: QtBot) -> None:
    document = document_of(*chain(3, 2, 2, averaged=False, size=2))
    assert document.model is not None
    document.set_weights(document.model.parameters.flat, np.ones_like(document.model.parameters.learned))
    view = WeightsView()
    qtbot.addWidget(view)
    put(view, frame_of(document, CONV), 580, 560)
    view.modes.setCurrentIndex(UPDATE)
    assert view.mosaic.canvas.tiles is not None and (view.mosaic.canvas.tiles.values == 1).all()
    document.remove(document.architecture.layers[CONV].uid)
    view.mosaic.canvas.select(2)  # before it was shown another layer
    assert view.figures.isHidden()


@pytest.fixture
def window(qtbot: QtBot, tmp_path):
    yield from open_tiny_window(qtbot, tmp_path)


def test_that_a_click_on_the_strip_between_an_edit_and_its_redraw_is_not_heard(
    qtbot: QtBot, window: MainWindow
) -> None:
    document = window.document
    document.select(document.architecture.layers[1].uid)
    window.canvas.opened.emit()
    window.lens.refresh()
    strip = window.microscope.head.strip
    document.remove(document.architecture.layers[CONV].uid)
    selected = document.selected
    qtbot.mouseClick(strip.buttons[CONV], Qt.MouseButton.LeftButton)
    assert document.selected == selected
    window.lens.refresh()
    assert len(strip.buttons) == len(document.architecture.layers)


def test_that_a_remedy_between_an_edit_and_its_redraw_undoes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    uid = document.architecture.layers[CONV].uid
    document.configure(uid, Conv2DConfig(filters=3, kernel_size=(3, 3), stride=(2, 2)))
    document.select(uid)
    window.canvas.opened.emit()
    window.microscope.look_through(ReadCountsView)
    window.lens.refresh()
    view, edited = window.microscope.view, Conv2DConfig(filters=5, kernel_size=(3, 3), stride=(2, 2))
    assert isinstance(view, ReadCountsView) and view.remedies.buttons[0].isVisible()
    document.configure(uid, edited)
    qtbot.mouseClick(view.remedies.buttons[0], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert document.architecture.layers[CONV].config == edited
    window.lens.refresh()
    qtbot.mouseClick(view.remedies.buttons[0], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    changed = document.architecture.layers[CONV].config
    assert isinstance(changed, Conv2DConfig) and changed.filters == 5 and changed != edited


def test_that_maps_of_another_layer_come_while_the_mouse_is_on_a_chosen_one(qtbot: QtBot, window: MainWindow) -> None:
    document, maps = window.document, window.lens.maps.mosaic
    document.insert(1, "conv2d")
    document.configure(document.selected, Conv2DConfig(filters=16, kernel_size=(3, 3)))
    window.lens.tabs.setCurrentWidget(window.lens.maps)
    window.lens.refresh()
    QApplication.processEvents()  # the layout of what has come moves the picture
    page = maps.canvas.drawn()
    assert page is not None and len(page.geometry.ids.ravel()) >= 16
    place = page.geometry.cell_rect(Spot(15, 1, 1))
    assert place is not None
    qtbot.mouseMove(maps.canvas, place.center().toPoint())
    qtbot.mouseClick(maps.canvas, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    assert maps.canvas.selected == 15 and maps.canvas.spot is not None
    qtbot.keyClick(window.canvas, Qt.Key.Key_Home)
    window.lens.refresh()
    assert maps.canvas.selected == -1 and maps.canvas.tiles is not None and len(maps.canvas.tiles.values) == 3


def test_that_a_document_keeps_no_selection_of_another_project(qapp: object) -> None:
    document = Document()
    document.select("nobody")
    assert document.selected == ""
