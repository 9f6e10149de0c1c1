"""One page of a mosaic, ready to be painted."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from cnn_gui import theme
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.compose import compose
from cnn_gui.plots.mosaic_geometry import Geometry, Spot
from cnn_gui.plots.mosaic_texts import paint_labels, paint_values
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels
from cnn_gui.plots.tiles import Tiles

RING = 2  # px around a tile: the highlight


@dataclass(frozen=True, slots=True)
class MosaicPage:
    """The tiles of one page with their colours (rows, columns, H, W) and the finished picture."""

    tiles: Tiles
    geometry: Geometry
    pixels: Pixels
    limit: float
    image: QImage

    @classmethod
    def draw(cls, tiles: Tiles, geometry: Geometry, colormap: ColorMap, limit: float, dark: bool) -> "MosaicPage":
        """Colour the tiles of the page that *geometry* describes, from -limit to +limit."""
        shown = geometry.ids >= 0
        pixels = to_pixels(tiles.values[geometry.ids.clip(0)], colormap, limit, dark)
        line = QColor((theme.DARK if dark else theme.LIGHT).line).rgba()
        image = to_image(compose(pixels, shown, geometry.pages.tiling, line))
        size = (geometry.rect.size() * geometry.ratio).toSize()  # else every pixel is painted as it is
        smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        return cls(tiles, geometry, pixels, limit, image if size == image.size() else image.scaled(size, *smooth))

    def paint(self, painter: QPainter, scheme: theme.Tokens) -> None:
        """Paint the picture, the numbers beside it and, where they fit, the values in it."""
        painter.drawImage(self.geometry.rect, self.image)
        painter.setPen(QColor(scheme.muted))
        if self.tiles.labelled:
            paint_labels(painter, self.geometry)
        paint_values(painter, self.geometry, self.tiles, self.pixels, self.limit)

    def paint_marks(self, painter: QPainter, scheme: theme.Tokens, spot: Spot | None, selected: int) -> None:
        """Paint a ring around the tile and the value under the mouse, and around the *selected* tile."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if spot is not None:
            self._ring(painter, self._tile_rect(spot.tile), scheme.muted)
            self._ring(painter, self.geometry.cell_rect(spot), scheme.accent)
        self._ring(painter, self._tile_rect(selected), scheme.accent)

    def _tile_rect(self, tile: int) -> QRectF | None:
        place = self.geometry.place_of(tile) if tile >= 0 else None
        return self.geometry.tile_rect(*place) if place else None

    def _ring(self, painter: QPainter, rect: QRectF | None, colour: str) -> None:
        if rect is not None:
            painter.setPen(QPen(QColor(colour), RING, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(rect.adjusted(-RING / 2, -RING / 2, RING / 2, RING / 2))
