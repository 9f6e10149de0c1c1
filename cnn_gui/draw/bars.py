"""The network's answer: one bar a class."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.draw.bar_rows import BarRow, paint_rows, tabular

MOST_ROWS = 10
_ROOMY_ROW = 20  # px a row: below it the text is small
_ROOMY = 130  # px: below it the per cents are whole numbers, to leave room for the bars


class ProbabilityBars(QWidget):
    """Name, bar and per cent of each class, or of the ten likeliest of many; the winner stands out.

    Signals:
        clicked(): a person clicked the answer.

    Thread: GUI.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = tuple(str(digit) for digit in range(10))
        self._probabilities: npt.NDArray[np.float64] | None = None
        self._reason = ""
        self._rows: list[BarRow] | None = None  # as shown; None: to be made anew
        self.setAccessibleName(self.tr("Probability of each class"))
        self.setToolTip(self.tr("The probability of each class; together they make 100 %. Click to see why."))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._refresh()

    def set_class_names(self, names: Sequence[str]) -> None:
        """Name the classes, in the order of the network's outputs; a class without a name shows its index."""
        self._names = tuple(names)
        self._refresh()

    def set_probabilities(self, probabilities: npt.NDArray[np.floating] | None) -> None:
        """Show *probabilities*, (K,) in [0, 1] with K >= 1; None shows the empty state.

        Raises:
            ValueError: the shape is not (K,).
        """
        if probabilities is not None and (probabilities.ndim != 1 or probabilities.size == 0):
            raise ValueError(f"probabilities have shape {probabilities.shape}; give one per class, (K,).")
        self._probabilities = None if probabilities is None else np.array(probabilities, np.float64)
        self._refresh()

    def set_reason(self, reason: str) -> None:
        """Say why the network cannot answer, in place of the bars; "" shows the bars again."""
        if reason != self._reason:
            self._reason = reason
            self._refresh()

    def message(self) -> str:
        """Return what stands in place of the bars; "" while there are bars."""
        if self._reason:
            return self._reason
        if self._probabilities is None:
            return self.tr("Draw to see {count} probabilities").format(count=len(self._names))
        if not np.isfinite(self._probabilities).all():
            return self.tr("The output is not a number. Reset the weights and lower the learning rate.")
        return ""

    def rows(self) -> list[BarRow]:
        """Return the bars as shown: in class order, or the likeliest first if there are many; else none."""
        if self._rows is None:
            self._rows = [] if self.message() else self._make_rows()
        return self._rows

    def note(self) -> str:
        """Return the line under the bars; "" while every class has its bar."""
        if self._probabilities is None or len(self._probabilities) <= MOST_ROWS or self.message():
            return ""
        text = self.tr("Top {most} of {count} classes")
        return text.format(most=MOST_ROWS, count=len(self._probabilities))

    def sizeHint(self) -> QSize:
        return QSize(180, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._rows = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rows():
            self.clicked.emit()
        else:
            super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if rows := self.rows():
            self._paint_answer(painter, rows, scheme)
            return
        painter.setPen(QColor(scheme.muted if self._probabilities is None and not self._reason else scheme.warning))
        wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect(), int(wrapped), self.message())

    def _paint_answer(self, painter: QPainter, rows: list[BarRow], scheme: theme.Tokens) -> None:
        small = tabular(self.font(), theme.FONT_SMALL)
        note_height = QFontMetrics(small).height() + theme.SPACE[0] if self.note() else 0
        area = QRectF(self.rect()).adjusted(0, 0, 0, -note_height)
        roomy = area.height() >= theme.scaled(_ROOMY_ROW) * len(rows)
        font = tabular(self.font(), theme.FONT_NORMAL) if roomy else small
        bottom = paint_rows(painter, area, rows, self._percent(1.0), scheme, font)
        painter.setFont(small)
        painter.setPen(QColor(scheme.muted))
        below = QRectF(0, bottom, self.width(), note_height)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, self.note())

    def _make_rows(self) -> list[BarRow]:
        likeliest = np.argsort(-self._probabilities, kind="stable")
        shown = likeliest[:MOST_ROWS] if len(likeliest) > MOST_ROWS else range(len(likeliest))
        return [self._row(int(index), wins=bool(index == likeliest[0])) for index in shown]

    def _row(self, index: int, wins: bool) -> BarRow:
        name = self._names[index] if index < len(self._names) else str(index)
        share = float(np.clip(self._probabilities[index], 0, 1))
        return BarRow(name, share, self._percent(share), wins)

    def _percent(self, share: float) -> str:
        decimals = 1 if self.width() >= _ROOMY else 0
        return self.tr("{number} %").format(number=self.locale().toString(100 * share, "f", decimals))

    def _refresh(self) -> None:
        self._rows = None
        said = self.message() or ", ".join(f"{row.name}: {row.percent}" for row in self.rows())
        self.setAccessibleDescription(said)
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._rows else Qt.CursorShape.ArrowCursor)
        self.update()
