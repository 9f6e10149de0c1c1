"""The network's answer: one bar a class."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme

MOST_ROWS = 10
_GAP = theme.SPACE[1]
_TALLEST_ROW = 28  # px


class ProbabilityBars(QWidget):
    """Name, bar and per cent of each class, or of the ten likeliest of many; the winner stands out.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = tuple(str(digit) for digit in range(10))
        self._probabilities: npt.NDArray[np.float64] | None = None
        self._reason = ""
        self.setAccessibleName(self.tr("Probability of each class"))
        self.setToolTip(self.tr("How sure the network is of each class; the percentages add up to 100."))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_class_names(self, names: Sequence[str]) -> None:
        """Name the classes, in the order of the network's outputs."""
        self._names = tuple(names)
        self._refresh()

    def set_probabilities(self, probabilities: npt.NDArray[np.floating] | None) -> None:
        """Show *probabilities*, (K,) with K >= 1; None shows the empty state.

        Raises:
            ValueError: the shape is not (K,).
        """
        if probabilities is not None and (probabilities.ndim != 1 or probabilities.size == 0):
            raise ValueError(f"probabilities have shape {probabilities.shape}; give one per class, (K,).")
        self._probabilities = None if probabilities is None else np.array(probabilities, np.float64)
        self._refresh()

    def set_reason(self, reason: str) -> None:
        """Say why the network cannot answer, in place of the bars; "" shows the bars again."""
        self._reason = reason
        self._refresh()

    def rows(self) -> list[tuple[str, float]]:
        """Return (name, probability) as shown: in class order, or the likeliest first if there are many."""
        if self._probabilities is None:
            return []
        order = np.arange(len(self._probabilities))
        if len(order) > MOST_ROWS:
            order = np.argsort(-self._probabilities, kind="stable")[:MOST_ROWS]
        return [(self._name(index), float(self._probabilities[index])) for index in order]

    def message(self) -> str:
        """Return what is shown in place of the bars; "" while there are bars."""
        if self._reason:
            return self._reason
        if self._probabilities is None:
            return self.tr("Draw a digit to see {count} probabilities").format(count=len(self._names))
        if not np.isfinite(self._probabilities).all():
            return self.tr("The network's answer is not a number. Reset its weights and lower the learning rate.")
        return ""

    def note(self) -> str:
        """Return the line under the bars; "" while every class has its bar."""
        if self._probabilities is None or len(self._probabilities) <= MOST_ROWS:
            return ""
        count = len(self._probabilities)
        return self.tr("The {most} likeliest of {count} classes").format(most=MOST_ROWS, count=count)

    def sizeHint(self) -> QSize:
        return QSize(180, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(112, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if message := self.message():
            painter.setPen(QColor(scheme.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), int(flags), message)
            return
        self._paint_rows(painter, scheme)
    ...
