"""How headings and the rows below them share two columns. Pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks of rows, each from top to bottom, in two columns that are about equally tall.

    Attributes:
        places: the rectangle of each row, block after block, in px.
        height: of the taller column, in px.
        room: the least width that both columns need, in px.
    """

    places: tuple[QRect, ...]
    height: int
    room: int

    @classmethod
    def of(cls, blocks: Sequence[Sequence[QSize]], width: int) -> "Columns":
        """Return the columns of *blocks* (the size that each row needs) in *width* px; no block is torn."""
        heights = [sum(size.height() for size in block) for block in blocks]
        first = min(range(1, len(blocks) + 1), key=lambda n: max(sum(heights[:n]), sum(heights[n:])), default=0)
        halves = blocks[:first], blocks[first:]
        needs = [max((size.width() for block in half for size in block), default=0) for half in halves]
        left = width * needs[0] // max(sum(needs), 1)
        places = (*_stacked(halves[0], 0, left), *_stacked(halves[1], left, width - left))
        return cls(places, max(sum(heights[:first]), sum(heights[first:])), sum(needs))


def _stacked(blocks: Sequence[Sequence[QSize]], left: int, width: int) -> list[QRect]:
    places, top = [], 0
    for size in (size for block in blocks for size in block):
        places.append(QRect(left, top, width, size.height()))
        top += size.height()
    return places
