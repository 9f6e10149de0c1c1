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
    return -(-len(entries) // _columns(entries, width, metrics)) * _line(metrics)


def paint_legend(painter: QPainter, entries: Sequence[Entry], rect: QRectF, scheme: theme.Tokens) -> None:
    """Paint *entries* into *rect*, in as many columns as fit."""
    metrics, columns = painter.fontMetrics(), _columns(entries, rect.width(), painter.fontMetrics())
    slot = _slot(entries, metrics)
    for place, (series, value) in enumerate(entries):
        row, column = divmod(place, columns)
        box = QRectF(rect.left() + column * slot, rect.top() + row * _line(metrics), slot, _line(metrics))
        _paint_sample(painter, QPointF(box.left(), box.center().y()), series, scheme)
        painter.setPen(QColor(scheme.text))
        left = box.adjusted(_SAMPLE + theme.SPACE[0], 0, 0, 0)
        painter.drawText(
            left, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), f"{series.name} {value}"
        )


def _paint_sample(painter: QPainter, start: QPointF, series: Curve | Points, scheme: theme.Tokens) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour_of(series, scheme), 1 if isinstance(series, Curve) and series.thin else 2))
    painter.drawLine(start, start + QPointF(_SAMPLE, 0))
    if isinstance(series, Points):
        paint_marker(painter, start + QPointF(_SAMPLE / 2, 0), series, scheme)


def _columns(entries: Sequence[Entry], width: float, metrics: QFontMetrics) -> int:
    return max(1, min(len(entries), int(width // _slot(entries, metrics))))


def _slot(entries: Sequence[Entry], metrics: QFontMetrics) -> int:
    widest = max(metrics.horizontalAdvance(f"{series.name} 00.000 ") for series, _ in entries)
    return _SAMPLE + theme.SPACE[0] + widest + theme.SPACE[1]


def _line(metrics: QFontMetrics) -> int:
    return metrics.height() + 2
