"""A confusion matrix: how many images of each class are predicted as which."""

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
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy, QToolTip, QWidget

from cnn_gui import command_table, plain_text, theme
from cnn_gui.command_table import Place
from cnn_gui.plots import export
from cnn_gui.plots.confusion_layout import GAP, Cell, Layout, figure_width, sizes, whole_size
from cnn_gui.plots.text import readable_on, small_font

Counts = npt.NDArray[np.intp]
Shares = npt.NDArray[np.floating]
_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_ZOOMS = {"matrix_larger": 1, "matrix_smaller": -1}
_ZOOM = 1.25  # a notch of the wheel
_FURTHEST = 8  # notches either way
_NOTCH = 120  # of the wheel, as Qt counts
_RING = 3  # px that a ring lies around a cell too small to have it inside
_FAINTEST, _STRONGEST = 0.10, 0.75  # of a cell's colour


class ConfusionView(QAbstractScrollArea):
    """Rows are actual classes, columns predicted ones; beside them the recall and the precision of each class.

    What is right is blue, mistakes are red, the stronger, the larger their part of the actual class. Cells are as large
    as their numbers need: where they do not all fit they scroll, and names and figures stay in sight. Arrow keys move
    the chosen cell; Ctrl and the wheel, or + and -, zoom.

    Signals:
        chosen(actual, predicted): a person chose a cell.

    Thread: GUI.
    """

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: Counts = np.zeros((0, 0), np.intp)
        self.names: Sequence[str] = ()
        self.cell: Cell | None = None
        self._spot: Cell | None = None  # under the mouse
        self._notches = 0  # of zoom
        self._made: Layout | None = None
        self._whole: ConfusionView | None = None  # for the last picture that was asked for
        self._recall: Shares = np.zeros(0)
        self._precision: Shares = np.zeros(0)
        self._arrange()
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self._renew)

    def show_counts(self, counts: Counts, recall: Shares, precision: Shares, names: Sequence[str]) -> None:
        """Show *counts* (K, K), actual classes down, and *recall* and *precision* (K,), NaN where there is none."""
        if counts.shape != self.counts.shape:
            self.cell, self._spot, self._notches = None, None, 0
        self.counts, self._recall, self._precision, self.names = counts, recall, precision, names
        self.updateGeometry()
        self._lay_out()

    def show_cell(self, cell: Cell | None) -> None:
        """Put a ring around a cell, and have it in sight; None around none."""
        self.cell = cell
        if cell is not None:
            self._look_at(cell)
        self.viewport().update()

    def place(self, cell: Cell) -> QRectF:
        """Return where a cell lies in the viewport."""
        return self._layout.place(cell)

    def recall_text(self, label: int) -> str:
        """Return the share of the images of class *label* that are predicted right, as it is shown."""
        return self._share_text(self._recall[label])

    def precision_text(self, label: int) -> str:
        """Return the share of the images predicted as class *label* that are right, as it is shown."""
        return self._share_text(self._precision[label])

    def describe(self, cell: Cell) -> str:
        """Return what a cell counts."""
        actual, predicted = cell
        count, row = int(self.counts[cell]), int(self.counts[actual].sum())
        text = self.tr("Actual {0}, predicted {1}: {2:,} of {3:,} images").format(
            self.names[actual], self.names[predicted], count, row
        )
        return text + (f" ({100 * count / row:.1f} %)" if row else "")

    def zoom(self, notches: int) -> None:
        """Show larger or smaller cells, around the chosen one."""
        self._notches = min(max(self._notches + notches, -_FURTHEST), _FURTHEST)
        self._lay_out()
        if self.cell is not None:
            self._look_at(self.cell)

    def sizeHint(self) -> QSize:
        return sizes(self.names, QFontMetrics(small_font(self.font())))[1]

    def minimumSizeHint(self) -> QSize:
        return sizes(self.names, QFontMetrics(small_font(self.font())))[0]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and (event.key() in _STEPS or _zoom_of(event)):
            event.accept()  # else the window would take the right arrow for a step of training
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._layout.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_text.tooltip(self.describe(cell)) if cell else "", self)
            return True
        if event.type() == QEvent.Type.Leave:
            self._point_at(None)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if notches := _zoom_of(event):
            self.zoom(notches)
        elif event.key() in _STEPS and len(self.counts):
            down, right = _STEPS[Qt.Key(event.key())]
            row, column = self.cell or (-down, -right)
            last = len(self.counts) - 1
            self._choose((min(max(row + down, 0), last), min(max(column + right, 0), last)))
        else:
            event.ignore()  # a scroll area would keep what the page above means by it

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(round(event.angleDelta().y() / _NOTCH))
        else:
            super().wheelEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._layout.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._layout.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self._choose(cell)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if len(self.counts):
            numbers = export.Numbers(self.counts, self.accessibleName(), self.names, self.names)
            export.offer(self, event, numbers, self.whole())

    def whole(self) -> "ConfusionView":
        """Return a view of the same counts, never shown, in which all cells are in sight: for a picture of them."""
        if self._whole is not None:
            self._whole.deleteLater()
        self._whole = view = ConfusionView(self)
        view.hide()
        for set_policy in (view.setHorizontalScrollBarPolicy, view.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.resize(whole_size(self.names, self._widest, QFontMetrics(small_font(self.font()))))
        view.show_counts(self.counts, self._recall, self._precision, self.names)
        view.show_cell(self.cell)
        return view

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self.counts):
            return
        painter, scheme, layout = QPainter(self.viewport()), theme.tokens(self.palette()), self._layout
        painter.setFont(small_font(self.font()))
        self._paint_heads(painter, scheme, layout)
        painter.setClipRect(layout.cells.adjusted(0, 0, 1, 1))
        painter.setPen(QColor(scheme.line))
        painter.drawLines([*layout.lines()])
        shares = self.counts / np.maximum(1, self.counts.sum(axis=1, keepdims=True))
        rows, columns = self._in_sight(layout)
        for row, column in np.argwhere(self.counts[rows, columns]).tolist():
            cell = row + rows.start, column + columns.start
            self._paint_cell(painter, cell, float(shares[cell]), scheme)
        if self.cell is not None:
            out = _RING if not layout.named else -1
            painter.setClipRect(layout.cells.adjusted(-_RING, -_RING, _RING + 1, _RING + 1))
            painter.setPen(QPen(QColor(scheme.text), 2))
            painter.drawRect(self.place(self.cell).adjusted(-out, -out, out, out))

    def _in_sight(self, layout: Layout) -> tuple[slice, slice]:
        """Return the rows and the columns that are seen, if only in part."""
        across, down = layout.scrolled
        rows, columns = (
            slice(start // layout.side, min(layout.count, -(-(start + length) // layout.side)))
            for start, length in ((down, layout.height), (across, layout.width))
        )
        return rows, columns

    def _paint_cell(self, painter: QPainter, cell: Cell, share: float, scheme: theme.Tokens) -> None:
        place, text = self.place(cell), str(self.counts[cell])
        colour = _blend(scheme.surface, scheme.accent if cell[0] == cell[1] else scheme.bad, share**0.5)
        painter.fillRect(place.adjusted(1, 1, 0, 0) if self._layout.named else place, colour)
        if painter.fontMetrics().horizontalAdvance(text) < self._layout.side >= painter.fontMetrics().height():
            painter.setPen(readable_on(colour))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_heads(self, painter: QPainter, scheme: theme.Tokens, layout: Layout) -> None:
        """Paint the classes beside rows and columns, and recall and precision of each; they do not scroll away."""
        metrics, right = painter.fontMetrics(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        line, left, top = metrics.height(), layout.left, layout.top
        painter.setPen(QColor(scheme.muted))
        painter.drawText(QRectF(left, 0, 400, line), 0, self.tr("predicted →"))
        painter.drawText(QRectF(0, top - line - GAP, left - GAP, line), right, self.tr("actual ↓"))
        if not layout.named:
            return
        figures, rows, columns = layout.left + layout.width, *self._in_sight(layout)
        wide = figure_width(metrics)
        for n, text in enumerate((self.tr("recall"), self.tr("precision"))):
            painter.drawText(QRectF(figures + n * wide, top - line - GAP, wide - GAP, line), right, text)
        painter.setClipRect(QRectF(0, top, self.viewport().width(), layout.height))
        for label in range(rows.start, rows.stop):
            row = self.place((label, 0))
            self._choose_pen(painter, label, 0, scheme)
            shown = metrics.elidedText(self.names[label], Qt.TextElideMode.ElideMiddle, left - GAP)
            painter.drawText(QRectF(0, row.top(), left - GAP, layout.side), right, shown)
            painter.setPen(QColor(scheme.text))
            for n, text in enumerate((self.recall_text(label), self.precision_text(label))):
                beside = QRectF(figures + n * wide, row.top(), wide - GAP, layout.side)
                painter.drawText(beside, right, text)
        painter.setClipRect(QRectF(left, 0, layout.width, top))
        for label in range(columns.start, columns.stop):
            self._choose_pen(painter, label, 1, scheme)
            self._paint_column_name(painter, label, layout)
        painter.setClipping(False)

    def _paint_column_name(self, painter: QPainter, label: int, layout: Layout) -> None:
        """Paint the name of a column above it, upright or upwards."""
        below, bottom = self.place((0, label)), layout.top - GAP
        if layout.upright:
            head = QRectF(below.left(), bottom - layout.head, layout.side, layout.head)
            painter.drawText(head, Qt.AlignmentFlag.AlignHCenter, self.names[label])
            return
        shown = painter.fontMetrics().elidedText(self.names[label], Qt.TextElideMode.ElideMiddle, layout.head)
        painter.save()
        painter.translate(below.left(), bottom)
        painter.rotate(-90)
        place = QRectF(0, 0, layout.head, layout.side)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _choose_pen(self, painter: QPainter, label: int, axis: int, scheme: theme.Tokens) -> None:
        """Have the names of the row and column under the mouse stand out, or else those of the chosen cell."""
        lit = self._spot or self.cell
        painter.setPen(QColor(scheme.accent if lit is not None and lit[axis] == label else scheme.text))

    def _share_text(self, share: float) -> str:
        return "–" if np.isnan(share) else self.tr("{0:.1f} %").format(100 * share)

    @property
    def _layout(self) -> Layout:
        """Where the cells lie just now."""
        if self._made is None:
            across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
            self._made = self._fit().scrolled_to(across, down)
        return self._made

    def _fit(self) -> Layout:
        metrics = QFontMetrics(small_font(self.font()))
        return Layout.fit(self.names, self._widest, metrics, self.viewport().size(), _ZOOM**self._notches)

    @property
    def _widest(self) -> str:
        return "0" * len(str(int(self.counts.max(initial=0))))

    def _lay_out(self) -> None:
        """Have scroll bars as long as what is not in sight."""
        layout = self._fit()
        lengths = (self.horizontalScrollBar(), layout.width), (self.verticalScrollBar(), layout.height)
        for bar, seen in lengths:
            bar.setRange(0, max(0, layout.whole - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(layout.side)
        self._renew()

    def _renew(self) -> None:
        self._made = None
        self.viewport().update()

    def _look_at(self, cell: Cell) -> None:
        """Scroll no further than needed for a cell to be in sight."""
        layout = self._layout
        for bar, number, seen in (
            (self.verticalScrollBar(), cell[0], layout.height), (self.horizontalScrollBar(), cell[1], layout.width)
        ):  # fmt: skip
            start = number * layout.side
            bar.setValue(min(max(bar.value(), start + layout.side - seen), start))

    def _point_at(self, cell: Cell | None) -> None:
        if cell != self._spot:
            self._spot = cell
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if cell else Qt.CursorShape.ArrowCursor)
            self.viewport().update()

    def _choose(self, cell: Cell) -> None:
        self.show_cell(cell)
        self.setAccessibleDescription(self.describe(cell))
        self.chosen.emit(*cell)

    def _arrange(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)


def _zoom_of(event: QKeyEvent) -> int:
    """Return for how many notches a key zooms; 0 for none."""
    return _ZOOMS.get(command_table.named(event, Place.TEST_SET), 0)


def _blend(paper: str, ink: str, share: float) -> QColor:
    """Return the colour of a cell, the nearer to *ink*, the larger *share*, 0 to 1."""
    strength = _FAINTEST + (_STRONGEST - _FAINTEST) * share
    ends = (np.array(QColor(colour).getRgb()[:3]) for colour in (paper, ink))
    mixed = np.rint(sum(end * weight for end, weight in zip(ends, (1 - strength, strength), strict=True)))
    return QColor(*mixed.astype(int).tolist())
