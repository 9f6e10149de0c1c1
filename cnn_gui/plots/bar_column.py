"""The columns of a table of numbers: what stands in them, as text or as bars, and how wide they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from cnn_gui import theme
from cnn_gui.plots.colormaps import ZERO, ColorMap, colours, signed_levels
from cnn_gui.plots.text import number

Floats = npt.NDArray[np.floating]
DIGITS = 3
_STRONG = 95  # table entries from zero: the colour of a bar, which must be seen on the surface
GAP = 12  # px to the next column
_MEASURED = 32  # rows
_SLACK = 2  # px: a text may take a little more where it is painted than where it is measured
_INSET = 4  # px between a bar and the edges of its row


@dataclass(frozen=True, eq=False)
class Column:
    """Numbers (n,) under a title: as text, or as bars from a common zero where there is a colour map.

    Attributes:
        text: what is written instead of the number of a row.
        widest: a text that none is wider than, where there are many.
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
        side = Qt.AlignmentFlag.AlignLeft if self.name or self.bars else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

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
        return self.text(row) if self.text else number(float(self.values[row]), DIGITS)

    def paint_bar(self, painter: QPainter, row: int, room: QRectF, scheme: theme.Tokens) -> None:
        """Paint the bar of a row, in the colour of its sign."""
        value = float(self.values[row])
        if self.bars is None or not np.isfinite(value) or room.width() < 1:
            return
        unit = room.width() / self.limit / (2 if self.signed else 1)
        zero = room.left() + (room.width() / 2 if self.signed else 0)
        bar = QRectF(min(zero, zero + value * unit), room.top(), abs(value * unit), room.height())
        entry = ZERO + (_STRONG if value > 0 else -_STRONG)
        painter.fillRect(
            bar.adjusted(0, _INSET, 0, -_INSET), QColor.fromRgba(int(colours(self.bars, scheme.dark)[entry]))
        )
        painter.setPen(QColor(scheme.line))
        painter.drawLine(QPointF(zero, room.top()), QPointF(zero, room.bottom()))


def edges(columns: Sequence[Column], room: float, metrics: QFontMetrics) -> list[tuple[float, float]]:
    """Return (left, width) of each column; those of bars share what the others leave, which shrink if they must."""
    widths = [_width(column, metrics) for column in columns]
    bars = sum(1 for column in columns if column.bars)
    rest = room - sum(widths)
    if rest < 0 or not bars:
        widths, rest = [width * room / sum(widths) for width in widths], 0
    widths = [rest / bars if column.bars else own for column, own in zip(columns, widths, strict=True)]
    return list(zip(accumulate(widths, initial=0.0), widths, strict=False))


def _width(column: Column, metrics: QFontMetrics) -> float:
    """Return the width that texts need: measured where they are few, else that of the longest."""
    if column.bars:
        return 0
    rows = len(column.values)
    texts = [column.written(row) for row in range(rows)] if rows <= _MEASURED else [column.widest]
    return max(map(metrics.horizontalAdvance, [column.title, *texts])) + GAP + _SLACK
