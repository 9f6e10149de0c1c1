"""Where the cells of a confusion matrix lie, and the names around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetrics

from cnn_gui import theme

Cell = tuple[int, int]  # actual class, predicted class
GAP = theme.SPACE[0]
LEAST, MOST = 4, 40  # px of a cell
_USUAL = 28  # px of a cell that is wished for
_NAMED = 10  # px, the smallest cell that has room for a name beside it
_MOST_NAME, _LEAST_NAME = 120, 30  # px of a class's name
_FIGURES = 2  # recall and precision


@dataclass(frozen=True, slots=True)
class Layout:
    """*count* rows and columns of *side* px, around which names and figures stay in sight while the cells scroll.

    Attributes:
        left, top: where the cells begin.
        right: width of the figures beside them.
        head: height of the names of the columns; upright ones have a line, else they are written upwards.
        upright: whether these names stand upright.
        width, height: of what is seen of the cells.
        scrolled: how far the cells are scrolled to the right and down.
    """

    left: int
    top: int
    right: int
    side: int
    count: int
    head: int
    upright: bool
    width: int
    height: int
    scrolled: tuple[int, int] = (0, 0)

    @classmethod
    def fit(cls, names: Sequence[str], widest: str, metrics: QFontMetrics, size: QSize, zoom: float = 1.0) -> "Layout":
        """Return cells that fit *size*, or that are as large as their numbers need; these then have to be scrolled.

        Args:
            widest: the longest number in a cell.
            zoom: times this size.
        """
        count, right, line = max(1, len(names)), _FIGURES * figure_width(metrics), metrics.height()
        longest = max((metrics.horizontalAdvance(name) + 2 for name in names), default=0)
        left = max(min(longest, _MOST_NAME), _LEAST_NAME, metrics.horizontalAdvance("actual ↓")) + GAP
        readable = max(metrics.horizontalAdvance(widest) + 4, line + 2)

        def room(head: int) -> int:
            return min(size.width() - left - right, size.height() - line - head - 2 * GAP)

        side = _side(room(line) // count, readable, zoom)
        upright = longest <= side
        head = line if upright else min(longest, _MOST_NAME)
        side = side if upright else _side(room(head) // count, readable, zoom)
        top = line + head + 2 * GAP
        width, height = max(1, size.width() - left - right), max(1, size.height() - top - 1)
        spare = max(0, width - side * count)
        width = min(width, side * count)
        return cls(left + spare // 2, top, right, side, len(names), head, upright, width, min(height, side * count))

    def scrolled_to(self, across: int, down: int) -> "Layout":
        """Return it with the cells so far to the left and up."""
        return replace(self, scrolled=(across, down))

    @property
    def named(self) -> bool:
        """Whether cells are large enough for names beside them and lines between them."""
        return self.side >= _NAMED

    @property
    def whole(self) -> int:
        """The length of all cells of a row, in px."""
        return self.side * self.count

    @property
    def cells(self) -> QRectF:
        """Where cells are seen."""
        return QRectF(self.left, self.top, self.width, self.height)

    def place(self, cell: Cell) -> QRectF:
        """Return where a cell lies, in sight or not."""
        across, down = self.scrolled
        left, top = self.left + cell[1] * self.side - across, self.top + cell[0] * self.side - down
        return QRectF(left, top, self.side, self.side)

    def cell_at(self, point: QPointF) -> Cell | None:
        """Return the cell at a point; None outside."""
        if not self.cells.contains(point):
            return None
        across, down = self.scrolled
        row, column = (point.y() - self.top + down) // self.side, (point.x() - self.left + across) // self.side
        inside = 0 <= row < self.count and 0 <= column < self.count
        return (int(row), int(column)) if inside else None

    def lines(self) -> Iterator[QLineF]:
        """Yield the lines between the cells, or around all of them where they are small."""
        across, down = self.scrolled
        left, top, end = self.left - across, self.top - down, self.whole
        for at in range(0, end + 1, self.side if self.named else max(1, end)):
            yield QLineF(left, top + at, left + end, top + at)
            yield QLineF(left + at, top, left + at, top + end)


def figure_width(metrics: QFontMetrics) -> int:
    """Return the width of one of the figures beside the cells."""
    return max(metrics.horizontalAdvance(text) for text in ("100.0 %", "precision")) + 2 * GAP


def sizes(names: Sequence[str], metrics: QFontMetrics) -> tuple[QSize, QSize]:
    """Return the smallest size, with which a few cells are seen at a time, and the one that is wished for."""
    smallest = Layout.fit(names, "0", metrics, QSize(0, 0))
    around = QSize(smallest.left + smallest.right, smallest.top + 1)
    cells = [min(len(names), 4) * smallest.side, _USUAL * min(len(names), 12)]
    small, usual = (around + QSize(side, side) for side in cells)
    return small, usual


def whole_size(names: Sequence[str], widest: str, metrics: QFontMetrics) -> QSize:
    """Return the size with which every cell is seen at once, as large as the numbers need."""
    least = Layout.fit(names, widest, metrics, QSize(0, 0))
    return QSize(least.left + least.whole + least.right, least.top + least.whole + 1)


def _side(fitting: int, readable: int, zoom: float) -> int:
    """Return the side of a cell: as large as fits, but no smaller than its numbers need, times *zoom*."""
    return min(max(round(max(fitting, readable) * zoom), LEAST), MOST)
