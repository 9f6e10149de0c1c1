"""A grid whose rows and columns are as high and as wide as they are told to be, pixel by pixel: what moves is that."""

from math import sqrt

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from cnn_gui import theme
from cnn_gui.plots.grid import Grid, Marks
from cnn_gui.plots.hatches import mark_colours
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels

Edges = npt.NDArray[np.floating]

_HATCH_STEP = 5  # units between two strokes of a hatch
_LINES_FROM = 7  # units, the smallest cell with a line around it


def raster(grid: Grid, rows: Edges, columns: Edges, scheme: theme.Tokens, ratio: float = 1) -> QImage:
    """Return the picture with the cell (i, j) from rows[i] to rows[i + 1] and from columns[j] to columns[j + 1].

    Args:
        grid: (H, W).
        rows, columns: (H + 1,) and (W + 1,) units, from 0, never falling.
        scheme: of the colours.
        ratio: pixels a unit.
    """
    rows, columns, pen = rows * ratio, columns * ratio, max(1, round(ratio))
    cells = np.ix_(_cells(rows), _cells(columns))
    page = to_pixels(grid.values, grid.colormap, grid.limit, scheme.dark)[cells]
    if grid.marks is not None:
        _hatch(page, grid.marks[cells], scheme, round(_HATCH_STEP * ratio), round(ratio * sqrt(2)))
    if min(np.diff(rows).max(), np.diff(columns).max()) >= _LINES_FROM * ratio:
        page[_lines(rows, pen, len(page))] = QColor(scheme.line).rgba()
        page[:, _lines(columns, pen, len(page[0]))] = QColor(scheme.line).rgba()
    return to_image(page)


def _cells(edges: Edges) -> npt.NDArray[np.intp]:
    """Return the cell in which the middle of each pixel lies."""
    middles = np.arange(max(1, round(float(edges[-1])))) + 0.5
    return np.searchsorted(edges[1:-1], middles, side="right")


def _lines(edges: Edges, pen: int, count: int) -> npt.NDArray[np.intp]:
    """Return which of *count* pixels the lines between cells take, each *pen* of them."""
    return (edges[1:-1].astype(int) + np.arange(pen)[:, None]).ravel().clip(max=count - 1)


def _hatch(page: Pixels, marks: Marks, scheme: theme.Tokens, step: int, pen: int) -> None:
    """Draw the strokes of each mark over its pixels."""
    down, across = np.ogrid[: len(page), : len(page[0])]
    strokes = (down + across) % step < pen
    for mark, colour in mark_colours(scheme).items():
        page[strokes & (marks == mark)] = QColor(colour).rgba()
