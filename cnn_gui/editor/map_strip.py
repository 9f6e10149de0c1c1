"""The maps of a layer as small pictures along the bottom of its card."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from cnn_gui import theme
from cnn_gui.editor import lettering
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.pictures import to_image, to_pixels
from cnn_gui.plots.ranges import Ranges
from cnn_gui.plots.thumbnail import photograph

Floats = npt.NDArray[np.floating]

HEIGHT = 20  # px
_GAP = 2  # px between maps
_MOST = 6  # maps in a row; of more, the last place says how many are not shown
_RING = 1.5


class MapStrip:
    """Up to six maps (K, H, W) of a layer, or its values (K,) as one bar, in *place* on its card.

    Colours are those of activations; a photo is ink on paper.
    The card paints it: an item of its own would be freed twice where Python collects it together with its card.

    Attributes:
        place: where it lies on the card.
        values: what it shows; None for nothing.
        lit: the channels with a ring.
    """

    def __init__(self, place: QRectF) -> None:
        self.place = place
        self.values: Floats | None = None
        self.lit: frozenset[int] = frozenset()
        self._photo, self._ranges = False, Ranges()
        self._images: dict[bool, list[QImage]] = {}  # by whether they are for a dark scheme

    def show_values(self, values: Floats | None, photo: bool = False, ranges: Ranges | None = None) -> None:
        """Show other values, with colours that reach as far as *ranges* say; None for none."""
        self.values, self._photo = None if values is None else np.array(values, np.float32), photo
        self._ranges = ranges or Ranges()
        self._images.clear()

    def light(self, channels: Collection[int]) -> bool:
        """Put a ring around some of the channels; return whether that is another picture."""
        before, self.lit = self.lit, frozenset(channels)
        return self.lit != before

    def channel_at(self, point: QPointF) -> int | None:
        """Return the channel, or the plain value, at *point* of the card; None where there is none."""
        if self.values is None or not self.place.contains(point):
            return None
        along = point.x() - self.place.left()
        if self.values.ndim == 1:
            return min(int(along / self.place.width() * len(self.values)), len(self.values) - 1)
        number = int(along // (HEIGHT + _GAP))
        return number if number < self._shown and self._map_rect(number).contains(point) else None

    def paint(self, painter: QPainter, scheme: theme.Tokens) -> None:
        """Paint it."""
        if self.values is None:
            return
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
            return [photograph(self.values)]
        maps = self.values[None, None] if self.values.ndim == 1 else self.values[: self._shown]
        if maps.ndim == 4:
            maps = maps[0]
        limits = self._ranges.each(maps, ColorMap.ACTIVATIONS, signed_levels(self.values))
        pixels = to_pixels(maps, ColorMap.ACTIVATIONS, limits, dark)
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
        bar = self.place.adjusted(0, HEIGHT / 4, 0, -HEIGHT / 4)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, image.width() > bar.width())
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

    def _map_rect(self, number: int) -> QRectF:
        return QRectF(self.place.left() + number * (HEIGHT + _GAP), self.place.top(), HEIGHT, HEIGHT)


def _fitted(image: QImage, place: QRectF) -> QRectF:
    """Return the largest rectangle of the image's form within *place*."""
    scale = min(place.width() / image.width(), place.height() / image.height())
    width, height = image.width() * scale, image.height() * scale
    return QRectF(place.center().x() - width / 2, place.center().y() - height / 2, width, height)
