"""What is highlighted in a grid: rings around what a window reads and around single cells, and dots in cells."""

from collections.abc import Iterable, Sequence
from itertools import product

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cnn_gui import theme
from cnn_gui.plots.grid import Cell, Part, Placement
from cnn_gui.plots.text import readable_on

_RING = 2  # px
_SMALL = 12  # px, a cell of which a ring on its edge would cover much
_DOTS_FROM = 5  # px, the smallest cell with a dot in it


def paint_window(painter: QPainter, part: Part, place: Placement, colour: str) -> None:
    """Paint a ring around the rows and columns that a window reads, each cell on its own where they are apart."""
    rows, cols = part
    if (rows.step or 1) == (cols.step or 1) == 1:
        _paint_ring(painter, place.part(part), colour)
        return
    cells = product(range(rows.start, rows.stop, rows.step or 1), range(cols.start, cols.stop, cols.step or 1))
    paint_cells(painter, cells, place, colour)
    painter.setPen(QPen(QColor(colour), 1, Qt.PenStyle.DotLine))
    painter.drawRect(place.part(part))


def paint_cells(painter: QPainter, cells: Iterable[Cell], place: Placement, colour: str) -> None:
    """Paint a ring around single cells, a little away from small ones, whose colour it would cover."""
    out = _RING if place.side < _SMALL else 0
    for cell in cells:
        _paint_ring(painter, place.cell(cell).adjusted(-out, -out, out, out), colour)


def paint_dots(painter: QPainter, cells: Sequence[Cell], place: Placement, scheme: theme.Tokens) -> None:
    """Paint a dot in each of *cells*, unless these are too small."""
    if not cells or place.side < _DOTS_FROM:
        return
    points, size = QPolygonF(place.centres(cells)), min(6.0, place.side / 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((scheme.surface, size + 2), (scheme.text, size)):
        painter.setPen(QPen(QColor(colour), width, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints(points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _paint_ring(painter: QPainter, rect: QRectF, colour: str) -> None:
    """Paint a ring with an edge of the other lightness, so that it is seen on every colour."""
    edge = readable_on(QColor(colour))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen, width in ((edge, _RING + 2), (QColor(colour), _RING)):
        painter.setPen(QPen(pen, width, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(rect)
