"""What is special about cells, as hatches that go on from one to the next."""

from collections.abc import Iterable, Mapping

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

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
    painter.setPen(_stroke_pen(colour))
    painter.drawLines(_strokes(np.array([[rect.left(), rect.top(), rect.right(), rect.bottom()]])))


def paint_marks(painter: QPainter, marks: Marks, place: Placement, scheme: theme.Tokens) -> None:
    """Paint the hatches of cells (H, W) that lie where *place* says."""
    for run in _runs(marks == Mark.SPARE):  # else a count of 0 would warn there too
        painter.fillRect(place.part(run), QColor(scheme.window))
    rect, (rows, columns) = place.rect, place.shape
    corner = np.array((rect.left(), rect.top()) * 2)
    cell = np.array((rect.width() / columns, rect.height() / rows) * 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark, colour in mark_colours(scheme).items():
        if (mask := marks == mark).any():
            parts = [(x.start, y.start, x.stop, y.stop) for y, x in _runs(mask)]
            painter.setPen(_stroke_pen(colour))
            painter.drawLines(_strokes(corner + np.array(parts) * cell))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


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


def _runs(mask: np.ndarray) -> Iterable[Part]:
    """Yield the rows and columns of rectangles that make up *mask*; rows that are alike go together."""
    edges = [0, *(np.flatnonzero((mask[1:] != mask[:-1]).any(axis=1)) + 1).tolist(), len(mask)]
    steps = np.diff(np.pad(mask[edges[:-1]], ((0, 0), (1, 1))).astype(np.int8), axis=1)
    (bands, lefts), (_, rights) = np.nonzero(steps > 0), np.nonzero(steps < 0)
    for band, left, right in zip(bands.tolist(), lefts.tolist(), rights.tolist(), strict=True):
        yield slice(edges[band], edges[band + 1]), slice(left, right)
