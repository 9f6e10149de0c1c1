"""Where the tiles of a mosaic lie: how many a row, how large, on how many pages. All lengths in screen pixels."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MOST_TILES = 512  # a page
_STRETCH = 6  # cells of a matrix may be so many times as tall as wide, or the other way round

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tiling:
    """One page: *grid* = (rows, columns) of tiles, each of *tile* = (H, W) cells of *scale* = (height, width) px.

    Each tile has a frame *border* px wide; *gap* px part it from the next.
    """

    tile: Pair
    scale: Pair
    grid: Pair
    border: int = 0
    gap: int = 0

    @property
    def outer(self) -> Pair:
        """(height, width) of a tile with its frame."""
        return tuple(n * s + 2 * self.border for n, s in zip(self.tile, self.scale, strict=True))  # type: ignore[return-value]

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
        inside = 0 <= i < self.grid[0] and 0 <= j < self.grid[1] and 0 <= row < self.tile[0] and 0 <= column < self.tile[1]
        return (i, j, row, column) if inside else None


@dataclass(frozen=True, slots=True)
class Pages:
    """How *count* tiles, set in rows of *columns*, are cut into pages that look like *tiling*."""

    count: int
    columns: int
    tiling: Tiling

    @property
    def blocks(self) -> Pair:
        """(down, across): how many pages."""
        rows = -(-self.count // self.columns)
        return -(-rows // self.tiling.grid[0]), -(-self.columns // self.tiling.grid[1])

    @property
    def number(self) -> int:
        """How many pages in all, counted in reading order."""
        return self.blocks[0] * self.blocks[1]

    def tiles(self, page: int) -> npt.NDArray[np.intp]:
        """Return which tile stands where on *page*: (rows, columns), -1 where there is none."""
        (rows, columns), (down, across) = self.tiling.grid, divmod(page, self.blocks[1])
        i = np.arange(down * rows, (down + 1) * rows)[:, None]
        j = np.arange(across * columns, (across + 1) * columns)
        ids = i * self.columns + j
        return np.where((j < self.columns) & (ids < self.count), ids, -1)

    def page_of(self, tile: int) -> int:
        """Return the page that shows *tile*."""
        row, column = divmod(tile, self.columns)
        return row // self.tiling.grid[0] * self.blocks[1] + column // self.tiling.grid[1]


def flow(count: int, tile: Pair, area: Pair, border: int, gap: int) -> Pages:
    """Set *count* tiles in as many columns as make them largest in *area* = (height, width)."""
    shown = min(count, MOST_TILES)
    best = Tiling(tile, (0, 0), (1, 1), border, gap)
    for columns in range(1, shown + 1):
        grid = -(-shown // columns), columns
        scale = min(_scale(n, t, a, border, gap) for n, t, a in zip(grid, tile, area, strict=True))
        if scale > best.scale[0]:
            best = Tiling(tile, (scale, scale), grid, border, gap)
    if best.scale[0] == 0:
        best = Tiling(tile, (1, 1), _room(tile, area, border, gap), border, gap)
    return Pages(count, best.grid[1], best)


def table(rows: int, columns: int, tile: Pair, area: Pair, border: int, gap: int) -> Pages:
    """Set tiles in *rows* x *columns* as they are numbered; where they do not fit, each page shows a block of them."""
    most = _room(tile, area, border, gap)
    wide = _even(columns, min(most[1], MOST_TILES))
    tall = _even(rows, min(most[0], max(1, MOST_TILES // wide)))
    scale = min(_scale(n, t, a, border, gap) for n, t, a in zip((tall, wide), tile, area, strict=True))
    return Pages(rows * columns, columns, Tiling(tile, (max(1, scale),) * 2, (tall, wide), border, gap))


def matrix(rows: int, columns: int, area: Pair) -> Pages:
    """Set single values in *rows* x *columns* without gaps; their cells need not be square."""
    tall, wide = _even(rows, max(1, area[0])), _even(columns, max(1, area[1]))
    height, width = max(1, area[0] // tall), max(1, area[1] // wide)
    scale = min(height, _STRETCH * width), min(width, _STRETCH * height)
    return Pages(rows * columns, columns, Tiling((1, 1), scale, (tall, wide)))


def _scale(count: int, cells: int, room: int, border: int, gap: int) -> int:
    """Return how many pixels a cell may have if *count* tiles of *cells* share *room*; 0 if they do not fit."""
    return max(0, (room + gap) // count - gap - 2 * border) // cells


def _room(tile: Pair, area: Pair, border: int, gap: int) -> Pair:
    """Return how many (rows, columns) of tiles fit at one pixel a cell; at least one."""
    rows, columns = (max(1, (a + gap) // (t + 2 * border + gap)) for t, a in zip(tile, area, strict=True))
    return rows, columns


def _even(count: int, most: int) -> int:
    """Return how many of *count* a page shows if no page may have more than *most*, and all are about equal."""
    return -(-count // -(-count // most))
