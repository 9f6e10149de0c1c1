"""One page of a mosaic, ready to be painted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from cnn_gui import theme
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.compose import compose
from cnn_gui.plots.mosaic_geometry import Geometry, Spot
from cnn_gui.plots.mosaic_texts import paint_axes, paint_labels, paint_values
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels
from cnn_gui.plots.ranges import Ranges
from cnn_gui.plots.tiles import Tiles

RING = 2  # px around a tile: the highlight
_ROOM = 10  # px, height of tiles from which on a frame hides none of them; lower ones get a tick at their left
_TICK = 3  # px, its width


class Ring(NamedTuple):
    """A frame around neighbouring tiles, in a colour of the theme."""

    tiles: range
    colour: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class MosaicPage:
    """The tiles of one page with their colours (rows, columns, H, W) and the finished picture."""

    tiles: Tiles
    geometry: Geometry
    pixels: Pixels
    image: QImage

    @classmethod
    def draw(
        cls, tiles: Tiles, geometry: Geometry, colormap: ColorMap, limit: float, ranges: Ranges, dark: bool
    ) -> "MosaicPage":
        """Colour the tiles of the page that *geometry* describes as *ranges* say of a layer that goes up to *limit*."""
        shown = geometry.ids >= 0
        places = geometry.ids.clip(0)
        limits = ranges.each(tiles.reach[places], colormap, limit)
        pixels = to_pixels(tiles.values[places], colormap, limits, dark)
        line = QColor((theme.DARK if dark else theme.LIGHT).line).rgba()
        image = to_image(compose(pixels, shown, geometry.pages.tiling, line))
        size = (geometry.rect.size() * geometry.ratio).toSize()  # else every pixel is painted as it is
        smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        return cls(tiles, geometry, pixels, image if size == image.size() else image.scaled(size, *smooth))

    def paint(self, painter: QPainter, scheme: theme.Tokens) -> None:
        """Paint the picture, the numbers beside it and, where they fit, the values in it."""
        painter.drawImage(self.geometry.rect, self.image)
        painter.setPen(QColor(scheme.muted))
        if self.tiles.axes:
            paint_labels(painter, self.geometry, self.tiles.columns)
            paint_axes(painter, self.geometry, self.tiles.axes)
        paint_values(painter, self.geometry, self.tiles, self.pixels)

    def paint_marks(self, painter: QPainter, scheme: theme.Tokens, spot: Spot | None, selected: int) -> None:
        """Paint a ring around the tile and the value under the mouse, and around the *selected* tile."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if spot is not None:
            self._ring(painter, self._tile_rect(spot.tile), scheme.muted)
            self._ring(painter, self.geometry.cell_rect(spot), scheme.accent)
        self._ring(painter, self._tile_rect(selected), scheme.accent)

    def paint_rings(self, painter: QPainter, scheme: theme.Tokens, rings: Sequence[Ring], picked: Spot | None) -> None:
        """Paint the frames that point something out, and one around the value that was *picked*."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ring in rings:
            rect, colour = self._rect_of(ring.tiles), getattr(scheme, ring.colour)
            if rect is not None and rect.height() < _ROOM:
                painter.fillRect(QRectF(rect.left() - _TICK - 1, rect.top(), _TICK, rect.height()), QColor(colour))
            else:
                self._ring(painter, rect, colour, ring.dashed)
        if picked is not None:
            rect = self.geometry.cell_rect(picked)
            self._ring(painter, rect, scheme.surface)
            self._ring(painter, None if rect is None else rect.adjusted(-1, -1, 1, 1), scheme.accent)

    def _rect_of(self, tiles: range) -> QRectF | None:
        """Return the rectangle around what the page shows of *tiles*."""
        ids = self.geometry.ids
        rows, columns = ((ids >= tiles.start) & (ids < tiles.stop)).nonzero()
        if not len(rows):
            return None
        first = self.geometry.tile_rect(int(rows.min()), int(columns.min()))
        return first.united(self.geometry.tile_rect(int(rows.max()), int(columns.max())))

    def _tile_rect(self, tile: int) -> QRectF | None:
        place = self.geometry.place_of(tile) if tile >= 0 else None
        return self.geometry.tile_rect(*place) if place else None

    def _ring(self, painter: QPainter, rect: QRectF | None, colour: str, dashed: bool = False) -> None:
        if rect is not None:
            line = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(colour), RING, line, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(rect.adjusted(-RING / 2, -RING / 2, RING / 2, RING / 2))
