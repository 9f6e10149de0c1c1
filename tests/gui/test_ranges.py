"""How far colours reach: each map for itself, the maps of a layer alike, or the whole network alike."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cnn_gui.lens.views.convolution import ConvolutionView
from cnn_gui.lens.views.gradients import GradientsView
from cnn_gui.lens.views.weights import WeightsView
from cnn_gui.lens.views.why import WhyView
from cnn_gui.main_window import MainWindow
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.grid import Grid
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.ranges import Ranges, Scale
from cnn_gui.plots.round_numbers import round_up, round_up_each
from tests.gui.test_grid_view import texts
from tests.helpers.window import open_tiny_window

MAPS = np.stack([np.full((3, 3), 0.5), np.full((3, 3), -2.0), np.zeros((3, 3))])


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    yield from open_tiny_window(qtbot, tmp_path)


def colours(view: MosaicView) -> list[int]:
    """Return the colour of the first value of each tile."""
    page = view.canvas.drawn()
    assert page is not None
    by_tile = {
        int(tile): int(page.pixels[place][0, 0]) for place, tile in np.ndenumerate(page.geometry.ids) if tile >= 0
    }
    return [by_tile[tile] for tile in sorted(by_tile)]


@given(arrays.arrays(float, 4, elements=st.floats(5e-324, 1e300)))
def test_that_many_numbers_are_made_round_as_one_is(values: np.ndarray) -> None:
    assert round_up_each(values).tolist() == pytest.approx([round_up(value) for value in values], rel=1e-12)


@given(arrays.arrays(float, (3, 2, 2), elements=st.floats(-1e6, 1e6)))
def test_that_the_limits_of_several_maps_are_those_of_each(maps: np.ndarray) -> None:
    for ranges in (Ranges(Scale.MAP), Ranges(), Ranges(Scale.NETWORK, lambda _: 7e6)):
        limits = np.broadcast_to(ranges.each(maps, ColorMap.WEIGHTS, signed_levels(maps)), (3, 1, 1))
        alone = [ranges.limit(values, ColorMap.WEIGHTS, signed_levels(maps)) for values in maps]
        assert limits.ravel().tolist() == pytest.approx(alone)
        assert (np.abs(maps) <= limits * (1 + 1e-5)).all()


def test_that_maps_with_colours_of_their_own_are_all_as_strong_as_can_be(qtbot: QtBot) -> None:
    view = MosaicView()
    qtbot.addWidget(view)
    view.resize(300, 200)
    view.show()
    view.set_maps(MAPS)
    weak, strong, zero = colours(view)
    view.ranges = Ranges(Scale.MAP)
    view.set_maps(MAPS)
    assert colours(view)[1:] == [strong, zero] and colours(view)[0] != weak
    view.set_maps(-MAPS)
    assert colours(view)[0] == strong  # the last colour of the other sign


def test_that_the_legend_tells_the_range_of_the_map_under_the_mouse(qtbot: QtBot) -> None:
    view = MosaicView()
    qtbot.addWidget(view)
    view.ranges = Ranges(Scale.MAP)
    view.set_maps(MAPS)
    assert view.legend.numbers() == ["−max", "0", "+max"]
    view.canvas.point_at(Spot(1, 0, 0))
    assert view.legend.numbers() == ["−2", "0", "+2"]
    view.canvas.point_at(None)
    view.canvas.select(0)
    assert view.legend.numbers() == ["−0.5", "0", "+0.5"]
    view.set_vector(np.array([0.1, 3.0]))  # single values share their colours
    assert view.legend.numbers() == ["−3", "0", "+3"]


def test_that_a_single_value_is_told_once(qtbot: QtBot) -> None:
    view = MosaicView()
    qtbot.addWidget(view)
    view.set_vector(np.array([0.5, 0.5]))
    assert view.readout[1] == "0.5"


def test_that_pictures_from_zero_keep_their_range(qtbot: QtBot) -> None:
    view = GridView()
    qtbot.addWidget(view)
    for scale in Scale:
        view.ranges = Ranges(scale, lambda _: 0.0)
        view.show_grid(Grid(np.ones((2, 2)), ColorMap.COUNTS, 9.0))
        assert view.grid is not None and view.grid.limit == 9.0


def test_that_a_person_chooses_the_range_inside_a_layer_and_every_picture_follows(
    qtbot: QtBot, window: MainWindow
) -> None:
    document, microscope = window.document, window.microscope
    document.select(document.architecture.layers[0].uid)
    window.canvas.opened.emit()
    window.lens.tabs.setCurrentWidget(window.lens.maps)
    microscope.look_through(ConvolutionView)
    window.lens.refresh()
    limits = {}
    for scale in (Scale.LAYER, Scale.MAP, Scale.NETWORK):
        microscope.head.scale.setFocus()
        steps = scale.value - microscope.head.scale.currentIndex()
        for _ in range(abs(steps)):
            QTest.keyClick(microscope.head.scale, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
        qtbot.waitUntil(lambda scale=scale: window.lens.scale is scale)
        window.lens.refresh()
        view = microscope.view
        assert isinstance(view, ConvolutionView) and view.unfolded.output.grid is not None
        assert microscope.head.scale.currentIndex() == scale.value
        assert view.maps.ranges.scale is window.lens.maps.mosaic.ranges.scale is scale
        limits[scale] = view.unfolded.output.grid.limit
        values = view.unfolded.output.grid.values
        if scale is Scale.MAP:
            assert limits[scale] == round_up(signed_levels(values))
    assert limits[Scale.MAP] <= limits[Scale.LAYER] <= limits[Scale.NETWORK]
    frame_values = document.model.activations(window.document.data.dataset.test.images[:1] / 255)
    assert limits[Scale.NETWORK] >= max(np.abs(each).max() for each in frame_values) * 0.999


def test_that_the_whole_network_shares_the_range_of_its_gradients(window: MainWindow) -> None:
    window.lens.set_scale(Scale.NETWORK)
    limits = set()
    for spec in window.document.architecture.layers:
        window.document.select(spec.uid)
        window.canvas.opened.emit()
        window.microscope.look_through(GradientsView)
        window.lens.refresh()
        view = window.microscope.view
        assert isinstance(view, GradientsView)
        limits.add(view.inputs.limit)
        if spec is not window.document.architecture.layers[-1]:
            limits.add(view.outputs.limit)
    assert len(limits) == 1 and view.outputs.limit >= 1  # the last dC/dO, which nothing uses, counts for itself alone


def test_that_numbers_in_cells_are_as_exact_however_far_the_colours_reach(qtbot: QtBot) -> None:
    view = GridView()
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show_grid(Grid(np.array([[0.6357, -0.02]]), ColorMap.ACTIVATIONS, 40.0))
    assert {"0.636", "−0.020", "±40"} <= texts(view)
    view.show_grid(Grid(np.array([[2.55e-6, 0.0]]), ColorMap.GRADIENTS, 1.2))
    assert {"2.55", "0", "1 × 2, in 10⁻⁶"} <= texts(view)


def test_that_where_nothing_can_be_compared_there_is_nothing_to_choose(window: MainWindow) -> None:
    window.lens.set_scale(Scale.NETWORK)
    window.canvas.opened.emit()
    window.microscope.explain()
    window.lens.refresh()
    assert isinstance(window.microscope.view, WhyView) and not window.microscope.head.scale.isEnabled()
    window.microscope.look_through(GradientsView)
    window.lens.refresh()
    assert window.microscope.head.scale.isEnabled()


def test_that_the_menu_has_the_same_choice(window: MainWindow) -> None:
    menu = next(each for each in window.findChildren(QMenu) if each.title() == "Colour &range")
    window.lens.set_scale(Scale.MAP)
    menu.aboutToShow.emit()
    assert [action.isChecked() for action in menu.actions()] == [True, False, False]
    menu.actions()[2].trigger()
    assert window.lens.scale is Scale.NETWORK


def test_that_updates_are_compared_with_updates(qtbot: QtBot, window: MainWindow) -> None:
    document = window.document
    document.set_weights(document.model.parameters.flat.copy(), np.full(document.model.parameters.flat.size, 1e-3))
    window.lens.set_scale(Scale.NETWORK)
    document.select(document.architecture.layers[0].uid)
    window.canvas.opened.emit()
    window.microscope.look_through(WeightsView)
    window.lens.refresh()
    view = window.microscope.view
    assert isinstance(view, WeightsView)
    view.modes.setCurrentIndex(2)
    window.lens.refresh()
    assert view.mosaic.limit == 1e-3
