"""The text in and beside a mosaic's tiles: names and values in large cells, numbers at the edge."""

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from cnn_gui import theme
from cnn_gui.plots.colormaps import signed_levels
from cnn_gui.plots.mosaic_geometry import Geometry
from cnn_gui.plots.pictures import Pixels
from cnn_gui.plots.round_numbers import COARSE, round_up
from cnn_gui.plots.text import readable_on, within
from cnn_gui.plots.tiles import Tiles
from cnn_gui.plots.tiling import Ids

MOST_TEXTS = 200  # a page: painting text is slow, and nobody reads more
_LINE = 14  # px, for the name of an axis or the numbers along it
GUTTER = 2 * _LINE  # px above the tiles, for what their columns are, and their numbers


def label_width(tiles: Tiles, metrics: QFontMetrics) -> int:
    """Return the room in px that the rows need for their numbers and for what they are; 0 if they have none."""
    return metrics.horizontalAdvance("0" * len(str(len(tiles.values)))) + theme.SPACE[1] + _LINE if tiles.axes else 0


def paint_labels(painter: QPainter, geometry: Geometry, columns: Sequence[str] = ()) -> None:
    """Number the rows and columns of tiles: each of them, or each 2nd, 5th, 10th... where they lie close.

    Columns with names have these, or their first letters where they lie close.
    """
    pages = geometry.pages
    for start in range(0, pages.tiling.grid[1], pages.columns + pages.spacer):
        _paint_row_numbers(painter, geometry, start)
        _paint_column_numbers(painter, geometry, start, columns)


def paint_axes(painter: QPainter, geometry: Geometry, axes: Sequence[str]) -> None:
    """Write what the rows and the columns of tiles are: upwards at the left, and above the numbers of the columns."""
    (row, column), page, metrics = axes, geometry.rect, painter.fontMetrics()
    above = QRectF(page.left(), page.top() - GUTTER, max(page.width(), metrics.horizontalAdvance(column)), _LINE)
    painter.drawText(above, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter), column)
    if metrics.horizontalAdvance(row) <= page.height():
        painter.save()
        painter.translate(page.left() - geometry.area.left(), page.center().y())  # the area begins behind the labels
        painter.rotate(-90)
        painter.drawText(QRectF(-page.height() / 2, 0, page.height(), _LINE), Qt.AlignmentFlag.AlignCenter, row)
        painter.restore()


def paint_values(painter: QPainter, geometry: Geometry, tiles: Tiles, pixels: Pixels) -> None:
    """Write into each cell of the page its value, and before it the tile's name, if all of that fits.

    *pixels* are the colours of the cells, (rows, columns, H, W) as they stand on the page.
    """
    if pixels.size > MOST_TEXTS:
        return
    scale, metrics, limit = geometry.pages.tiling.scale, painter.fontMetrics(), signed_levels(tiles.values)
    width, height = scale[1] * geometry.unit[0], scale[0] * geometry.unit[1]
    widest = metrics.horizontalAdvance(f" −{within(limit * 0.888, limit)} ")
    if width < widest or height < metrics.height() * (2 if tiles.names else 1):
        return
    for i, j in np.argwhere(geometry.ids >= 0).tolist():
        tile, rect = int(geometry.ids[i, j]), geometry.tile_rect(i, j)
        name = metrics.elidedText(tiles.names[tile], Qt.TextElideMode.ElideRight, int(width)) if tiles.names else ""
        for row, column in np.ndindex(*tiles.shape):
            value = within(float(tiles.values[tile, row, column]), limit)
            painter.setPen(readable_on(QColor.fromRgba(int(pixels[i, j, row, column]))))
            text = f"{name}\n{value}" if name else value
            painter.drawText(geometry.cell_in(rect, row, column), Qt.AlignmentFlag.AlignCenter, text)


def _paint_row_numbers(painter: QPainter, geometry: Geometry, start: int) -> None:
    """Number the rows to the left of the tiles in column *start* of the page."""
    height = painter.fontMetrics().height()
    for row, index in _every(geometry.ids[:, start] // geometry.pages.columns, height / geometry.pitch[0]):
        at = geometry.tile_rect(row, start)
        box = QRectF(at.left() - 100 - theme.SPACE[0], at.center().y() - height / 2, 100, height)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(index))


def _paint_column_numbers(painter: QPainter, geometry: Geometry, start: int, names: Sequence[str]) -> None:
    """Number or name the columns above the tiles, from column *start* of the page to the end of its group."""
    columns, metrics = geometry.pages.columns, painter.fontMetrics()
    if names and max(map(metrics.horizontalAdvance, names)) > geometry.pitch[1]:
        names = [name[:1] for name in names]
    shown = geometry.ids[0, start : start + columns]
    width = metrics.horizontalAdvance(str(columns)) + theme.SPACE[0]
    for column, index in _every(np.where(shown < 0, -1, shown % columns), width / geometry.pitch[1]):
        at = geometry.tile_rect(0, start + column)
        box = QRectF(at.center().x() - 50, at.top() - _LINE, 100, _LINE)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, names[index] if names else str(index))


def _every(indices: Ids, step: float) -> Iterator[tuple[int, int]]:
    """Yield (position, index) of the indices that are a multiple of *step*, made round; negative ones never."""
    rounded = int(round_up(max(1.0, step), COARSE))
    return ((i, index) for i, index in enumerate(indices.tolist()) if index >= 0 and index % rounded == 0)
