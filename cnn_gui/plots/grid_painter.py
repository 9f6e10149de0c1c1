"""How a grid looks: colours, hatches, lines between cells, numbers in large ones, and what is highlighted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import inf

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from cnn_gui import theme
from cnn_gui.plots.grid import Cell, Grid, Mark, Marks, Part, Placement
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels
from cnn_gui.plots.strongest import strongest
from cnn_gui.plots.text import fixed, readable_on, unit

MOST_NUMBERS = 260  # in one grid: painting text is slow, and nobody reads more
_LINES_FROM = 7  # px, the smallest cell with a line around it
_HATCH_STEP = 5  # px between two strokes of a hatch
_RING = 2  # px
_DOTS_FROM = 5  # px, the smallest cell with a dot in it
_AS_WIDE = str.maketrans("123456789", "000000000")  # as wide as any of them
_LEADING_ZERO = re.compile(r"^(−?)0\.")
_WAYS = 3  # of writing a number: with all digits, with one fewer, and that without the zero before the point


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
        _paint_marks(painter, grid, place, scheme)
    painter.setPen(QPen(QColor(scheme.line), 1))
    if place.side >= _LINES_FROM:
        painter.drawLines([*_lines(place)])
    painter.drawRect(place.rect)
    return _paint_numbers(painter, grid, place, pixels)


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
    """Paint a ring around single cells."""
    for cell in cells:
        _paint_ring(painter, place.cell(cell), colour)


def paint_dots(painter: QPainter, cells: Sequence[Cell], place: Placement, scheme: theme.Tokens) -> None:
    """Paint a dot in each of *cells*, unless these are too small."""
    if not cells or place.side < _DOTS_FROM:
        return
    points, size = QPolygonF([place.cell(cell).center() for cell in cells]), min(6.0, place.side / 3)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((scheme.surface, size + 2), (scheme.text, size)):
        painter.setPen(QPen(QColor(colour), width, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints(points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def mark_colours(scheme: theme.Tokens) -> Mapping[Mark, str]:
    """Return the colour of each hatch."""
    return {
        Mark.PADDING: scheme.muted, Mark.INSERTED: scheme.accent, Mark.UNREAD: scheme.bad, Mark.APPENDED: scheme.bad,
        Mark.UNCHOSEN: scheme.line, Mark.TIED: scheme.warning, Mark.SPARE: scheme.muted,
    }  # fmt: skip


def paint_hatch(painter: QPainter, rect: QRectF, colour: str) -> None:
    """Fill *rect* with strokes that go on in its neighbours."""
    painter.setPen(_stroke_pen(colour))
    painter.drawLines(_strokes(np.array([[rect.left(), rect.top(), rect.right(), rect.bottom()]])))


def _stroke_pen(colour: str) -> QPen:
    return QPen(QColor(colour), 1, c=Qt.PenCapStyle.FlatCap)


def _strokes(rects: np.ndarray) -> list[QLineF]:
    """Return the pieces within *rects* (n, 4) of the lines on which x + y is a multiple of the step.

    A rectangle is left, top, right, bottom.
    """
    left, top, right, bottom = rects.T
    first = np.ceil((left + top) / _HATCH_STEP).astype(int)
    counts = np.maximum(np.floor((right + bottom) / _HATCH_STEP).astype(int) + 1 - first, 0)
    each = np.repeat(np.arange(len(rects)), counts)
    total = (np.arange(len(each)) + (first - np.cumsum(counts) + counts)[each]) * _HATCH_STEP
    start, end = np.maximum(top[each], total - right[each]), np.minimum(bottom[each], total - left[each])
    return [QLineF(*ends) for ends in np.stack((total - start, start, total - end, end), axis=1).tolist()]


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


def _paint_marks(painter: QPainter, grid: Grid, place: Placement, scheme: theme.Tokens) -> None:
    assert grid.marks is not None
    for run in _runs(grid.marks == Mark.SPARE):  # else a count of 0 would warn there too
        painter.fillRect(place.part(run), QColor(scheme.window))
    rect, (rows, columns) = place.rect, place.shape
    corner = np.array((rect.left(), rect.top()) * 2)
    cell = np.array((rect.width() / columns, rect.height() / rows) * 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark, colour in mark_colours(scheme).items():
        if (mask := grid.marks == mark).any():
            parts = [(x.start, y.start, x.stop, y.stop) for y, x in _runs(mask)]
            painter.setPen(_stroke_pen(colour))
            painter.drawLines(_strokes(corner + np.array(parts) * cell))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _runs(mask: np.ndarray) -> Iterable[Part]:
    """Yield the rows and columns of rectangles that make up *mask*; rows that are alike go together."""
    edges = [0, *(np.flatnonzero((mask[1:] != mask[:-1]).any(axis=1)) + 1).tolist(), len(mask)]
    steps = np.diff(np.pad(mask[edges[:-1]], ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (bands, lefts), (_, rights) = np.nonzero(steps > 0), np.nonzero(steps < 0)
    for band, left, right in zip(bands.tolist(), lefts.tolist(), rights.tolist(), strict=True):
        yield slice(edges[band], edges[band + 1]), slice(left, right)


def _lines(place: Placement) -> Iterable[QLineF]:
    rect, (rows, columns) = place.rect, place.shape
    for row in range(1, rows):
        y = rect.top() + row * rect.height() / rows
        yield QLineF(rect.left(), y, rect.right(), y)
    for column in range(1, columns):
        x = rect.left() + column * rect.width() / columns
        yield QLineF(x, rect.top(), x, rect.bottom())


def _paint_numbers(painter: QPainter, grid: Grid, place: Placement, pixels: np.ndarray) -> bool:
    """Write the values into the cells, with as many digits as let the longest of them fit; False if they do not."""
    metrics, cell = painter.fontMetrics(), place.cell((0, 0))
    if grid.values.size > MOST_NUMBERS or cell.height() < metrics.height():
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


def _paint_ring(painter: QPainter, rect: QRectF, colour: str) -> None:
    """Paint a ring with an edge of the other lightness, so that it is seen on every colour."""
    edge = readable_on(QColor(colour))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen, width in ((edge, _RING + 2), (QColor(colour), _RING)):
        painter.setPen(QPen(pen, width, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(rect)
