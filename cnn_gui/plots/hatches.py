"""What is special about cells, as hatches that go on from one to the next."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QTransform

from cnn_gui import theme
from cnn_gui.plots.grid import Mark, Marks, Part, Placement

_HATCH_STEP = 5  # px between two strokes of a hatch


def mark_colours(scheme: theme.Tokens) -> Mapping[Mark, str]:
    """Return the colour of each hatch."""
    return {
        Mark.PADDING: scheme.muted, Mark.INSERTED: scheme.accent, Mark.UNREAD: scheme.bad, Mark.APPENDED: scheme.bad,
        Mark.UNCHOSEN: scheme.line, Mark.TIED: scheme.warning, Mark.SPARE: scheme.muted,
    }  # fmt: skip


def paint_hatch(painter: QPainter, rect: QRectF, colour: str) -> None:
    """Fill *rect* with strokes that go on in its neighbours."""
    _draw(painter, [rect], colour)


def paint_marks(painter: QPainter, marks: Marks, place: Placement, scheme: theme.Tokens, vector: bool = False) -> None:
    """Paint the hatches of cells (H, W) that lie where *place* says; with *vector* each stroke is a line."""
    if not marks.any():
        return
    for run in _runs(marks == Mark.SPARE):  # else a count of 0 would warn there too
        painter.fillRect(place.part(run), QColor(scheme.window))
    for mark, colour in mark_colours(scheme).items():
        if (mask := marks == mark).any():
            (_draw if vector else _fill)(painter, [place.part(run) for run in _runs(mask)], colour)


def _draw(painter: QPainter, rects: Sequence[QRectF], colour: str) -> None:
    """Draw every stroke."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_stroke_pen(colour))
    painter.drawLines(_strokes(np.array([rect.getCoords() for rect in rects])))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def _fill(painter: QPainter, rects: Sequence[QRectF], colour: str) -> None:
    """Fill with a tile of strokes, which takes a fifth of the time of drawing them."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_tile(colour, painter.device().devicePixelRatio()))
    painter.drawRects(rects)
    painter.setBrush(Qt.BrushStyle.NoBrush)


@lru_cache(maxsize=64)
def _tile(colour: str, ratio: float) -> QBrush:
    """Return one step of the hatch as a brush that goes on to all sides; *ratio*: screen pixels a unit."""
    side = round(_HATCH_STEP * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(_stroke_pen(colour, ratio))
        painter.drawLines([QLineF(end, -side, -side, end) for end in (side, 2 * side, 3 * side)])
    brush = QBrush(image)
    brush.setTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
    return brush


def _stroke_pen(colour: str, width: float = 1) -> QPen:
    return QPen(QColor(colour), width, c=Qt.PenCapStyle.FlatCap)


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


def _runs(mask: np.ndarray) -> Iterable[Part]:
    """Yield the rows and columns of rectangles that make up *mask*; rows that are alike go together."""
    edges = [0, *(np.flatnonzero((mask[1:] != mask[:-1]).any(axis=1)) + 1).tolist(), len(mask)]
    framed = np.zeros((len(edges) - 1, mask.shape[1] + 2), np.int8)
    framed[:, 1:-1] = mask[edges[:-1]]
    steps = np.diff(framed, axis=1)
    (bands, lefts), (_, rights) = np.nonzero(steps > 0), np.nonzero(steps < 0)
    for band, left, right in zip(bands.tolist(), lefts.tolist(), rights.tolist(), strict=True):
        yield slice(edges[band], edges[band + 1]), slice(left, right)
