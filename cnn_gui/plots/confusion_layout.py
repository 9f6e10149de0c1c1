"""Where the cells of a confusion matrix lie, and the names around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetrics

from cnn_gui import theme

Cell = tuple[int, int]  # true class, read class
GAP = theme.SPACE[0]
_SMALLEST, _USUAL, _LARGEST = 3, 28, 40  # px of a cell
_NAMED = 12  # px, the smallest cell whose class is written beside it
_MOST_NAME, _LEAST_NAME = 90, 30  # px of a class's name


@dataclass(frozen=True, slots=True)
class Layout:
    """*count* rows and columns of *side* px, the first of which begins at (left, top)."""

    left: int
    top: int
    side: int
    count: int

    @classmethod
    def fit(cls, names: Sequence[str], metrics: QFontMetrics, size: QSize) -> "Layout":
        """Return the largest cells that fit *size* with the classes' names beside them; it lies in the middle."""
        (left, top, right, bottom), count = _margins(names, metrics), max(1, len(names))
        room = min(size.width() - left - right, size.height() - top - bottom)
        side = min(max(room // count, _SMALLEST), _LARGEST)
        spare = size.width() - left - right - side * count
        return cls(left + max(0, spare // 2), top, side, len(names))

    @property
    def named(self) -> bool:
        """Whether cells are large enough for names beside them and lines between them."""
        return self.side >= _NAMED

    def place(self, cell: Cell) -> QRectF:
        """Return where a cell lies; the column behind the last class is that of the recall."""
        return QRectF(self.left + cell[1] * self.side, self.top + cell[0] * self.side, self.side, self.side)

    def cell_at(self, point: QPointF) -> Cell | None:
        """Return the cell at a point; None outside."""
        row, column = int((point.y() - self.top) // self.side), int((point.x() - self.left) // self.side)
        return (row, column) if 0 <= row < self.count and 0 <= column < self.count else None

    def lines(self) -> Iterator[QLineF]:
        """Yield the lines between the cells, or around all of them where they are small."""
        end = self.count * self.side
        for at in range(0, end + 1, self.side if self.named else end):
            yield QLineF(self.left, self.top + at, self.left + end, self.top + at)
            yield QLineF(self.left + at, self.top, self.left + at, self.top + end)


def sizes(names: Sequence[str], metrics: QFontMetrics) -> tuple[QSize, QSize]:
    """Return the smallest size, and the one that is wished for."""
    left, top, right, bottom = _margins(names, metrics)
    smallest, usual = (
        QSize(left + right + side * len(names), top + bottom + side * len(names)) for side in (_SMALLEST, _USUAL)
    )
    return smallest, usual


def _margins(names: Sequence[str], metrics: QFontMetrics) -> tuple[int, int, int, int]:
    """Return what lies left, above, right and below the cells, in px."""
    longest = max((metrics.horizontalAdvance(f"{name}  00") for name in names), default=0)
    recall = metrics.horizontalAdvance("100.0 %") + 2 * GAP
    return max(min(longest, _MOST_NAME), _LEAST_NAME) + GAP, 2 * metrics.height() + GAP, recall, 2
