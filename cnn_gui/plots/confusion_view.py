"""A confusion matrix: how many images of each class are read as which."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnn_gui import plain_text, theme
from cnn_gui.plots import export
from cnn_gui.plots.confusion_layout import GAP, Cell, Layout, sizes
from cnn_gui.plots.text import readable_on, small_font

Counts = npt.NDArray[np.intp]
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_RING = 3  # px that a ring lies around a cell too small to have it inside
_FAINTEST, _STRONGEST = 0.10, 0.75  # of a cell's colour


class ConfusionView(QWidget):
    """Rows are true classes, columns what is read; beside them the share of each class that is read right.

    What is right is blue, mistakes are red, the stronger, the larger their share of the class. Arrow keys move the
    chosen cell.

    Signals:
        chosen(true, read): a person chose a cell.

    Thread: GUI.
    """

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: Counts = np.zeros((0, 0), np.intp)
        self.names: Sequence[str] = ()
        self.cell: Cell | None = None
        self._made: Layout | None = None
        self._recall: npt.NDArray[np.floating] = np.zeros(0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_counts(self, counts: Counts, recall: npt.NDArray[np.floating], names: Sequence[str]) -> None:
        """Show *counts* (K, K), true classes down, and *recall* (K,), NaN for a class without images."""
        if counts.shape != self.counts.shape:
            self.cell = None
        self.counts, self._recall, self.names, self._made = counts, recall, names, None
        self.updateGeometry()
        self.update()

    def show_cell(self, cell: Cell | None) -> None:
        """Put a ring around a cell."""
        self.cell = cell
        self.update()

    def place(self, cell: Cell) -> QRectF:
        """Return where a cell lies; the column behind the last class is that of the recall."""
        return self._layout.place(cell)

    def recall_text(self, label: int) -> str:
        """Return the share of class *label* that is read right, as it is shown."""
        share = float(self._recall[label])
        return "–" if np.isnan(share) else self.tr("{0:.1f} %").format(100 * share)

    def describe(self, cell: Cell) -> str:
        """Return what a cell counts."""
        true, read = cell
        count, row = int(self.counts[cell]), int(self.counts[true].sum())
        text = self.tr("Is {0}, read as {1}: {2:,} of {3:,} images").format(
            self.names[true], self.names[read], count, row
        )
        return text + (f" ({100 * count / row:.1f} %)" if row else "")

    def sizeHint(self) -> QSize:
        return sizes(self.names, QFontMetrics(small_font(self.font())))[1]

    def minimumSizeHint(self) -> QSize:
        return sizes(self.names, QFontMetrics(small_font(self.font())))[0]

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._made = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._made = None

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._layout.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_text.tooltip(self.describe(cell)) if cell else "", self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in _STEPS:
            event.accept()  # else the window would take the right arrow for a step of training
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _STEPS or not len(self.counts):
            super().keyPressEvent(event)
            return
        down, right = _STEPS[Qt.Key(event.key())]
        row, column = self.cell or (-down, -right)
        last = len(self.counts) - 1
        self._choose((min(max(row + down, 0), last), min(max(column + right, 0), last)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._layout.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._choose(cell)
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if len(self.counts):
            export.offer(self, event, export.Numbers(self.counts, self.accessibleName(), self.names, self.names))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self.counts):
            return
        painter, scheme = QPainter(self), theme.tokens(self.palette())
        painter.setFont(small_font(self.font()))
        self._paint_heads(painter, scheme)
        shares = self.counts / np.maximum(1, self.counts.sum(axis=1, keepdims=True))
        painter.setPen(QColor(scheme.line))
        painter.drawLines([*self._layout.lines()])
        for cell in np.argwhere(self.counts).tolist():
            self._paint_cell(painter, (cell[0], cell[1]), float(shares[*cell]), scheme)
        if self.cell is not None:
            out = _RING if not self._layout.named else -1
            painter.setPen(QPen(QColor(scheme.text), 2))
            painter.drawRect(self.place(self.cell).adjusted(-out, -out, out, out))

    def _paint_cell(self, painter: QPainter, cell: Cell, share: float, scheme: theme.Tokens) -> None:
        place, text = self.place(cell), str(self.counts[cell])
        colour = _blend(scheme.surface, scheme.accent if cell[0] == cell[1] else scheme.bad, share**0.5)
        painter.fillRect(place.adjusted(1, 1, 0, 0) if self._layout.named else place, colour)
        if painter.fontMetrics().horizontalAdvance(text) < self._layout.side:
            painter.setPen(readable_on(colour))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_heads(self, painter: QPainter, scheme: theme.Tokens) -> None:
        """Paint the classes beside rows and columns, and the recall of each."""
        metrics, right = painter.fontMetrics(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        line, left, top = metrics.height(), self._layout.left, self._layout.top
        painter.setPen(QColor(scheme.muted))
        last = self.place((0, len(self.counts)))  # where the recall stands
        painter.drawText(QRectF(left, top - 2 * line - GAP, 400, line), 0, self.tr("read as →"))
        painter.drawText(QRectF(0, top - line - GAP, left - GAP, line), right, self.tr("is ↓"))
        if not self._layout.named:
            return
        painter.drawText(QRectF(last.left() + GAP, top - line - GAP, 60, line), 0, self.tr("recall"))
        for label, (name, column) in enumerate(zip(self.names, self._column_names(metrics), strict=True)):
            row, below = self.place((label, 0)), self.place((0, label))
            painter.setPen(QColor(scheme.text))
            text = name if column == name else f"{name}  {label}"
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideLeft, round(left - GAP))
            painter.drawText(QRectF(0, row.top(), left - GAP, self._layout.side), right, shown)
            head = QRectF(below.left(), top - line - GAP, self._layout.side, line)
            painter.drawText(head, Qt.AlignmentFlag.AlignHCenter, column)
            beside = QRectF(last.left() + GAP, row.top(), 60, self._layout.side)
            painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, self.recall_text(label))

    def _column_names(self, metrics: QFontMetrics) -> list[str]:
        """Return the names of the classes, or their numbers where a name is wider than its column."""
        fits = all(metrics.horizontalAdvance(name) < self._layout.side for name in self.names)
        return list(self.names) if fits else [str(label) for label in range(len(self.names))]

    @property
    def _layout(self) -> Layout:
        """Where the cells lie for the present size."""
        if self._made is None:
            self._made = Layout.fit(self.names, QFontMetrics(small_font(self.font())), self.size())
        return self._made

    def _choose(self, cell: Cell) -> None:
        self.show_cell(cell)
        self.setAccessibleDescription(self.describe(cell))
        self.chosen.emit(*cell)


def _blend(paper: str, ink: str, share: float) -> QColor:
    """Return the colour of a cell, the nearer to *ink*, the larger *share*, 0 to 1."""
    strength = _FAINTEST + (_STRONGEST - _FAINTEST) * share
    ends = (np.array(QColor(colour).getRgb()[:3]) for colour in (paper, ink))
    mixed = np.rint(sum(end * weight for end, weight in zip(ends, (1 - strength, strength), strict=True)))
    return QColor(*mixed.astype(int).tolist())
