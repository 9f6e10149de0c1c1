"""The numbers in the cells of a grid, as exact as their room lets them be."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import inf

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from cnn_gui.plots.grid import Grid, Marks, Placement
from cnn_gui.plots.pictures import Pixels
from cnn_gui.plots.text import fixed, readable_on, unit

MOST_NUMBERS = 260  # in one grid: painting text is slow, and nobody reads more
_AS_WIDE = str.maketrans("123456789", "000000000")  # as wide as any of them
_LEADING_ZERO = re.compile(r"^(−?)0\.")
_WAYS = 3  # of writing a number: with all digits, with one fewer, and that without the zero before the point


def paint_numbers(painter: QPainter, grid: Grid, place: Placement, pixels: np.ndarray) -> bool:
    """Write the values into the cells, with as many digits as let the longest of them fit; False if they do not."""
    metrics, cell = painter.fontMetrics(), place.cell((0, 0))
    if not grid.numbered or grid.values.size > MOST_NUMBERS or cell.height() < metrics.height():
        return False
    whole, ends = _is_whole(grid), _ends(grid.values)
    for fewer in range(_WAYS):
        widest = (_written(grid, value, fewer, whole).translate(_AS_WIDE) for value in ends)
        if cell.width() >= max(map(metrics.horizontalAdvance, widest)) + 2:
            break
    else:
        return False
    texts = [[_written(grid, value, fewer, whole) for value in row] for row in grid.values.tolist()]
    if grid.marks is not None:
        _paint_plates(painter, place, pixels, grid.marks, texts)
    for (row, column), pixel in np.ndenumerate(pixels):
        painter.setPen(_text_colour(int(pixel)))
        there = cell.translated(column * cell.width(), row * cell.height())
        painter.drawText(there, Qt.AlignmentFlag.AlignCenter, texts[row][column])
    return True


def _ends(values: np.ndarray) -> Sequence[float]:
    """Return those of which one is written longest: all have as many decimals."""
    finite = values[np.isfinite(values)]
    ends = [float(finite.min()), float(finite.max())] if finite.size else []
    return ends if finite.size == values.size else [*ends, -inf]


@lru_cache(maxsize=1024)
def _text_colour(pixel: int) -> QColor:
    return readable_on(QColor.fromRgba(pixel))


def _paint_plates(
    painter: QPainter, place: Placement, pixels: Pixels, marks: Marks, texts: Sequence[Sequence[str]]
) -> None:
    """Clear the hatch behind each number, so that it can be read."""
    metrics, plates = painter.fontMetrics(), dict[int, QPainterPath]()
    for row, column in np.argwhere(marks).tolist():
        cell = place.cell((row, column))
        plate = QRectF(0, 0, metrics.horizontalAdvance(texts[row][column]) + 2, metrics.capHeight() + 4)
        plate.moveCenter(cell.center())
        plates.setdefault(int(pixels[row, column]), QPainterPath()).addRect(plate & cell)
    for colour, path in plates.items():
        painter.fillPath(path, QColor.fromRgba(colour))


def _is_whole(grid: Grid) -> bool:
    """Return whether no value needs a decimal."""
    return grid.whole or (unit(grid.reach) == 0 and np.array_equal(grid.values, np.rint(grid.values)))


def _written(grid: Grid, value: float, fewer: int, whole: bool) -> str:
    if whole or value == 0:
        return f"{value or 0:.0f}".replace("-", "−")
    scale = 10.0 ** unit(grid.reach)
    text = fixed(value / scale, grid.reach / scale * (10 if fewer else 1))
    return _LEADING_ZERO.sub(r"\1.", text) if fewer == _WAYS - 1 else text
