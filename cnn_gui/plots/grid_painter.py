"""How a grid looks: its colours, hatches, lines between cells, and numbers in large ones."""

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cnn_gui import theme
from cnn_gui.plots.grid import Grid, Placement
from cnn_gui.plots.grid_numbers import paint_numbers
from cnn_gui.plots.hatches import paint_marks
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels
from cnn_gui.plots.strongest import strongest

_LINES_FROM = 7  # px, the smallest cell with a line around it


def paint_grid(painter: QPainter, grid: Grid, place: Placement, scheme: theme.Tokens, vector: bool = False) -> bool:
    """Paint the cells of *grid* where *place* says, as one image or, with *vector*, as a shape each.

    Return whether numbers fit into them; these are in units of ``unit(grid.reach)``.
    """
    values = grid.values if vector else _shrunk(grid.values, place, painter.device().devicePixelRatio())
    pixels = to_pixels(values, grid.colormap, grid.limit, scheme.dark)
    if vector:
        _paint_shapes(painter, place, pixels)
    else:
        painter.drawImage(place.rect, to_image(pixels))
    if grid.marks is not None:
        paint_marks(painter, grid.marks, place, scheme, vector)
    painter.setPen(QPen(QColor(scheme.line), 1))
    if place.side >= _LINES_FROM:
        painter.drawLines([*_lines(place)])
    painter.drawRect(place.rect)
    return paint_numbers(painter, grid, place, pixels)


def _shrunk(values: np.ndarray, place: Placement, ratio: float) -> np.ndarray:
    """Return a value for each screen pixel where there are more values than pixels."""
    room = (int(place.rect.height() * ratio), int(place.rect.width() * ratio))
    rows, columns = (min(n, max(1, most)) for n, most in zip(values.shape, room, strict=True))
    return strongest(values, (rows, columns))


def _paint_shapes(painter: QPainter, place: Placement, pixels: Pixels) -> None:
    """Fill a rectangle for each cell, those of one colour in one go: files of shapes are a fifth as large."""
    for colour in np.unique(pixels):
        path = QPainterPath()
        for row, column in np.argwhere(pixels == colour).tolist():
            path.addRect(place.cell((row, column)))
        painter.fillPath(path, QColor.fromRgba(int(colour)))


def _lines(place: Placement) -> Iterable[QLineF]:
    rect, (rows, columns) = place.rect, place.shape
    for row in range(1, rows):
        y = rect.top() + row * rect.height() / rows
        yield QLineF(rect.left(), y, rect.right(), y)
    for column in range(1, columns):
        x = rect.left() + column * rect.width() / columns
        yield QLineF(x, rect.top(), x, rect.bottom())
