"""From the places of a mosaic's tiles to the places on a widget, and back."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF

from cnn_gui.plots import tiling
from cnn_gui.plots.tiles import Tiles
from cnn_gui.plots.tiling import Ids, Pages, Pair, Sheet

_GAPS = ((24, 8), (96, 4), (tiling.MOST_TILES, 2))  # up to so many tiles there are so many px between them, or half
_MUCH = 1.1  # times as large


class Spot(NamedTuple):
    """One value of a mosaic: *tile* counts over all pages, *row* and *column* within it."""

    tile: int
    row: int
    column: int


@dataclass(frozen=True)
class Geometry:
    """One page on a widget.

    Attributes:
        pages: the arrangement, in screen pixels.
        ids: which tile stands where on this page, -1 for none.
        area: the part of the widget that tiles may use, in the widget's coordinates.
        ratio: screen pixels a unit of the widget's coordinates.
        centred: in the middle of the area, or else at its left.
    """

    pages: Pages
    ids: Ids
    area: QRectF
    ratio: float
    centred: bool = True

    @cached_property
    def rect(self) -> QRectF:
        """Where the page lies, on whole screen pixels; shrunk only if it does not fit at all."""
        width, height = (side * unit for side, unit in zip(self.pages.tiling.size[::-1], self.unit, strict=True))
        left = self.area.x() + (self.area.width() - width) / 2 * self.centred
        top = self.area.y() + (self.area.height() - height) / 2
        return QRectF(QPointF(round(left * self.ratio), round(top * self.ratio)) / self.ratio, QSizeF(width, height))

    @cached_property
    def unit(self) -> tuple[float, float]:
        """(width, height) of a pixel of the page in the widget's coordinates: 1 / ratio, unless the page shrinks."""
        height, width = self.pages.tiling.size
        whole = 1 / self.ratio
        x, y = min(whole, self.area.width() / width), min(whole, self.area.height() / height)
        return (x, y) if self.pages.tiling.elastic else (min(x, y), min(x, y))

    @property
    def pitch(self) -> tuple[float, float]:
        """(down, across) from a tile to the next, in the widget's coordinates."""
        down, across = self.pages.tiling.pitch
        return down * self.unit[1], across * self.unit[0]

    def tile_rect(self, row: int, column: int) -> QRectF:
        """Return where the tile at *row*, *column* of the page lies, with its frame."""
        height, width = self.pages.tiling.outer
        corner = self.rect.topLeft() + QPointF(column * self.pitch[1], row * self.pitch[0])
        return QRectF(corner, QSizeF(width * self.unit[0], height * self.unit[1]))

    def cell_rect(self, spot: Spot) -> QRectF | None:
        """Return where the value at *spot* lies; None if another page has it."""
        place = self.place_of(spot.tile)
        return None if place is None else self.cell_in(self.tile_rect(*place), spot.row, spot.column)

    def cell_in(self, tile_rect: QRectF, row: int, column: int) -> QRectF:
        """Return where the value at *row*, *column* of the tile at *tile_rect* lies."""
        (height, width), border = self.pages.tiling.scale, self.pages.tiling.border
        x, y = (column * width + border) * self.unit[0], (row * height + border) * self.unit[1]
        return QRectF(tile_rect.topLeft() + QPointF(x, y), QSizeF(width * self.unit[0], height * self.unit[1]))

    def place_of(self, tile: int) -> Pair | None:
        """Return the (row, column) of *tile* on this page, or None."""
        found = (self.ids == tile).nonzero()
        return (int(found[0][0]), int(found[1][0])) if len(found[0]) else None

    def neighbour(self, tile: int, down: int, across: int) -> int:
        """Return the next tile in that direction; *tile* itself at the edge, and the first if it is not here."""
        place = self.place_of(tile) if tile >= 0 else None
        if place is None:
            return int(self.ids[0, 0])
        row, column = place[0] + down, place[1] + across
        while 0 <= row < self.ids.shape[0] and 0 <= column < self.ids.shape[1]:
            if self.ids[row, column] >= 0:
                return int(self.ids[row, column])
            row, column = row + down, column + across
        return tile

    def spot_at(self, position: QPointF) -> Spot | None:
        """Return what lies at *position* of the widget; None beside the tiles."""
        offset = position - self.rect.topLeft()
        found = self.pages.tiling.cell_at(int(offset.y() // self.unit[1]), int(offset.x() // self.unit[0]))
        if found is None or self.ids[found[0], found[1]] < 0:
            return None
        return Spot(int(self.ids[found[0], found[1]]), found[2], found[3])


def arrange(tiles: Tiles, area: QRectF, ratio: float, label: float) -> Pages:
    """Return the pages of *tiles* in *area*; *label* is the width of a number beside them, in the same unit.

    The tiles lie closer together where that makes them much larger.
    """
    px = max(1, round(ratio))
    room = int(area.height() * ratio), int(area.width() * ratio)
    gap = next((gap for most, gap in _GAPS if len(tiles.values) <= most), _GAPS[-1][1]) * px
    usual, close = (tiles.arrange(Sheet(room, px, width), round(label * ratio)) for width in (gap, gap // 2))
    return close if close.tiling.scale[0] > _MUCH * usual.tiling.scale[0] else usual
