"""A small curve over training steps, light enough to have several of them redrawn while a run goes on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots import export
from cnn_gui.plots.text import fixed, number, small_font

Floats = npt.NDArray[np.float64]
_AXIS = 56  # px, for the ends of the values' range
_DIGITS = 3
_PLAIN = 1e-4, 1e5  # in between, numbers are short enough without powers of ten


@dataclass(frozen=True, eq=False)
class Trend:
    """Values (n,) at rising steps (n,), what they are, and their symbol."""

    title: str
    symbol: str
    steps: Floats
    values: Floats


class TrendView(QWidget):
    """One trend with its range, and the value of the newest step or of the one that is marked.

    Signals:
        pointed(int or None): the mouse is over another of the trend's values, counted from 0.

    Thread: GUI.
    """

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trend: Trend | None = None
        self._mark: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_trend(self, trend: Trend, mark: int | None = None) -> None:
        """Show another trend, and mark one of its values; None: the newest."""
        self.trend, self._mark = trend, mark
        self.setAccessibleName(trend.title)
        self.setAccessibleDescription(self.readout)
        self.update()

    @property
    def readout(self) -> str:
        """The value that is marked, as text; '' where there is none."""
        place = self._shown_place()
        return "" if self.trend is None or place is None else number(float(self.trend.values[place]), _DIGITS)

    def sizeHint(self) -> QSize:
        return QSize(200, 48)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 32)

    def position(self, place: int) -> QPointF:
        """Return where a value of the trend lies."""
        assert self.trend is not None
        xs, ys = self._places(self.trend)
        return QPointF(xs[place], ys[place])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.trend is not None and len(self.trend.steps):
            xs, _ = self._places(self.trend)
            self.pointed.emit(int(np.abs(xs - event.position().x()).argmin()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # this is no empty space, where a click goes back

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.trend is not None and len(self.trend.steps):
            columns = {self.tr("step"): self.trend.steps, self.trend.symbol: self.trend.values}
            export.offer(self, event, export.Numbers.of_columns(self.trend.title, **columns))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.trend is None:
            return
        scheme, painter = theme.tokens(self.palette()), QPainter(self)
        painter.setFont(small_font(self.font()))
        self._paint_title(painter, scheme, self.trend)
        area = self._area()
        painter.setPen(QColor(scheme.line))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if len(self.trend.steps):
            self._paint_range(painter, scheme, self.trend)
            self._paint_curve(painter, scheme, self.trend)

    def _paint_title(self, painter: QPainter, scheme: theme.Tokens, trend: Trend) -> None:
        line, metrics = QRectF(0, 0, self.width(), painter.fontMetrics().height()), painter.fontMetrics()
        painter.setPen(QColor(scheme.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, self.readout)
        room = line.width() - metrics.horizontalAdvance(self.readout) - theme.SPACE[1]
        title = f"{trend.symbol}  {trend.title}"
        painter.setPen(QColor(scheme.muted))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, metrics.elidedText(title, Qt.TextElideMode.ElideRight, room))

    def _paint_range(self, painter: QPainter, scheme: theme.Tokens, trend: Trend) -> None:
        """Paint the ends of the range, where they fit, and a line at zero."""
        area, (low, high) = self._area(), _range(trend.values)
        if low < 0 < high:
            y = area.bottom() - area.height() * (0 - low) / (high - low)
            painter.setPen(QPen(QColor(scheme.muted), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        height = painter.fontMetrics().height()
        if area.height() >= 2 * height - 2:
            painter.setPen(QColor(scheme.muted))
            tops = area.bottom() - height + 3, area.top() - 2
            for text, top in zip(ends(low, high), tops, strict=True):
                painter.drawText(QRectF(0, top, _AXIS - theme.SPACE[0], height), Qt.AlignmentFlag.AlignRight, text)

    def _paint_curve(self, painter: QPainter, scheme: theme.Tokens, trend: Trend) -> None:
        xs, ys = self._places(trend)
        place = self._shown_place()
        painter.setPen(QColor(scheme.accent))  # 1 px: a wider one takes ten times as long
        if lines := _strokes(xs, ys):
            painter.drawLines(lines)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not lines:
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]))
        if place is not None:
            painter.setBrush(QColor(scheme.accent))
            painter.drawEllipse(QPointF(xs[place], ys[place]), 2, 2)
        if self._mark is not None:
            painter.setPen(QPen(QColor(scheme.muted), 1))
            area = self._area()
            painter.drawLine(QPointF(xs[self._mark], area.top()), QPointF(xs[self._mark], area.bottom()))

    def _shown_place(self) -> int | None:
        count = len(self.trend.steps) if self.trend is not None else 0
        return self._mark if self._mark is not None else count - 1 if count else None

    def _area(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(_AXIS, line + 2, max(1, self.width() - _AXIS - 3), max(1, self.height() - line - 5))

    def _places(self, trend: Trend) -> tuple[Floats, Floats]:
        """Return x and y of each value, (n,)."""
        area, (low, high) = self._area(), _range(trend.values)
        first, last = trend.steps[0], trend.steps[-1]
        xs = area.left() + area.width() * (trend.steps - first) / max(1, last - first)
        values = np.where(np.isfinite(trend.values), trend.values, low)
        return xs, area.bottom() - area.height() * (values - low) / (high - low)


def ends(low: float, high: float) -> tuple[str, str]:
    """Return both ends of a range, not both 0, with as many decimals, or as short as powers of ten make them."""
    limit = max(abs(low), abs(high))
    plain = _PLAIN[0] <= limit < _PLAIN[1]
    below, above = (fixed(end, limit, 2) if plain else number(end, 2) for end in (low, high))
    return below, above


def _range(values: Floats) -> tuple[float, float]:
    """Return the ends of the finite values, apart even where all are equal."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if high > low:
        return low, high
    return low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2


def _strokes(xs: Floats, ys: Floats) -> list[QLineF]:
    """Return for each pixel across a line from its lowest to its highest point, which meets that of the pixel before.

    Nothing where the points are not that many.
    """
    columns = xs.astype(int)
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    if len(xs) <= 2 * len(starts):
        return []
    lows, highs = np.minimum.reduceat(ys, starts), np.maximum.reduceat(ys, starts)
    lows[1:], highs[1:] = np.minimum(lows[1:], highs[:-1]), np.maximum(highs[1:], lows[:-1])
    ends = zip(columns[starts].tolist(), lows.tolist(), highs.tolist(), strict=True)
    return [QLineF(x + 0.5, low, x + 0.5, high) for x, low, high in ends]
