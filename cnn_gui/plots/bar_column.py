"""The columns of a table of numbers: what stands in them, as text or as bars, and how wide they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from cnn_gui import theme
from cnn_gui.plots.colormaps import ZERO, ColorMap, colours, signed_levels
from cnn_gui.plots.text import in_column, parts, unit

Floats = npt.NDArray[np.floating]
_STRONG = 95  # table entries from zero: the colour of a bar, which must be seen on the surface
GAP = 12  # px to the next column
_MEASURED = 32  # rows
_SLACK = 2  # px: a text may take a little more where it is painted than where it is measured
_DIGITS = 4  # of the largest number
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_INSET = 4  # px between a bar and the edges of its row


@dataclass(frozen=True, eq=False)
class Column:
    """Numbers (n,) under a title: as text, or as bars from a common zero where there is a colour map.

    Numbers end at the right, with their decimal points below one another.

    Attributes:
        text: what is written instead of the number of a row.
        widest: such a text that none is wider than, where there are many.
        name: whether it says what the row is.
    """

    title: str
    values: Floats
    bars: ColorMap | None = None
    text: Callable[[int], str] | None = None
    widest: str = "−8.88·10⁻¹²"
    name: bool = False

    @property
    def side(self) -> Qt.AlignmentFlag:
        """Names and bars begin at the left, numbers end at the right."""
        return _LEFT if self.name or self.bars else Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

    @cached_property
    def limit(self) -> float:
        """The largest magnitude, which the longest bar stands for."""
        return signed_levels(self.values)

    @cached_property
    def signed(self) -> bool:
        """Whether there are negative values, so that zero lies in the middle."""
        return bool(np.min(self.values, initial=0) < 0)

    def written(self, row: int) -> str:
        """Return what stands in a row."""
        return self.text(row) if self.text else self._number(float(self.values[row]))

    @property
    def few(self) -> Sequence[str]:
        """Texts that none is wider than: all of them, or the widest that there may be."""
        rows = len(self.values)
        if rows <= _MEASURED:
            return [self.written(row) for row in range(rows)]
        if self.text:
            return [self.widest]
        smallest = np.min(np.abs(self.values), where=(self.values != 0) & np.isfinite(self.values), initial=self.limit)
        return [self._number(-self.limit), self._number(-float(smallest))]

    @cached_property
    def _whole(self) -> bool:
        """Whether no value needs a decimal."""
        finite = self.values[np.isfinite(self.values)]
        return unit(self.limit) == 0 and np.array_equal(finite, np.rint(finite))

    def _number(self, value: float) -> str:
        return in_column(value, self.limit, 1 if self._whole else _DIGITS)

    def paint_text(self, painter: QPainter, row: int, room: QRectF, behind: float) -> None:
        """Paint what stands in a row; *behind* is the width of the longest decimals in the column."""
        text, metrics = self.written(row), painter.fontMetrics()
        whole, decimals = parts(text)
        point = room.right() - behind
        if self.name or point - metrics.horizontalAdvance(whole) < room.left():
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, self.side, elided)
            return
        left, right = QRectF(room), QRectF(room)
        left.setRight(point)
        right.setLeft(point)
        painter.drawText(left, self.side, whole)
        painter.drawText(right, _LEFT, decimals)

    def paint_bar(self, painter: QPainter, row: int, room: QRectF, scheme: theme.Tokens) -> None:
        """Paint the bar of a row, in the colour of its sign."""
        value = float(self.values[row])
        if self.bars is None or not np.isfinite(value) or room.width() < 1:
            return
        scale = room.width() / self.limit / (2 if self.signed else 1)
        zero = room.left() + (room.width() / 2 if self.signed else 0)
        bar = QRectF(min(zero, zero + value * scale), room.top(), abs(value * scale), room.height())
        entry = ZERO + (_STRONG if value > 0 else -_STRONG)
        painter.fillRect(
            bar.adjusted(0, _INSET, 0, -_INSET), QColor.fromRgba(int(colours(self.bars, scheme.dark)[entry]))
        )
        painter.setPen(QColor(scheme.line))
        painter.drawLine(QPointF(zero, room.top()), QPointF(zero, room.bottom()))


class Place(NamedTuple):
    """Where a column lies, and the width of what stands behind its decimal points."""

    left: float
    width: float
    behind: float


def places(columns: Sequence[Column], room: float, metrics: QFontMetrics) -> list[Place]:
    """Return where each column lies; those of bars share what the others leave, which shrink if they must."""
    halves = [_halves(column, metrics) for column in columns]
    widths = [_width(column, *half, metrics) for column, half in zip(columns, halves, strict=True)]
    bars = sum(1 for column in columns if column.bars)
    rest = room - sum(widths)
    if rest < 0 or not bars:
        widths, rest = [width * room / sum(widths) for width in widths], 0
    widths = [rest / bars if column.bars else own for column, own in zip(columns, widths, strict=True)]
    lefts = accumulate(widths, initial=0.0)
    return [Place(left, width, half[1]) for left, width, half in zip(lefts, widths, halves, strict=False)]


def _halves(column: Column, metrics: QFontMetrics) -> tuple[float, float]:
    """Return the widths that texts need before and behind their decimal points."""
    if column.bars:
        return 0, 0
    texts = [(text, "") if column.name else parts(text) for text in column.few]
    before, behind = (max(map(metrics.horizontalAdvance, side), default=0) for side in zip(*texts, strict=True))
    return before, behind


def _width(column: Column, before: float, behind: float, metrics: QFontMetrics) -> float:
    if column.bars:
        return 0
    return max(metrics.horizontalAdvance(column.title), before + behind) + GAP + _SLACK
