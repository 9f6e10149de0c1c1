"""A grid whose rows and columns are as high and as wide as they are told to be, pixel by pixel: what moves is that."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from cnn_gui import theme
from cnn_gui.plots.grid import Grid, Marks
from cnn_gui.plots.grid_painter import mark_colours
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels

Edges = npt.NDArray[np.floating]

_HATCH_STEP = 5  # px between two strokes of a hatch
_LINES_FROM = 7  # px, the smallest cell with a line around it


def raster(grid: Grid, rows: Edges, columns: Edges, scheme: theme.Tokens) -> QImage:
    """Return the picture with the cell (i, j) from rows[i] to rows[i + 1] and from columns[j] to columns[j + 1].

    Args:
        grid: (H, W).
        rows, columns: (H + 1,) and (W + 1,) screen pixels, from 0, never falling.
        scheme: of the colours.
    """
    cells = np.ix_(_cells(rows), _cells(columns))
    page = to_pixels(grid.values, grid.colormap, grid.limit, scheme.dark)[cells]
    if grid.marks is not None:
        _hatch(page, grid.marks[cells], scheme)
    if min(np.diff(rows).max(), np.diff(columns).max()) >= _LINES_FROM:
        page[rows[1:-1].astype(int).clip(max=len(page) - 1)] = QColor(scheme.line).rgba()
        page[:, columns[1:-1].astype(int).clip(max=len(page[0]) - 1)] = QColor(scheme.line).rgba()
    return to_image(page)


def _cells(edges: Edges) -> npt.NDArray[np.intp]:
    """Return the cell in which the middle of each pixel lies."""
    middles = np.arange(max(1, round(float(edges[-1])))) + 0.5
    return np.searchsorted(edges[1:-1], middles, side="right")


def _hatch(page: Pixels, marks: Marks, scheme: theme.Tokens) -> None:
    """Draw the strokes of each mark over its pixels."""
    down, across = np.ogrid[: len(page), : len(page[0])]
    strokes = (down + across) % _HATCH_STEP == 0
    for mark, colour in mark_colours(scheme).items():
        page[strokes & (marks == mark)] = QColor(colour).rgba()
