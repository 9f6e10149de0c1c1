"""What the colours of a picture mean."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots.colormaps import LEVELS, ColorMap, colours
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels
from cnn_gui.plots.text import number, small_font

_BAR = 8  # px, height
_MOST_COUNTS = 26


class Legend(QWidget):
    """A colour bar with its ends and its middle.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colormap, self._limit = ColorMap.ACTIVATIONS, 1.0
        self.setAccessibleName(self.tr("Legend"))
        self.setToolTip(
            self.tr("What the colours mean. The range grows at once and shrinks slowly, so that it does not flicker.")
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_range(self, colormap: ColorMap, limit: float) -> None:
        """Show the colours from -limit to +limit, or from 0 to it for INK and COUNTS."""
        if (colormap, limit) != (self._colormap, self._limit):
            self._colormap, self._limit = colormap, limit
            self.setAccessibleDescription(" … ".join(self.numbers()))
            self.update()

    def numbers(self) -> list[str]:
        """Return the texts under the bar: left end, middle, right end."""
        end = number(self._limit)
        if self._colormap is ColorMap.COUNTS:
            return [self.tr("0 (never)"), "", self.tr("{0} times").format(end) if self._limit > 1 else self.tr("once")]
        if not self._colormap.signed:
            return ["0", number(self._limit / 2), end]
        return [f"−{end}", "0", f"+{end}"]

    def _colours(self, dark: bool) -> Pixels:
        """Return the colours from left to right; of counts one for each number, as far as a person can tell them."""
        if self._colormap is ColorMap.COUNTS:
            counts = np.linspace(0, self._limit, min(round(self._limit) + 1, _MOST_COUNTS))
            return to_pixels(counts, self._colormap, self._limit, dark)
        return colours(self._colormap, dark)[:LEVELS]

    def sizeHint(self) -> QSize:
        return QSize(140, _BAR + 2 + QFontMetrics(small_font(self.font())).height())

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        bar = QRectF(0.5, 0.5, self.width() - 1, _BAR)
        painter.drawImage(bar, to_image(self._colours(scheme.dark)[None]))
        painter.setPen(QColor(scheme.line))
        painter.drawRect(bar)
        painter.setPen(QColor(scheme.muted))
        below = QRectF(0, _BAR + 1, self.width(), self.height() - _BAR - 1)
        for text, side in zip(self.numbers(), ("AlignLeft", "AlignHCenter", "AlignRight"), strict=True):
            painter.drawText(below, int(Qt.AlignmentFlag[side] | Qt.AlignmentFlag.AlignVCenter), text)
