"""The rows of a form in two columns, as far as there is room."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from cnn_gui import theme
from cnn_gui.field_row import FieldRow

COLUMNS = 2

Cell = tuple[FieldRow, int, int, int]  # a row of the form, its line, its column, the columns that it spans


class FieldGrid(QWidget):
    """Rows side by side where each fits half of the width, else across all of it; hidden ones leave no gap.

    Thread: the GUI's.
    """

    def __init__(self, rows: Sequence[FieldRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._placed: list[Cell] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.SPACE[1])
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)
        for row in rows:
            row.setParent(self)

    def place(self) -> None:
        """Put each row where it belongs now."""
        cells = list(self._cells())
        if cells == self._placed:
            return
        for row, *_ in self._placed:
            self._grid.removeWidget(row)
        for row, line, column, span in cells:
            self._grid.addWidget(row, line, column, 1, span, Qt.AlignmentFlag.AlignTop)
        self._placed = cells

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.place()

    def minimumSizeHint(self) -> QSize:
        # One column: two that stand would otherwise keep the form from ever becoming narrower.
        shown = [row.minimumSizeHint().width() for row in self._rows if not row.isHidden()]
        return QSize(max(shown, default=0), super().minimumSizeHint().height())

    def _cells(self) -> Iterator[Cell]:
        half = (self.width() - theme.SPACE[1]) // COLUMNS
        line = column = 0
        for row in self._rows:
            if row.isHidden():
                continue
            span = COLUMNS if row.room() > half else 1
            if column + span > COLUMNS:
                line, column = line + 1, 0
            yield row, line, column, span
            column += span
