"""A function of one number: its curve, and below it how many values lie where."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots import export
from cnn_gui.plots.count_strip import Counts, paint_counts
from cnn_gui.plots.round_numbers import COARSE, round_up
from cnn_gui.plots.text import number, small_font

Floats = npt.NDArray[np.floating]
_LEFT, _RIGHT, _LINE = 40, 12, 16  # px: room for the numbers of the axis, and for a line of text
_TICK_ROOM = 56, 24  # px from a tick to the next, across and down, at least
_HEADROOM = 0.06  # of the range of y, above and below
_STRIP = 0.25  # of the height: what counts take where there are some
_DOT = 4  # px, radius


class FunctionPlot(QWidget):
    """Draws y over x, a histogram over the same x below it, and stretches of x shaded. Zero is always in sight.

    Attributes:
        title: what the curve is; counts_title: what the histogram is.
        x, y: the curve (n,), x rising.
        counts: (bins,), how many values lie in each equal part of the range of x; empty for none.
        shaded: (n,), where something is special.
        cursor: the place (x, y) that is read, or None.

    Signals:
        pointed(float or None): the x under the mouse.

    Thread: GUI.
    """

    pointed = Signal(object)

    def __init__(self, title: str, counts_title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.counts_title = title, counts_title
        self.x = self.y = np.array([0.0, 1.0])
        self.counts: Counts = np.zeros(0, np.intp)
        self.shaded: npt.NDArray[np.bool_] = np.zeros(2, np.bool_)
        self.cursor: tuple[float, float] | None = None
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_curve(self, x: Floats, y: Floats, counts: Counts, shaded: npt.NDArray[np.bool_]) -> None:
        """Show another curve."""
        self.x, self.y, self.counts, self.shaded = x, y, counts, shaded
        self.update()

    def set_cursor(self, place: tuple[float, float] | None) -> None:
        """Mark a place of the curve; None for none."""
        if place != self.cursor:
            self.cursor = place
            self.update()

    def to_screen(self, x: float, y: float) -> QPointF:
        """Return where a place of the curve lies on the widget."""
        area, (low, high) = self.area, self._range
        right = (x - self.x[0]) / (self.x[-1] - self.x[0])
        return QPointF(area.left() + right * area.width(), area.bottom() - (y - low) / (high - low) * area.height())

    def sizeHint(self) -> QSize:
        return QSize(320, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 80)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        share = (event.position().x() - self.area.left()) / self.area.width()
        inside = 0 <= share <= 1
        self.pointed.emit(float(self.x[0] + share * (self.x[-1] - self.x[0])) if inside else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # a plot is no empty space, where a click goes back

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        export.offer(self, event, export.Numbers.of_columns(self.title, x=self.x, y=self.y))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme, painter = theme.tokens(self.palette()), QPainter(self)
        painter.setFont(small_font(self.font()))
        self._paint_shade(painter, scheme)
        self._paint_axes(painter, scheme)
        if self.strip.height():
            self._paint_strip(painter, scheme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(scheme.accent), 2))
        painter.drawPolyline(self._line())
        if self.cursor is not None:
            self._paint_cursor(painter, self.to_screen(*self.cursor), scheme)

    @property
    def area(self) -> QRectF:
        """Where the curve lies."""
        whole = self._whole
        taken = self.strip.height() + _LINE if self.strip.height() else 0
        return QRectF(whole.left(), whole.top(), whole.width(), max(1, whole.height() - taken))

    @property
    def strip(self) -> QRectF:
        """Where the histogram lies; without height where there is none."""
        whole, share = self._whole, _STRIP if self.counts.any() else 0
        return QRectF(whole.left(), whole.bottom() - share * whole.height(), whole.width(), share * whole.height())

    @property
    def _whole(self) -> QRectF:
        """All that lies over the axis of x."""
        return QRectF(_LEFT, _LINE + 0.5, max(1, self.width() - _LEFT - _RIGHT), max(1, self.height() - 2 * _LINE - 1))

    @property
    def _range(self) -> tuple[float, float]:
        """Return what y the lower and the upper edge stand for."""
        low, high = float(np.min(self.y, initial=0)), float(np.max(self.y, initial=0))
        room = _HEADROOM * (high - low) or 1.0
        return low - room, high + room

    def _line(self) -> QPolygonF:
        area, (low, high) = self.area, self._range
        right = area.left() + (self.x - self.x[0]) / (self.x[-1] - self.x[0]) * area.width()
        down = area.bottom() - (self.y - low) / (high - low) * area.height()
        return QPolygonF([QPointF(x, y) for x, y in zip(right.tolist(), down.tolist(), strict=True)])

    def _paint_shade(self, painter: QPainter, scheme: theme.Tokens) -> None:
        colour = QColor(scheme.warning)
        colour.setAlphaF(0.12)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], self.shaded.astype(np.int8), [0]))))
        for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            left, right = (self.to_screen(float(self.x[i]), 0).x() for i in (start, stop - 1))
            for part in (self.area, self.strip):
                painter.fillRect(QRectF(left, part.top(), right - left, part.height()), colour)

    def _paint_strip(self, painter: QPainter, scheme: theme.Tokens) -> None:
        """Paint the histogram, and above it what it is, and how many values its tallest bar stands for."""
        strip = self.strip
        paint_counts(painter, strip, self.counts, scheme)
        painter.setPen(QColor(scheme.text))
        text = self.tr("{0}; the tallest bar: {1:,}").format(self.counts_title, int(self.counts.max()))
        above = QRectF(strip.left(), strip.top() - _LINE, strip.width(), _LINE)
        painter.drawText(above, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_axes(self, painter: QPainter, scheme: theme.Tokens) -> None:
        area, strip = self.area, self.strip
        painter.setPen(QColor(scheme.text))
        painter.drawText(QRectF(area.left(), 0, area.width(), _LINE), Qt.AlignmentFlag.AlignVCenter, self.title)
        for value in _ticks(float(self.x[0]), float(self.x[-1]), area.width() / _TICK_ROOM[0]):
            at = self.to_screen(value, 0).x()
            for part in (area, strip):
                self._paint_line(painter, QLineF(at, part.top(), at, part.bottom()), value, scheme)
            painter.drawText(QRectF(at - 40, strip.bottom(), 80, _LINE), Qt.AlignmentFlag.AlignCenter, number(value))
        for value in _ticks(*self._range, area.height() / _TICK_ROOM[1]):
            at = self.to_screen(0, value).y()
            self._paint_line(painter, QLineF(area.left(), at, area.right(), at), value, scheme)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, at - _LINE / 2, _LEFT - theme.SPACE[0], _LINE), int(side), number(value))

    def _paint_line(self, painter: QPainter, line: QLineF, value: float, scheme: theme.Tokens) -> None:
        """Paint a line of the raster, stronger through zero; the pen is then that of its number."""
        painter.setPen(QColor(scheme.muted if value == 0 else scheme.line))
        painter.drawLine(line)
        painter.setPen(QColor(scheme.muted))

    def _paint_cursor(self, painter: QPainter, at: QPointF, scheme: theme.Tokens) -> None:
        painter.setPen(QPen(QColor(scheme.muted), 1, Qt.PenStyle.DashLine))
        for part in (self.area, self.strip):
            painter.drawLine(QPointF(at.x(), part.top()), QPointF(at.x(), part.bottom()))
        painter.setPen(QPen(QColor(scheme.surface), 2))
        painter.setBrush(QColor(scheme.accent))
        painter.drawEllipse(at, _DOT, _DOT)


def _ticks(low: float, high: float, most: float) -> Iterator[float]:
    """Yield round numbers from *low* to *high*, about *most* of them, zero among them."""
    step = round_up((high - low) / max(most, 1), COARSE)
    for i in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1):
        yield i * step
