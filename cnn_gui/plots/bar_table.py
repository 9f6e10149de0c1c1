"""A table of numbers, some of them as bars: painted, so that thousands of rows cost no more than those in sight."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from cnn_gui import theme
from cnn_gui.plots import export
from cnn_gui.plots.bar_column import GAP, Column, Place, places
from cnn_gui.plots.text import small_font

_LOW, _HIGH = 20, 32  # px, height of a row


class BarTable(QAbstractScrollArea):
    """Rows of numbers; the mouse and the keys Up and Down read them.

    Attributes:
        columns: what is on show.
        spot: the row under the mouse, or None.

    Signals:
        pointed(int or None): the mouse is over another row.
        clicked(int): a row was clicked.

    Thread: GUI.
    """

    pointed = Signal(object)
    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns: Sequence[Column] = ()
        self.spot: int | None = None
        self._marked: tuple[int, ...] = ()
        self._title = ""
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)

    def show_columns(self, columns: Sequence[Column], title: str, marked: Sequence[int] = ()) -> None:
        """Show other numbers; the rows *marked* stand out."""
        self.columns, self._marked, self._title = tuple(columns), tuple(marked), title
        self.setAccessibleName(title)
        if self.spot is not None and self.spot >= self.rows:
            self._point_at(None)
        self.setMaximumHeight((self.rows + 1) * theme.scaled(_HIGH))
        self._measure()
        self.viewport().update()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.columns[0].values) if self.columns else 0

    @property
    def marked(self) -> Sequence[int]:
        """The rows that stand out."""
        return self._marked

    def mark(self, rows: Sequence[int]) -> None:
        """Have other rows stand out, and the first of them in sight."""
        if tuple(rows) != self._marked:
            self._marked = tuple(rows)
            if rows:
                self._scroll_to(rows[0])
            self.viewport().update()

    def row_rect(self, row: int) -> QRectF:
        """Return where a row lies in the viewport."""
        top = (row + 1) * self._row_height - self.verticalScrollBar().value()
        return QRectF(0, top, self.viewport().width(), self._row_height)

    def sizeHint(self) -> QSize:
        return QSize(320, 12 * _LOW)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 4 * _LOW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme, painter = theme.tokens(self.palette()), QPainter(self.viewport())
        if not self.columns:
            return
        painter.setFont(small_font(self.font()))
        places = self._places()
        first = self.verticalScrollBar().value() // self._row_height
        last = min(self.rows, first + self.viewport().height() // self._row_height + 1)
        for row in range(first, last):
            self._paint_row(painter, row, places, scheme)
        self._paint_titles(painter, places, scheme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(event.key())
        if step is None or not self.rows:
            super().keyPressEvent(event)
            return
        row = 0 if self.spot is None else min(max(self.spot + step, 0), self.rows - 1)
        self._scroll_to(row)
        self._point_at(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._row_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # a table is no empty space, where a click goes back
        row = self._row_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and row is not None:
            self.clicked.emit(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.columns:
            values = np.stack([column.values for column in self.columns], axis=1)
            titles = [column.title for column in self.columns]
            export.offer(self.viewport(), event, export.Numbers(values, self._title, columns=titles))

    @property
    def _row_height(self) -> int:
        """As high as lets all rows be seen, within limits."""
        return min(theme.scaled(_HIGH), max(theme.scaled(_LOW), self.viewport().height() // (self.rows + 1)))

    def _measure(self) -> None:
        over = (self.rows + 1) * self._row_height - self.viewport().height()
        self.verticalScrollBar().setRange(0, max(0, over))
        self.verticalScrollBar().setPageStep(self.viewport().height())
        self.verticalScrollBar().setSingleStep(self._row_height)

    def _scroll_to(self, row: int) -> None:
        bar, height = self.verticalScrollBar(), self._row_height
        top = row * height  # without the titles, which stay
        bar.setValue(min(top, max(bar.value(), top + 2 * height - self.viewport().height())))

    def _places(self) -> list[Place]:
        return places(self.columns, self._room, QFontMetrics(small_font(self.font())))

    @property
    def _room(self) -> int:
        return max(1, self.viewport().width() - theme.SPACE[0])

    def _paint_titles(self, painter: QPainter, places: Sequence[Place], scheme: theme.Tokens) -> None:
        height = self._row_height
        painter.fillRect(QRectF(0, 0, self.viewport().width(), height), self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(QColor(scheme.muted))
        for column, place in zip(self.columns, places, strict=True):
            painter.drawText(self._cell(place, 0, height), column.side, column.title)
        painter.setPen(QColor(scheme.line))
        painter.drawLine(QPointF(0, height - 0.5), QPointF(self.viewport().width(), height - 0.5))

    def _paint_row(self, painter: QPainter, row: int, places: Sequence[Place], scheme: theme.Tokens) -> None:
        rect = self.row_rect(row)
        if row == self.spot or row in self._marked:
            painter.fillRect(rect, QColor(scheme.raised))
        if row in self._marked:
            painter.fillRect(QRectF(0, rect.top(), 2, rect.height()), QColor(scheme.accent))
        for column, place in zip(self.columns, places, strict=True):
            room = self._cell(place, rect.top(), rect.height())
            if column.bars:
                column.paint_bar(painter, row, room, scheme)
            else:
                painter.setPen(QColor(scheme.text))
                column.paint_text(painter, row, room, place.behind)

    @staticmethod
    def _cell(place: Place, top: float, height: float) -> QRectF:
        return QRectF(theme.SPACE[0] + place.left, top, place.width - GAP, height)

    def _row_at(self, position: QPointF) -> int | None:
        row = int((position.y() + self.verticalScrollBar().value()) // self._row_height) - 1
        return row if position.y() >= self._row_height and row < self.rows else None

    def _point_at(self, row: int | None) -> None:
        if row != self.spot:
            self.spot = row
            self.pointed.emit(row)
            self.viewport().update()
