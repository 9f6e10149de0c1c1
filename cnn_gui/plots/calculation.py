"""A calculation line by line: name, formula, numbers, result."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import plain_text, theme
from cnn_gui.plots.text import small_font

_GAP = 10  # px between columns


@dataclass(frozen=True, slots=True)
class CalculationRow:
    """``name = formula``, the same with its ``numbers``, and what it comes to; without numbers the formula alone."""

    name: str
    formula: str
    numbers: str = ""
    result: str = ""

    @property
    def equation(self) -> str:
        """Name and formula."""
        return f"{self.name} {self.formula}"

    @property
    def filled(self) -> str:
        """The numbers and what they come to; '' where there are none."""
        return f"= {self.numbers} = {self.result}" if self.numbers else ""

    @property
    def short(self) -> str:
        """The name and the numbers, or the formula where there are none."""
        return f"{self.name} {self.numbers} = {self.result}" if self.numbers else self.equation


class CalculationView(QWidget):
    """Rows with formula and numbers side by side; where that is too wide, the numbers alone.

    All of it is in the tooltip, below what *explained* says.

    Thread: GUI.
    """

    def __init__(self, explained: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._room, self._explained, self.rows = 0, explained, tuple[CalculationRow, ...]()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: Sequence[CalculationRow], room: int = 0) -> None:
        """Show other rows, with *room* for so many at least: where their number changes, nothing around has to move."""
        self.rows = tuple(rows)
        if max(room, len(rows)) != self._room:
            self._room = max(room, len(rows))
            self.updateGeometry()
        text = "\n".join(" ".join(filter(None, (row.equation, row.filled))) for row in rows)
        self.setAccessibleName(text)
        self.setToolTip(plain_text.tooltip("\n\n".join(filter(None, (text, self._explained)))))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self._room * self._line())

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._room * self._line())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # this is no empty space, where a click goes back

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, scheme = QPainter(self), theme.tokens(self.palette())
        painter.setFont(small_font(self.font()))
        left = self._left_column(painter.fontMetrics())
        both = left + self._right_column(painter.fontMetrics()) <= self.width()
        for place, row in enumerate(self.rows):
            top = place * self._line()
            if both:
                painter.setPen(QColor(scheme.muted))
                self._write(painter, 0, top, row.equation)
            painter.setPen(QColor(scheme.text))
            self._write(painter, left if both else 0, top, row.filled if both else row.short)

    def _write(self, painter: QPainter, left: float, top: float, text: str) -> None:
        room = QRectF(left, top, self.width() - left, self._line())
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)

    def _left_column(self, metrics: QFontMetrics) -> int:
        return max((metrics.horizontalAdvance(row.equation) for row in self.rows), default=0) + _GAP

    def _right_column(self, metrics: QFontMetrics) -> int:
        return max((metrics.horizontalAdvance(row.filled) for row in self.rows), default=0)

    def _line(self) -> int:
        return QFontMetrics(small_font(self.font())).height() + 2
