"""Where the tiles of a mosaic lie: how many a row, how large, on how many pages. All lengths in screen pixels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MOST_TILES = 512  # a page
MOST_VALUES = 1024  # a row and a column of a matrix, on one page
_SMALLER = 0.8  # of the largest scale: what full rows may cost
_SMALLER_VALUES = 0.6  # the same for tiles of a single value, which need no size
_STRETCH = 6  # cells of a matrix may be so many times as tall as wide, or the other way round

Pair = tuple[int, int]  # down, across
Ids = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Tiling:
    """One page: *grid* = (rows, columns) of tiles, each of *tile* = (H, W) cells of *scale* = (height, width) px.

    Each tile has a frame *border* px wide; *gap* px part it from the next. An *elastic* page that is too large for its
    place may shrink more in one direction than in the other.
    """

    tile: Pair
    scale: Pair
    grid: Pair
    border: int = 0
    gap: int = 0
    elastic: bool = False

    @property
    def outer(self) -> Pair:
        """(height, width) of a tile with its frame."""
        (rows, columns), (height, width) = self.tile, self.scale
        return rows * height + 2 * self.border, columns * width + 2 * self.border

    @property
    def pitch(self) -> Pair:
        """(down, across) from a tile to the next."""
        return self.outer[0] + self.gap, self.outer[1] + self.gap

    @property
    def size(self) -> Pair:
        """(height, width) of the whole page."""
        return self.grid[0] * self.pitch[0] - self.gap, self.grid[1] * self.pitch[1] - self.gap

    def cell_at(self, y: int, x: int) -> tuple[int, int, int, int] | None:
        """Return (tile's row, tile's column, row in it, column in it) at a pixel; None beside the tiles."""
        (i, dy), (j, dx) = divmod(y, self.pitch[0]), divmod(x, self.pitch[1])
        row, column = (dy - self.border) // self.scale[0], (dx - self.border) // self.scale[1]
        on_grid = 0 <= i < self.grid[0] and 0 <= j < self.grid[1]
        in_tile = 0 <= row < self.tile[0] and 0 <= column < self.tile[1]
        return (i, j, row, column) if on_grid and in_tile else None


@dataclass(frozen=True, slots=True)
class Pages:
    """How *count* tiles are cut into pages that look like *tiling*, and which tile stands where.

    The tiles are numbered in rows of *columns*. A page shows a block of these rows and columns; if *groups* > 1, it
    shows so many blocks side by side, which follow one another, with *spacer* empty places between them.
    """

    count: int
    columns: int
    tiling: Tiling
    groups: int = 1
    spacer: int = 0

    @property
    def blocks(self) -> Pair:
        """(down, across): how many pages."""
        rows = -(-self.count // self.columns)
        across = 1 if self.groups > 1 else -(-self.columns // self.tiling.grid[1])
        return -(-rows // (self.tiling.grid[0] * self.groups)), across

    @property
    def number(self) -> int:
        """How many pages in all, counted in reading order."""
        return self.blocks[0] * self.blocks[1]

    def tiles(self, page: int) -> Ids:
        """Return which tile stands where on *page*: (rows, columns), -1 where there is none."""
        (rows, columns), (down, across) = self.tiling.grid, divmod(page, self.blocks[1])
        i = down * rows * self.groups + np.arange(rows)[:, None]
        j = across * columns + np.arange(columns)
        if self.groups > 1:
            group, j = np.divmod(j, self.columns + self.spacer)
            i = i + group * rows
        ids = i * self.columns + j
        return np.where((j < self.columns) & (ids < self.count), ids, -1)

    def page_of(self, tile: int) -> int:
        """Return the page that shows *tile*."""
        row, column = divmod(tile, self.columns)
        across = 0 if self.groups > 1 else column // self.tiling.grid[1]
        return row // (self.tiling.grid[0] * self.groups) * self.blocks[1] + across


@dataclass(frozen=True, slots=True)
class Sheet:
    """The room for a mosaic: *area* = (height, width), and the *border* and *gap* that its tiles shall have."""

    area: Pair
    border: int
    gap: int

    def flow(self, count: int, tile: Pair) -> Pages:
        """Set *count* tiles so that they are largest, or nearly so and all rows full."""
        shown = min(count, MOST_TILES)
        scale = self._largest(tile, lambda rows, columns: rows * columns >= shown) or 1
        full = self._largest(tile, lambda rows, columns: _full_rows(shown, rows, columns) > 0)
        if full > (_SMALLER_VALUES if tile == (1, 1) else _SMALLER) * scale:
            columns = _full_rows(shown, *self._room(tile, full))
            return Pages(count, columns, self._tiling(tile, full, (shown // columns, columns)))
        rows, columns = self._room(tile, scale)
        rows = min(rows, -(-shown // columns))
        columns = min(columns, -(-shown // rows))
        return Pages(count, columns, self._tiling(tile, scale, (rows, columns)))

    def table(self, rows: int, columns: int, tile: Pair, label: int) -> Pages:
        """Set tiles in *rows* x *columns*, in groups of rows side by side with *label* px between them.

        Where not even tiles of one pixel a cell fit, each page shows a block of them.
        """
        shown = _even(rows, max(1, MOST_TILES // columns))
        for scale in self._scales(tile):
            tall, wide = self._room(tile, scale)
            spacer = max(1, -(-label // (tile[1] * scale + 2 * self.border + self.gap)))
            groups = -(-shown // tall)
            across = groups * (columns + spacer) - spacer
            if across <= wide:
                grid = -(-shown // groups), across
                return Pages(rows * columns, columns, self._tiling(tile, scale, grid), groups, spacer)
        wide = _even(columns, min(wide, MOST_TILES))
        grid = _even(rows, min(tall, max(1, MOST_TILES // wide))), wide
        return Pages(rows * columns, columns, self._tiling(tile, 1, grid))

    def matrix(self, rows: int, columns: int) -> Pages:
        """Set single values in *rows* x *columns* without gaps; their cells need not be square.

        A page may be larger than the area: it then shrinks when it is painted.
        """
        tall, wide = _even(rows, MOST_VALUES), _even(columns, MOST_VALUES)
        height, width = max(1, self.area[0] // tall), max(1, self.area[1] // wide)
        scale = min(height, _STRETCH * width), min(width, _STRETCH * height)
        return Pages(rows * columns, columns, Tiling((1, 1), scale, (tall, wide), elastic=True))

    def _scales(self, tile: Pair) -> range:
        """Return the scales to try, from the largest at which one tile fits down to 1."""
        largest = min((a - 2 * self.border) // t for a, t in zip(self.area, tile, strict=True))
        return range(max(1, largest), 0, -1)

    def _largest(self, tile: Pair, suits: Callable[[int, int], bool]) -> int:
        """Return the largest scale at which the (rows, columns) that fit suit; 0 if there is none."""
        return next((scale for scale in self._scales(tile) if suits(*self._room(tile, scale))), 0)

    def _room(self, tile: Pair, scale: int) -> Pair:
        """Return how many (rows, columns) of tiles fit at *scale*; at least one."""
        down, across = self._tiling(tile, scale, (1, 1)).pitch
        return max(1, (self.area[0] + self.gap) // down), max(1, (self.area[1] + self.gap) // across)

    def _tiling(self, tile: Pair, scale: int, grid: Pair) -> Tiling:
        return Tiling(tile, (scale, scale), grid, self.border, self.gap)


def _full_rows(count: int, rows: int, columns: int) -> int:
    """Return the most columns, up to *columns*, that divide *count* into at most *rows* rows; 0 if none do."""
    return next((c for c in range(columns, 0, -1) if count % c == 0 and count // c <= rows), 0)


def _even(count: int, most: int) -> int:
    """Return how many of *count* a page shows if no page may have more than *most*, and all are about equal."""
    return -(-count // -(-count // most))
