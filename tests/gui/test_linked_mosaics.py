"""Mosaics that are pointed at together."""

import numpy as np
import pytest

from cnn_gui.lens.linked import LinkedMosaics
from cnn_gui.plots.mosaic_geometry import Spot


@pytest.fixture
def maps(qtbot) -> LinkedMosaics:
    maps = LinkedMosaics(("before", "after"))
    qtbot.addWidget(maps)
    maps.resize(600, 300)
    maps.show()
    maps.show_values(*np.zeros((2, 4, 6, 6), np.float32))
    return maps


def test_that_a_value_pointed_at_in_one_is_that_of_all(maps: LinkedMosaics) -> None:
    maps.views[1].canvas.point_at(Spot(3, 5, 4))
    assert maps.index() == (3, 5, 4) and maps.views[0].canvas.spot == Spot(3, 5, 4)


@pytest.mark.parametrize("first", [0, 1])
def test_that_whoever_shows_them_hears_that_a_new_size_points_at_nothing(maps: LinkedMosaics, first: int) -> None:
    heard: list[object] = []
    maps.views[first].canvas.point_at(Spot(3, 5, 4))
    maps.pointed.connect(heard.append)
    maps.resize(500, 280)
    assert heard and heard[-1] is None
    assert maps.index() is None and all(view.canvas.spot is None for view in maps.views)


def test_that_no_place_of_larger_maps_is_left_in_smaller_ones(maps: LinkedMosaics) -> None:
    maps.views[0].canvas.point_at(Spot(3, 5, 4))
    maps.resize(500, 280)
    maps.show_values(*np.zeros((2, 2, 1, 1), np.float32))
    assert maps.index() is None and maps.where() == ""
