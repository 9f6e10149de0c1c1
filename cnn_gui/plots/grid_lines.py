"""The lines of text around a grid: what it is of, how large it is, and what its colours mean."""

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QGradient, QLinearGradient, QPainter

from cnn_gui import theme
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Grid
from cnn_gui.plots.pictures import to_pixels
from cnn_gui.plots.text import number, power, unit

_BAR, _HIGH, _GAP = 32, 6, 6  # px: the colour bar, its height, the room beside it
_STROKES = 16  # of one colour each in the bar
_DIGITS = 3


def range_of(colormap: ColorMap, limit: float) -> str:
    """Return what the ends of the colours stand for: '±0.5', or '0–9' where they begin at 0."""
    return f"±{number(limit, _DIGITS)}" if colormap.signed else f"0–{number(limit, _DIGITS)}"


def size_of(grid: Grid, numbers: bool) -> str:
    """Return '5 × 5' and, where there are *numbers* in its cells, the unit of these if that is not 1."""
    size = f"{grid.shape[0]} × {grid.shape[1]}"
    if numbers and unit(grid.reach) and not grid.whole:
        return QCoreApplication.translate("Grid", "{0}, in {1}").format(size, power(unit(grid.reach)))
    return size


def paint_text(painter: QPainter, line: QRectF, text: str, colour: str) -> None:
    """Paint *text* in the middle of *line*, and of a longer one the beginning."""
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(line.width()))
    painter.setPen(QColor(colour))
    painter.drawText(line, Qt.AlignmentFlag.AlignCenter, shown)


def paint_legend(painter: QPainter, line: QRectF, text: str, grid: Grid, scheme: theme.Tokens) -> bool:
    """Paint *text*, a bar of the colours and their range in the middle of *line*; False if there is no room for all."""
    metrics, ends = painter.fontMetrics(), range_of(grid.colormap, grid.limit)
    first = metrics.horizontalAdvance(text) + 2 * _GAP if text else 0
    whole = first + _BAR + _GAP + metrics.horizontalAdvance(ends)
    if whole > line.width():
        return False
    left = line.left() + (line.width() - whole) / 2
    painter.setPen(QColor(scheme.muted))
    upright = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(line.adjusted(left - line.left(), 0, 0, 0), int(upright), text)
    _paint_bar(painter, QRectF(left + first, line.center().y() - _HIGH / 2, _BAR, _HIGH), grid, scheme)
    painter.setPen(QColor(scheme.muted))
    painter.drawText(line.adjusted(left - line.left() + first + _BAR + _GAP, 0, 0, 0), int(upright), ends)
    return True


def _paint_bar(painter: QPainter, bar: QRectF, grid: Grid, scheme: theme.Tokens) -> None:
    limit = 1.0 if grid.colormap.signed else grid.limit  # else the colours are the same ones however far they reach
    painter.setPen(QColor(scheme.line))
    painter.setBrush(_gradient(grid.colormap, limit, scheme.dark))
    painter.drawRect(bar)
    painter.setBrush(Qt.BrushStyle.NoBrush)


@lru_cache(maxsize=32)
def _gradient(colormap: ColorMap, limit: float, dark: bool) -> QBrush:
    """Return the colours from left to right of whatever it fills."""
    gradient = QLinearGradient(0, 0, 1, 0)
    gradient.setCoordinateMode(QGradient.CoordinateMode.ObjectMode)
    values = np.linspace(-limit if colormap.signed else 0.0, limit, _STROKES)
    for n, pixel in enumerate(to_pixels(values, colormap, limit, dark).tolist()):
        for end in (n, n + 0.999):  # a stroke of one colour: the count of 0 is to be seen
            gradient.setColorAt(end / _STROKES, QColor.fromRgba(pixel))
    return QBrush(gradient)
