"""One array as a picture: its values, what is special about some of its cells, and where they lie on the screen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QPointF, QRectF

from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.ranges import Ranges
from cnn_gui.plots.text import number

Floats = npt.NDArray[np.floating]
Marks = npt.NDArray[np.uint8]
Cell = tuple[int, int]
Part = tuple[slice, slice]  # rows and columns, with a step where they are apart

_LONGEST = 40  # px, the longer side of an elastic cell
_EVEN = 8  # screen pixels: elastic cells that are smaller may differ by one, so that they fill their area


class Mark(IntEnum):
    """What is special about a cell. Each has a hatch of its own, and a word."""

    NONE = 0
    PADDING = 1
    INSERTED = 2  # a zero between two values
    UNREAD = 3  # no window reaches it
    APPENDED = 4  # a zero for what no window reaches
    UNCHOSEN = 5  # windows read it, but keep others
    TIED = 6  # made from several equals
    SPARE = 7  # padding that no window reads


@dataclass(frozen=True, eq=False)
class Grid:
    """Values (H, W) with colours for -limit to +limit, or 0 to limit for INK and COUNTS.

    Attributes:
        title: what the picture is of; the painted line above it.
        marks: (H, W) of ``Mark``; None for none.
        origin: (row, column) that the first cell counts as: of a padded input, its pixels keep their numbers.
        whole: whether the values are counts, to be written without decimals.
        elastic: whether cells may be wider than high: of a matrix, which is no picture of a place.
        numbered: whether the values are written into cells with room for them.
        told: what is said of a cell in the place of its row, column and value; None for these.
    """

    values: Floats
    colormap: ColorMap
    limit: float
    title: str = ""
    marks: Marks | None = None
    origin: Cell = (0, 0)
    whole: bool = False
    elastic: bool = False
    numbered: bool = True
    told: Callable[[Cell], str] | None = None

    @cached_property
    def reach(self) -> float:
        """The largest magnitude, which says how the numbers are written, however far the colours reach."""
        return signed_levels(self.values)

    @property
    def shape(self) -> Cell:
        """(H, W)."""
        return self.values.shape[0], self.values.shape[1]

    def within(self, ranges: Ranges) -> "Grid":
        """Return it with colours that reach as far as *ranges* say."""
        limit = ranges.limit(self.values, self.colormap, self.limit)
        return self if limit == self.limit else replace(self, limit=limit)

    def mark(self, cell: Cell) -> Mark:
        """Return what is special about a cell."""
        return Mark.NONE if self.marks is None else Mark(int(self.marks[cell]))

    def read_out(self, cell: Cell, brief: bool = False) -> str:
        """Return 'row 3, column 4: 0.5' for a cell, or '(3, 4): 0.5', and what is special about it."""
        if self.told is not None:
            return self.told(cell)
        row, column = cell[0] + self.origin[0], cell[1] + self.origin[1]
        text = "({0}, {1}): {2}" if brief else _tr("row {0}, column {1}: {2}")
        text = text.format(row, column, number(float(self.values[cell])))
        word = mark_word(self.mark(cell))
        return f"{text} ({word})" if word else text


def mark_word(mark: Mark) -> str:
    """Return what a hatch means; '' for none."""
    return {
        Mark.PADDING: _tr("padding"), Mark.INSERTED: _tr("inserted zero"), Mark.UNREAD: _tr("never read"),
        Mark.APPENDED: _tr("appended zero"), Mark.UNCHOSEN: _tr("never chosen"), Mark.TIED: _tr("tie"),
        Mark.SPARE: _tr("padding that no window reads"),
    }.get(mark, "")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the cells of a grid lie: the picture, as large as whole screen pixels for each cell let it be."""

    rect: QRectF
    shape: Cell

    @classmethod
    def fit(cls, shape: Cell, area: QRectF, ratio: float, elastic: bool = False, at_top: bool = False) -> "Placement":
        """Return the largest picture in the middle of *area*, or *at_top* of it; *ratio*: screen pixels a unit.

        Its cells are squares or, with *elastic*, as wide and as high as the area lets them be, each for itself.
        """
        sides = area.height() / shape[0], area.width() / shape[1]
        if elastic:
            high, wide = (_whole(min(side, _LONGEST), n, ratio, _EVEN) for side, n in zip(sides, shape, strict=True))
        else:
            high = wide = _whole(min(sides), max(shape), ratio)
        height, width = high * shape[0], wide * shape[1]
        left = round((area.left() + (area.width() - width) / 2) * ratio) / ratio
        above = 0 if at_top else (area.height() - height) / 2
        top = round((area.top() + above) * ratio) / ratio
        return cls(QRectF(left, top, width, height), shape)

    @property
    def side(self) -> float:
        """The shorter one of a cell's sides."""
        return min(self.rect.width() / self.shape[1], self.rect.height() / self.shape[0])

    def part(self, part: Part) -> QRectF:
        """Return the rectangle around some rows and columns, which may lie partly outside."""
        rows, cols = part
        high, wide = self.rect.height() / self.shape[0], self.rect.width() / self.shape[1]
        top, left = self.rect.top() + rows.start * high, self.rect.left() + cols.start * wide
        return QRectF(left, top, (cols.stop - cols.start) * wide, (rows.stop - rows.start) * high)

    def cell(self, cell: Cell) -> QRectF:
        """Return the rectangle of one cell."""
        return self.part((slice(cell[0], cell[0] + 1), slice(cell[1], cell[1] + 1)))

    def centres(self, cells: Iterable[Cell]) -> list[QPointF]:
        """Return the middle of each of some cells."""
        high, wide = self.rect.height() / self.shape[0], self.rect.width() / self.shape[1]
        top, left = self.rect.top() + high / 2, self.rect.left() + wide / 2
        return [QPointF(left + column * wide, top + row * high) for row, column in cells]

    def at(self, point: QPointF) -> Cell | None:
        """Return the cell at a point; None outside."""
        if not self.rect.contains(point):
            return None
        row = (point.y() - self.rect.top()) / self.rect.height() * self.shape[0]
        column = (point.x() - self.rect.left()) / self.rect.width() * self.shape[1]
        return min(int(row), self.shape[0] - 1), min(int(column), self.shape[1] - 1)


def _whole(side: float, cells: int, ratio: float, even: float = 1) -> float:
    """Return the largest side up to *side*, of whole screen pixels; below *even* only all *cells* have whole ones."""
    pixels = side * ratio
    return int(pixels) / ratio if pixels >= even else max(1, int(pixels * cells)) / cells / ratio


def _tr(text: str) -> str:
    return QCoreApplication.translate("Grid", text)
