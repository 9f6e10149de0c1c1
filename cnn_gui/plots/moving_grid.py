"""A grid that shows how it came about: rows and columns come in or go, or all of it is rotated."""

from collections.abc import Callable
from dataclasses import replace
from math import cos, radians, sin

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnn_gui import theme
from cnn_gui.motion import Motion
from cnn_gui.plots.grid import Grid, Part, Placement
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.raster import Edges, raster

_DURATION = 250  # ms


class MovingGrid(GridView):
    """Shows a grid at the end of a short motion; numbers come when it stands still.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = 1.0
        self._paint_way: Callable[[QPainter], None] | None = None
        self._motion = Motion(self._on_moved, self, _DURATION)

    @property
    def moving(self) -> bool:
        """Whether a motion is under way."""
        return self._motion.running

    def grow(self, grid: Grid, kept: Part) -> None:
        """Show *grid*: what lies between and around the rows and columns *kept* slides in."""
        grid = grid.within(self.ranges)
        self._begin(grid, lambda painter: self._paint_stretched(painter, grid, kept, self._progress))

    def shrink(self, grid: Grid, before: Grid, kept: Part) -> None:
        """Show *grid*, the rows and columns *kept* of the one *before*: its others slide out."""
        before = replace(before, limit=grid.within(self.ranges).limit)
        self._begin(grid, lambda painter: self._paint_stretched(painter, before, kept, 1 - self._progress))

    def rotate(self, grid: Grid) -> None:
        """Show *grid*, which is rotated by 180 degrees until it stands upright."""
        grid = grid.within(self.ranges)
        self._begin(grid, lambda painter: self._paint_rotated(painter, grid))

    def hold(self, share: float) -> None:
        """Be so far on in the motion under way: from 0 to, but not including, 1."""
        self._motion.hold(share)

    def stand(self) -> None:
        """Be at the end of the motion at once."""
        self._motion.stop()
        self._on_moved(1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.grid is None or self._paint_way is None or not self.moving:
            super().paintEvent(event)
            return
        with QPainter(self) as painter:
            self._paint_way(painter)
            place = self.place_of(self.grid)
            self.paint_title(painter, self.grid, place)
            self.paint_foot(painter, self.grid, place)

    def _begin(self, grid: Grid, paint: Callable[[QPainter], None]) -> None:
        self.show_grid(grid)
        self._progress, self._paint_way = 0.0, paint
        self._motion.go()

    def _on_moved(self, progress: float) -> None:
        self._progress = progress
        self.update()

    def _paint_stretched(self, painter: QPainter, large: Grid, kept: Part, share: float) -> None:
        """Paint *large* with so much of the rows and columns that are not *kept*, from 0 to 1."""
        start, end = self.place_of(replace(large, values=large.values[kept], marks=None)), self.place_of(large)
        sides = start.side + (end.side - start.side) * share, end.side * share
        rows, columns = (_edges(n, part, *sides) for n, part in zip(large.shape, kept, strict=True))
        corner = start.rect.topLeft() + (end.rect.topLeft() - start.rect.topLeft()) * share
        image = raster(large, rows, columns, theme.tokens(self.palette()), _ratio(painter))
        painter.drawImage(QRectF(corner.x(), corner.y(), columns[-1], rows[-1]), image)

    def _paint_rotated(self, painter: QPainter, grid: Grid) -> None:
        place = self.place_of(grid)
        rows, columns = (np.arange(n + 1) * place.side for n in grid.shape)
        image = raster(grid, rows, columns, theme.tokens(self.palette()), _ratio(painter))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        _turn(painter, place, 180 * (self._progress - 1))
        painter.drawImage(place.rect, image)
        painter.restore()


def _ratio(painter: QPainter) -> float:
    """Return how many pixels a unit has where *painter* paints: on the screen, or in a file."""
    return painter.deviceTransform().m11()


def _edges(cells: int, kept: slice, side: float, other: float) -> Edges:
    """Return (cells + 1,): where cells begin and end that are *side* long where *kept*, and *other* elsewhere."""
    sides = np.full(cells, other)
    sides[kept] = side
    return np.concatenate(([0.0], np.cumsum(sides)))


def _turn(painter: QPainter, place: Placement, degrees: float) -> None:
    """Rotate what is painted round the middle of the picture, and shrink it so that its corners stay inside."""
    middle, angle = place.rect.center(), radians(degrees)
    size = 1 / (abs(cos(angle)) + abs(sin(angle)))
    painter.translate(middle)
    painter.rotate(degrees)
    painter.scale(size, size)
    painter.translate(QPointF(-middle.x(), -middle.y()))
