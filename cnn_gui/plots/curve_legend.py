"""The legend of a plot: a sample of each line, its name and its value, in slots that do not move."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from cnn_gui import theme
from cnn_gui.plots.curve_painting import colour_of, paint_marker
from cnn_gui.plots.series import Curve, Points

_SAMPLE = 18  # px, length of a sample line

Entry = tuple[Curve | Points, str]  # with its value as text


def legend_height(entries: Sequence[Entry], width: float, metrics: QFontMetrics) -> int:
    """Return the height in px of the legend for *entries* (at least one) in so much *width*."""
    return int(_places(entries, width, metrics)[-1].y()) + _line(metrics)


def paint_legend(painter: QPainter, entries: Sequence[Entry], rect: QRectF, scheme: theme.Tokens) -> None:
    """Paint *entries* into *rect*, in as many lines as they need."""
    metrics = painter.fontMetrics()
    for (series, value), place in zip(entries, _places(entries, rect.width(), metrics), strict=True):
        start = rect.topLeft() + place
        _paint_sample(painter, start + QPointF(0, _line(metrics) / 2), series, scheme)
        painter.setPen(QColor(scheme.text))
        box = QRectF(start.x() + _SAMPLE + theme.SPACE[0], start.y(), rect.width(), _line(metrics))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), f"{series.name} {value}")


def _paint_sample(painter: QPainter, start: QPointF, series: Curve | Points, scheme: theme.Tokens) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour_of(series, scheme), 1 if isinstance(series, Curve) and series.thin else 2))
    painter.drawLine(start, start + QPointF(_SAMPLE, 0))
    if isinstance(series, Points):
        paint_marker(painter, start + QPointF(_SAMPLE / 2, 0), series, scheme)


def _places(entries: Sequence[Entry], width: float, metrics: QFontMetrics) -> list[QPointF]:
    """Return where each entry begins, set like words; its width does not depend on its value."""
    places, x, y = [], 0.0, 0.0
    for series, _ in entries:
        own = _SAMPLE + theme.SPACE[0] + metrics.horizontalAdvance(f"{series.name} 0.0000")
        if x > 0 and x + own > width:
            x, y = 0.0, y + _line(metrics)
        places.append(QPointF(x, y))
        x += own + theme.SPACE[1]
    return places


def _line(metrics: QFontMetrics) -> int:
    return metrics.height() + 2
