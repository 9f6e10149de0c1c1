"""The maps of a layer as small pictures along the bottom of its card."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor import lettering
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.pictures import to_image, to_pixels
from cnn_gui.plots.thumbnail import photograph

Floats = npt.NDArray[np.floating]

HEIGHT = 20  # px
_GAP = 2  # px between maps
_MOST = 6  # maps in a row; of more, the last place says how many are not shown
_RING = 1.5


class MapStrip(QGraphicsItem):
    """Up to six maps (K, H, W) of a layer, or its values (K,) as one bar, in a strip of *width* px.

    Colours are those of activations, from minus to plus the largest value of the layer; a photo is ink on paper.
    """

    def __init__(self, card: QGraphicsItem, width: float) -> None:
        super().__init__(card)
        self._width = width
        self.values: Floats | None = None
        self._photo = False
        self.lit: frozenset[int] = frozenset()
        self._images: dict[bool, list[QImage]] = {}  # by whether they are for a dark scheme

    def show_values(self, values: Floats | None, photo: bool = False) -> None:
        """Show other values; None for none."""
        self.values, self._photo = None if values is None else np.array(values, np.float32), photo
        self._images.clear()
        self.update()

    def light(self, channels: Collection[int]) -> None:
        """Put a ring around some of the channels."""
        if frozenset(channels) != self.lit:
            self.lit = frozenset(channels)
            self.update()

    def channel_at(self, point: QPointF) -> int | None:
        """Return the channel, or the plain value, at *point* of this item; None where there is none."""
        if self.values is None or not self.boundingRect().contains(point):
            return None
        if self.values.ndim == 1:
            return min(int(point.x() / self._width * len(self.values)), len(self.values) - 1)
        place = int(point.x() // (HEIGHT + _GAP))
        return place if place < self._shown and self._map_rect(place).contains(point) else None

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._width, HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.values is None:
            return
        scheme = theme.tokens(self.scene().palette())
        if scheme.dark not in self._images:
            self._images[scheme.dark] = self._made(scheme.dark)
        if self.values.ndim == 1:
            self._paint_bar(painter, self._images[scheme.dark][0], scheme)
        else:
            self._paint_maps(painter, self._images[scheme.dark], scheme)

    @property
    def _shown(self) -> int:
        """How many maps have a place."""
        assert self.values is not None
        count = len(self.values) if not self._photo else 1
        return count if count <= _MOST else _MOST - 1

    def _made(self, dark: bool) -> list[QImage]:
        assert self.values is not None
        if self._photo:
            return [photograph(self.values, dark)]
        maps = self.values[None, None] if self.values.ndim == 1 else self.values[: self._shown]
        if maps.ndim == 4:
            maps = maps[0]
        pixels = to_pixels(maps, ColorMap.ACTIVATIONS, signed_levels(self.values), dark)
        return [to_image(each) for each in pixels]

    def _paint_maps(self, painter: QPainter, images: list[QImage], scheme: theme.Tokens) -> None:
        assert self.values is not None
        for place, image in enumerate(images):
            rect = _fitted(image, self._map_rect(place))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > rect.width())
            painter.drawImage(rect, image)
            self._paint_frame(painter, rect, place in self.lit, scheme)
        hidden = len(self.values) - self._shown
        if hidden > 0 and not self._photo:
            painter.setFont(lettering.font(theme.FONT_SMALL))
            lit = any(channel >= self._shown for channel in self.lit)
            painter.setPen(QColor(scheme.accent if lit else scheme.muted))
            place = self._map_rect(self._shown).adjusted(0, 0, HEIGHT, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"+{hidden}")

    def _paint_bar(self, painter: QPainter, image: QImage, scheme: theme.Tokens) -> None:
        bar = QRectF(0, HEIGHT / 4, self._width, HEIGHT / 2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > self._width)
        painter.drawImage(bar, image)
        self._paint_frame(painter, bar, bool(self.lit) and len(self.lit) == image.width(), scheme)
        if self.lit and len(self.lit) < image.width():
            step = bar.width() / image.width()
            for channel in self.lit:
                cell = QRectF(bar.left() + channel * step, bar.top(), max(step, 2.0), bar.height())
                self._paint_frame(painter, cell, True, scheme)

    def _paint_frame(self, painter: QPainter, rect: QRectF, lit: bool, scheme: theme.Tokens) -> None:
        painter.setPen(QPen(QColor(scheme.accent if lit else scheme.line), _RING if lit else 0.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)

    def _map_rect(self, place: int) -> QRectF:
        return QRectF(place * (HEIGHT + _GAP), 0, HEIGHT, HEIGHT)


def _fitted(image: QImage, place: QRectF) -> QRectF:
    """Return the largest rectangle of the image's form within *place*."""
    scale = min(place.width() / image.width(), place.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(place.center().x() - width / 2, place.center().y() - height / 2, width, height)
