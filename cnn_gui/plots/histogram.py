"""How often values of each size occur: bars in the colours of the values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots import export
from cnn_gui.plots.colormaps import ZERO, ColorMap, colours
from cnn_gui.plots.text import number, small_font

_STRONG = 60  # table entries from zero: the palest bar that is still seen on the surface


@dataclass(frozen=True, eq=False)
class Bins:
    """Counts (n,) of values from -limit to +limit in equal parts, and their mean and standard deviation."""

    counts: npt.NDArray[np.integer]
    limit: float
    mean: float
    deviation: float

    def ends(self, place: int) -> tuple[float, float]:
        """Return where the part *place* begins and ends."""
        width = 2 * self.limit / len(self.counts)
        return -self.limit + place * width, -self.limit + (place + 1) * width


class HistogramView(QWidget):
    """Bars over a line from -limit to +limit, with the mean and one standard deviation to both of its sides.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bins: Bins | None = None
        self._colormap, self._title, self._place = ColorMap.WEIGHTS, "", -1
        self.setToolTip(
            self.tr("How often each value occurs. Dashed: the mean; above: one standard deviation around it.")
        )
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_bins(self, bins: Bins | None, colormap: ColorMap, title: str) -> None:
        """Show other counts; None for nothing."""
        self.bins, self._colormap, self._title = bins, colormap, title
        self.setAccessibleName(self.tr("Histogram: {0}").format(title))
        self._write()
        self.update()

    @property
    def readout(self) -> str:
        """What the title line says: the part under the mouse, or else what is shown."""
        bins = self.bins
        if bins is None or not 0 <= self._place < len(bins.counts):
            return self._title
        low, high = (number(end, 3) for end in bins.ends(self._place))
        return self.tr("{0} to {1}: {2:,}").format(low, high, int(bins.counts[self._place]))

    def sizeHint(self) -> QSize:
        return QSize(180, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._place_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # this is no empty space, where a click goes back

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.bins is not None:
            ends = np.array([self.bins.ends(place) for place in range(len(self.bins.counts))])
            columns = {self.tr("from"): ends[:, 0], self.tr("to"): ends[:, 1], self.tr("values"): self.bins.counts}
            export.offer(self, event, export.Numbers.of_columns(self.accessibleName(), **columns))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    def bar(self, place: int) -> QRectF:
        """Return where the bar of the part *place* lies."""
        if self.bins is None:
            return QRectF()
        area, count = self._area(), len(self.bins.counts)
        height = area.height() * float(self.bins.counts[place]) / max(1, int(self.bins.counts.max()))
        width = area.width() / count
        return QRectF(area.left() + place * width, area.bottom() - height, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme, painter = theme.tokens(self.palette()), QPainter(self)
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(scheme.muted))
        line = painter.fontMetrics().height()
        shown = painter.fontMetrics().elidedText(self.readout, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, shown)
        if self.bins is not None:
            self._paint_bars(painter, scheme, self.bins)
            self._paint_mean(painter, scheme, self.bins)
            self._paint_axis(painter, scheme, self.bins)

    def _paint_bars(self, painter: QPainter, scheme: theme.Tokens, bins: Bins) -> None:
        table = colours(self._colormap, scheme.dark)
        for place in np.flatnonzero(bins.counts).tolist():
            value = (place + 0.5) / len(bins.counts) * 2 - 1  # -1 to 1
            entry = ZERO + round(np.copysign(max(abs(value) * ZERO, _STRONG), value)) if abs(value) > 1e-9 else 0
            colour = QColor.fromRgba(int(table[entry])) if entry else QColor(scheme.muted)
            painter.fillRect(self.bar(place).adjusted(0.5, 0, -0.5, 0), colour)
        if 0 <= self._place < len(bins.counts):
            whole = self.bar(self._place)
            whole.setTop(self._area().top())
            painter.setPen(QColor(scheme.accent))
            painter.drawRect(whole)

    def _paint_mean(self, painter: QPainter, scheme: theme.Tokens, bins: Bins) -> None:
        """Paint a line at the mean, and a bracket one standard deviation wide to each side of it."""
        if not np.isfinite(bins.mean):
            return
        area = self._area()
        at, low, high = (self._x(v) for v in (bins.mean, bins.mean - bins.deviation, bins.mean + bins.deviation))
        painter.setPen(QPen(QColor(scheme.text), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        painter.setPen(QPen(QColor(scheme.text), 1))
        top = area.top() + 3
        painter.drawLine(QPointF(low, top), QPointF(high, top))
        for end in (low, high):
            painter.drawLine(QPointF(end, top - 3), QPointF(end, top + 3))

    def _paint_axis(self, painter: QPainter, scheme: theme.Tokens, bins: Bins) -> None:
        area = self._area()
        painter.setPen(QColor(scheme.muted))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        below = QRectF(area.left(), area.bottom() + 1, area.width(), self.height() - area.bottom() - 1)
        end = number(bins.limit)
        for text, side in ((f"−{end}", "AlignLeft"), ("0", "AlignHCenter"), (f"+{end}", "AlignRight")):
            painter.drawText(below, int(Qt.AlignmentFlag[side] | Qt.AlignmentFlag.AlignTop), text)

    def _area(self) -> QRectF:
        line = QFontMetrics(small_font(self.font())).height()
        return QRectF(0.5, line + 4, self.width() - 1, max(1, self.height() - 2 * line - 6))

    def _x(self, value: float) -> float:
        assert self.bins is not None
        area = self._area()
        share = (value / self.bins.limit + 1) / 2
        return area.left() + min(max(share, 0.0), 1.0) * area.width()

    def _place_at(self, position: QPointF) -> int:
        area = self._area()
        if self.bins is None or not area.contains(position):
            return -1
        return min(int((position.x() - area.left()) / area.width() * len(self.bins.counts)), len(self.bins.counts) - 1)

    def _point_at(self, place: int) -> None:
        if place != self._place:
            self._place = place
            self._write()
            self.update()

    def _write(self) -> None:
        self.setAccessibleDescription(self.readout)
