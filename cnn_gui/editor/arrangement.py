"""Where the cards of a chain stand: rows from left to right that wrap to the width of the view. Pure geometry."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from cnn_gui import theme

TEXT_HEIGHT = 54  # px, of a card's words
CARD_HEIGHT = 80  # px: below the words is room for small pictures
ROW_GAP = theme.SPACE[3]
_LEAST_GAP = 62  # px between cards of a row: room for a shape such as 16 × 10 × 10 on the wire
_WIDEST_GAP = 112
_MARGIN = 12  # px left and right, where wires turn from one row to the next
_TOP = theme.SPACE[1]  # px above the first row and below the last


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns that fit a width; *gap* is between two cards, *left* before the first. All in px."""

    columns: int
    gap: float
    left: float

    @classmethod
    def fitting(cls, width: float) -> "Grid":
        """Return the grid with as many columns as fit *width*, and at least one."""
        room = width - 2 * _MARGIN
        columns = max(1, int((room + _LEAST_GAP) // (theme.CARD_WIDTH + _LEAST_GAP)))
        spare = room - columns * theme.CARD_WIDTH
        gap = min(spare / (columns - 1), _WIDEST_GAP) if columns > 1 else 0.0
        return cls(columns, gap, max(_MARGIN, (width - cls._width(columns, gap)) / 2))

    @classmethod
    def width_for(cls, columns: int) -> int:
        """Return the least width that so many columns fit."""
        return round(cls._width(columns, _LEAST_GAP)) + 2 * _MARGIN

    @property
    def right(self) -> float:
        """The right edge of the last column."""
        return self.left + self._width(self.columns, self.gap)

    @staticmethod
    def _width(columns: int, gap: float) -> float:
        return columns * theme.CARD_WIDTH + (columns - 1) * gap


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for a layer: its *position* in the chain, and the centre *at* of the marker that shows it."""

    position: int
    at: QPointF


class Arrangement:
    """The slots of a whole chain: slot 0 is the input, slot i + 1 the layer i, the last one the output.

    Args:
        grid: the columns.
        count: number of slots, >= 2.
        below: px that a row needs beneath its cards, by the row's number.
    """

    def __init__(self, grid: Grid, count: int, below: Mapping[int, float]) -> None:
        self.grid = grid
        tops = [float(_TOP)]
        for row in range((count - 1) // grid.columns + 1):
            tops.append(tops[-1] + CARD_HEIGHT + below.get(row, 0.0) + ROW_GAP)
        self.height = tops.pop() - ROW_GAP + _TOP
        self._tops = tops
        self.slots = tuple(self._slot(index) for index in range(count))

    def slot_at(self, point: QPointF) -> int | None:
        """Return the slot that contains *point*, or None."""
        return next((index for index, slot in enumerate(self.slots) if slot.contains(point)), None)

    def insertion(self, position: int) -> Insertion:
        """Return where a layer that comes before the layer now at *position* (0 .. layers) is dropped."""
        after = self.slots[position + 1]
        first = (position + 1) % self.grid.columns == 0
        return Insertion(position, QPointF(after.left() - self._reach(first), after.center().y()))

    def insertion_at(self, point: QPointF) -> Insertion:
        """Return the insertion nearest to *point*: between two neighbours, or at an end of the nearest row."""
        row = min(range(len(self._tops)), key=lambda r: abs(self._tops[r] + CARD_HEIGHT / 2 - point.y()))
        start = row * self.grid.columns
        in_row = self.slots[start : start + self.grid.columns]
        passed = sum(slot.center().x() < point.x() for slot in in_row)
        after = min(max(start + passed, 1), len(self.slots) - 1)
        if after - start < len(in_row):
            return self.insertion(after - 1)
        end = in_row[-1]
        return Insertion(after - 1, QPointF(end.right() + self._reach(True), end.center().y()))

    def _reach(self, at_edge: bool) -> float:
        """Return how far from a card the marker is: half a gap, or half the margin at the edge of a row."""
        return _MARGIN / 2 if at_edge else self.grid.gap / 2

    def _slot(self, index: int) -> QRectF:
        row, column = divmod(index, self.grid.columns)
        left = self.grid.left + column * (theme.CARD_WIDTH + self.grid.gap)
        return QRectF(left, self._tops[row], theme.CARD_WIDTH, CARD_HEIGHT)
