"""How a plot is painted: scales, curves, points and the line under the mouse.

Measured in one run, in processor time: both plots of 1,000,000 steps with all that belongs to them take 4.8 ms; two
bare pyqtgraph plots of two curves each, with pens of width 1 and no antialiasing, take 11.3 ms, and its import 200 ms.
"""

import numpy as np
import shiboken6
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cnn_gui import theme
from cnn_gui.plots.axes import Array, Plot
from cnn_gui.plots.series import Curve, Points, peaks, samples

_BOLD = 2.0  # px, width of a curve that matters
_MARKER = 3.0  # px, half the size of a marker
_LIGHT, _FAINT = 0.55, 0.3  # share of the colour in a thin line, and in an area that thin lines fill
_ROOMY = 10.0  # px between points: closer ones are joined without markers
_JOIN = Qt.PenJoinStyle.BevelJoin  # a round one takes three times as long to paint
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def paint_scales(
    painter: QPainter, plot: Plot, scheme: theme.Tokens, x_texts: dict[float, str], y_texts: dict[float, str]
) -> None:
    """Paint the frame, a fine line at each tick of the y axis, and both axes' *texts*, by the number they stand for."""
    metrics, rect = painter.fontMetrics(), plot.rect
    lines, words = QPen(QColor(scheme.line), 1), QColor(scheme.muted)
    painter.fillRect(rect, QColor(scheme.surface))
    for place, text in zip(plot.ys(np.array([*y_texts])), y_texts.values(), strict=True):
        painter.setPen(lines)
        painter.drawLine(QPointF(rect.left(), round(place) + 0.5), QPointF(rect.right(), round(place) + 0.5))
        painter.setPen(words)
        painter.drawText(QRectF(0, place - 10, rect.left() - theme.SPACE[0], 20), int(_RIGHT), text)
    for place, text in zip(plot.xs(np.array([*x_texts])), x_texts.values(), strict=True):
        painter.setPen(lines)
        painter.drawLine(QPointF(round(place) + 0.5, rect.bottom()), QPointF(round(place) + 0.5, rect.bottom() + 4))
        width = metrics.horizontalAdvance(text)
        left = min(max(place - width / 2, 0), painter.window().width() - width)
        painter.setPen(words)
        painter.drawText(QPointF(left, rect.bottom() + theme.SPACE[0] + metrics.ascent()), text)
    painter.setPen(lines)
    painter.drawRect(rect)


def paint_curve(painter: QPainter, plot: Plot, curve: Curve, scheme: theme.Tokens) -> None:
    """Paint *curve*: a thin one from the lowest to the highest step of each column of pixels, a bold one smoothly."""
    if curve.thin:
        _paint_noise(painter, plot, curve, scheme)
        return
    steps, values = samples(curve.values, plot.x, max(1, int(plot.rect.width()) // 2))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour_of(curve, scheme), _BOLD, j=_JOIN))
    _paint_line(painter, plot, plot.xs(steps), plot.ys(values))


def paint_points(painter: QPainter, plot: Plot, points: Points, scheme: theme.Tokens) -> None:
    """Paint a line through *points*, with markers unless they lie too close."""
    known = np.isfinite(points.values)
    xs, ys = plot.xs(points.steps[known]), plot.ys(points.values[known])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour_of(points, scheme), 1.5))
    _paint_line(painter, plot, xs, ys)
    inside = (xs >= plot.rect.left()) & (xs <= plot.rect.right()) & np.isfinite(ys)
    if np.count_nonzero(inside) * _ROOMY <= plot.rect.width():
        for x, y in zip(xs[inside].tolist(), ys[inside].tolist(), strict=True):
            paint_marker(painter, QPointF(x, y), points, scheme)


def paint_marker(painter: QPainter, place: QPointF, points: Points, scheme: theme.Tokens) -> None:
    """Paint the marker of *points* at *place*."""
    painter.setPen(QPen(QColor(scheme.surface), 1))
    painter.setBrush(colour_of(points, scheme))
    box = QRectF(place.x() - _MARKER, place.y() - _MARKER, 2 * _MARKER, 2 * _MARKER)
    painter.drawEllipse(box) if points.marker == "circle" else painter.drawRect(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_cursor(painter: QPainter, plot: Plot, step: float, scheme: theme.Tokens) -> None:
    """Paint a line down the plot at *step*."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(scheme.muted), 1, Qt.PenStyle.DashLine))
    place = float(plot.xs(np.array([step]))[0])
    painter.drawLine(QPointF(place, plot.rect.top()), QPointF(place, plot.rect.bottom()))


def _paint_noise(painter: QPainter, plot: Plot, curve: Curve, scheme: theme.Tokens) -> None:
    steps, lowest, highest = peaks(curve.values, plot.x, max(1, int(plot.rect.width())))
    xs, ys, crowded = plot.xs(steps), plot.ys(highest), lowest is not highest
    if crowded:
        xs, ys = np.repeat(xs, 2), np.stack([plot.ys(lowest), ys], axis=1).ravel()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(colour_of(curve, scheme, _FAINT if crowded else _LIGHT), 1))
    _paint_line(painter, plot, xs, ys)


def _paint_line(painter: QPainter, plot: Plot, xs: Array, ys: Array) -> None:
    """Paint a line through the places, broken where one is NaN; those far outside are brought near."""
    height = plot.rect.height()
    near = np.clip(ys, plot.rect.top() - height, plot.rect.bottom() + height)
    for part in np.split(np.arange(len(xs)), np.flatnonzero(~np.isfinite(ys))):
        whole = part[np.isfinite(ys[part])]
        if len(whole) == 1:
            painter.drawEllipse(QPointF(xs[whole[0]], near[whole[0]]), 1, 1)
        elif len(whole):
            painter.drawPolyline(_polygon(xs[whole], near[whole]))


def _polygon(xs: Array, ys: Array) -> QPolygonF:
    """Return the places as a polygon, written into its memory: a Python object for each takes five times as long."""
    polygon = QPolygonF()
    polygon.resize(len(xs))
    memory = np.frombuffer(shiboken6.VoidPtr(polygon.data(), 16 * len(xs), True), np.float64).reshape(-1, 2)
    memory[:, 0], memory[:, 1] = xs, ys
    return polygon


def colour_of(series: Curve | Points, scheme: theme.Tokens, strength: float = _LIGHT) -> QColor:
    """Return the colour that *series* is painted in; thin curves have *strength* of theirs on the background.

    That is a mixture, not a translucent pen, which would be darker where a line crosses itself.
    """
    colour, ground = QColor(getattr(scheme, series.colour)), QColor(scheme.surface)
    if not (isinstance(series, Curve) and series.thin):
        return colour
    pairs = zip(colour.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(strength * a + (1 - strength) * b for a, b in pairs))
