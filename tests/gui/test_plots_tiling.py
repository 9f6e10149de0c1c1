"""Tiles lie where they fit, as large as they can, each on one page."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_gui.plots.compose import compose
from cnn_gui.plots.tiling import MOST_TILES, MOST_VALUES, Pages, Sheet, Tiling

SIDES = st.integers(1, 40)
AREAS = st.tuples(st.integers(20, 800), st.integers(20, 800))


def assert_that_pages_show_each_tile_once(pages: Pages) -> None:
    shown = np.concatenate([pages.tiles(page).ravel() for page in range(pages.number)])
    assert sorted(shown[shown >= 0].tolist()) == list(range(pages.count))
    for page in range(pages.number):
        ids = pages.tiles(page)
        assert ids.shape == pages.tiling.grid
        assert {pages.page_of(int(tile)) for tile in ids[ids >= 0]} <= {page}


@given(st.integers(1, 1500), SIDES, SIDES, AREAS)
def test_that_flowing_tiles_fit_and_each_is_on_one_page(count: int, height: int, width: int, area: tuple) -> None:
    pages = Sheet(area, 1, 2).flow(count, (height, width))
    assert_that_pages_show_each_tile_once(pages)
    assert np.prod(pages.tiling.grid) < 2 * MOST_TILES
    if height + 2 <= area[0] and width + 2 <= area[1]:
        assert pages.tiling.size[0] <= area[0] and pages.tiling.size[1] <= area[1]


@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 9), AREAS, st.integers(0, 40))
def test_that_a_table_keeps_its_rows_together(rows: int, columns: int, side: int, area: tuple, label: int) -> None:
    pages = Sheet(area, 1, 2).table(rows, columns, (side, side), label)
    assert_that_pages_show_each_tile_once(pages)
    for row in pages.tiles(0):
        neighbours = (row[:-1] >= 0) & (row[1:] >= 0)
        assert (np.diff(row)[neighbours] == 1).all()
    assert pages.tiling.size[0] <= max(area[0], side + 2)


@given(st.integers(1, 3000), st.integers(1, 3000), AREAS)
def test_that_a_matrix_is_one_picture_up_to_its_limit(rows: int, columns: int, area: tuple) -> None:
    pages = Sheet(area, 1, 2).matrix(rows, columns)
    assert (pages.number == 1) == (max(rows, columns) <= MOST_VALUES)
    assert pages.tiling.grid[0] * pages.tiling.scale[0] <= max(area[0], rows)


def test_that_few_tiles_become_as_large_as_the_space_allows() -> None:
    pages = Sheet((210, 330), 1, 8).flow(6, (5, 5))
    assert pages.tiling.grid == (2, 3)
    assert pages.tiling.scale == (19, 19)  # 2 x (5 x 19 + 2) + 8 = 202; at 20 the second row would not fit


def test_that_full_rows_are_worth_a_little_size() -> None:
    for height in (240, 290):
        assert Sheet((height, 388), 1, 8).flow(10, (1, 1)).tiling.grid == (2, 5)
    assert Sheet((240, 240), 1, 8).flow(7, (1, 1)).tiling.grid == (3, 3)


def test_that_size_is_worth_more_than_full_rows() -> None:
    assert Sheet((172, 356), 1, 8).flow(16, (10, 10)).tiling.scale == (5, 5)  # three rows of six; 4 x 4 would be at 3


def test_that_more_tiles_than_fit_take_more_pages() -> None:
    pages = Sheet((100, 100), 1, 2).flow(60, (20, 20))
    assert (pages.tiling.grid, pages.tiling.scale, pages.number) == ((4, 4), (1, 1), 4)
    assert Sheet((2000, 2000), 1, 2).flow(1000, (3, 3)).number == 2


def test_that_many_filters_stand_in_groups_side_by_side() -> None:
    pages = Sheet((240, 340), 1, 4).table(16, 6, (5, 5), 20)
    assert pages.groups == 2
    ids = pages.tiles(0)
    assert ids[0, 0] == 0 and ids[7, 5] == 47
    assert (ids[:, 6] == -1).all()
    assert ids[0, 7] == 48 and ids[7, 12] == 95


def test_that_a_table_wider_than_the_space_is_cut_into_blocks() -> None:
    pages = Sheet((100, 100), 1, 2).table(10, 50, (3, 3), 10)
    assert pages.blocks == (1, 4)
    assert pages.tiles(1)[1].tolist() == list(range(63, 76))


@pytest.mark.parametrize("border", [0, 1, 2])
def test_that_every_pixel_of_a_cell_leads_back_to_it(border: int) -> None:
    tiling = Tiling((2, 3), (4, 5), (2, 2), border, gap=3)
    found = {tiling.cell_at(y, x) for y in range(-5, 40) for x in range(-5, 60)} - {None}
    assert found == {(i, j, row, column) for i in (0, 1) for j in (0, 1) for row in (0, 1) for column in range(3)}
    top, left = tiling.pitch[0] + border + 4, border + 10
    assert {tiling.cell_at(top + y, left + x) for y in range(4) for x in range(5)} == {(1, 0, 1, 2)}
    assert tiling.cell_at(top + 4, left) is None


def test_that_a_composed_page_has_frames_cells_and_nothing_between() -> None:
    cells = np.arange(1, 13, dtype=np.uint32).reshape(1, 2, 2, 3)
    tiling = Tiling((2, 3), (2, 2), (1, 2), border=1, gap=1)
    page = compose(cells, np.array([[True, False]]), tiling, line=99)
    assert page.shape == tiling.size == (6, 17)
    assert page[1:5, 1:7].tolist() == [[1, 1, 2, 2, 3, 3]] * 2 + [[4, 4, 5, 5, 6, 6]] * 2
    assert set(page[0, :8].tolist()) == set(page[:, 0].tolist()) == {99}
    assert not page[:, 8:].any()


def test_that_large_cells_are_parted_by_lines_and_small_ones_are_not() -> None:
    cells = np.full((1, 1, 3, 3), 7, np.uint32)
    for scale, lines in ((12, 4), (11, 2)):
        tiling = Tiling((3, 3), (scale, scale), (1, 1), border=1)
        page = compose(cells, np.array([[True]]), tiling, line=99)
        assert np.count_nonzero(page[5] == 99) == lines
