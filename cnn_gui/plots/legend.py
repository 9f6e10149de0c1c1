"""What the colours of a picture mean."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots.colormaps import LEVELS, ColorMap, colours
from cnn_gui.plots.pictures import to_image
from cnn_gui.plots.text import number, small_font

_BAR = 8  # px, height


class Legend(QWidget):
    """A colour bar with its ends and its middle.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colormap = ColorMap.ACTIVATIONS
        self._limit: float | None = 1.0
        self.setAccessibleName(self.tr("Legend"))
        self.setToolTip(self.tr("What the colours mean. The range grows at once and shrinks slowly, to avoid flicker."))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_range(self, colormap: ColorMap, limit: float | None) -> None:
        """Show the colours from -limit to +limit, or from 0 to it for INK; None: up to each picture's own largest."""
        if (colormap, limit) != (self._colormap, self._limit):
            self._colormap, self._limit = colormap, limit
            self.setAccessibleDescription(" … ".join(self.numbers()))
            self.update()

    def numbers(self) -> list[str]:
        """Return the texts under the bar: left end, middle, right end."""
        if self._limit is None:
            return [self.tr("−max"), "0", self.tr("+max")]
        end = number(self._limit)
        if not self._colormap.signed:
            return ["0", number(self._limit / 2), end]
        return [f"−{end}", "0", f"+{end}"]

    def sizeHint(self) -> QSize:
        return QSize(140, _BAR + 2 + QFontMetrics(small_font(self.font())).height())

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        bar = QRectF(0.5, 0.5, self.width() - 1, _BAR)
        painter.drawImage(bar, to_image(colours(self._colormap, scheme.dark)[None, :LEVELS]))
        painter.setPen(QColor(scheme.line))
        painter.drawRect(bar)
        painter.setPen(QColor(scheme.muted))
        below = QRectF(0, _BAR + 1, self.width(), self.height() - _BAR - 1)
        for text, side in zip(self.numbers(), ("AlignLeft", "AlignHCenter", "AlignRight"), strict=True):
            painter.drawText(below, int(Qt.AlignmentFlag[side] | Qt.AlignmentFlag.AlignVCenter), text)
