"""A matrix, one row and one column of which are lit."""

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from cnn_gui import theme
from cnn_gui.plots.grid import Cell, Grid, Part, Placement
from cnn_gui.plots.grid_view import GridView

_STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
_PRESSES = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MatrixView(GridView):
    """A matrix of any size with the light on one cell, its row and its column.

    Keys: the arrows ask for a neighbour of the lit cell, Enter clicks it.

    Signals:
        moved(int, int): an arrow key asks for the light so many rows and columns on.

    Thread: GUI.
    """

    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lit: Cell | None = None
        self._part: Part | None = None
        self.size_below = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def light(self, cell: Cell | None, rows: slice | None = None) -> None:
        """Light a cell, its row, and its column within *rows*, which get a ring; None for all rows and no ring."""
        self._part = None
        if self.grid is not None and rows is not None:
            self._part = rows, slice(0, self.grid.shape[1])
        self.lit = cell
        self.highlight(self._part, [] if cell is None else [cell])

    def event(self, event: QEvent) -> bool:
        # Else a shortcut of the window, such as the right arrow for a training step, would take the key.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._wants(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.grid is None or self.lit is None or not self._wants(event):
            super().keyPressEvent(event)
        elif event.key() in _PRESSES:
            self.clicked.emit(self.lit)
        else:
            self.moved.emit(*_STEPS[Qt.Key(event.key())])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(QColor(theme.tokens(self.palette()).accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def paint_highlights(self, painter: QPainter, place: Placement) -> None:
        if self.lit is not None:
            rows, columns = self._part or (slice(0, place.shape[0]), slice(0, place.shape[1]))
            row, column = self.lit
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.tokens(self.palette()).accent), 1))
            inside = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            for part in ((slice(row, row + 1), columns), (rows, slice(column, column + 1))):
                around = place.part(part).adjusted(-1, -1, 1, 1)  # so that its colours stay to be read
                painter.drawRect(around & inside)
        super().paint_highlights(painter, place)

    def _wants(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return self.lit is not None and plain and (event.key() in _STEPS or event.key() in _PRESSES)


def enlarged(grid: Grid, cell: Cell, shape: Cell) -> tuple[Grid, Cell]:
    """Return the part of *grid* around *cell*, of *shape* where there is as much, and where in it the cell stands."""
    axes = zip(cell, shape, grid.shape, strict=True)
    top, left = (min(max(at - size // 2, 0), max(count - size, 0)) for at, size, count in axes)
    part = slice(top, top + shape[0]), slice(left, left + shape[1])
    marks = None if grid.marks is None else grid.marks[part]
    origin = grid.origin[0] + top, grid.origin[1] + left
    shown = Grid(grid.values[part], grid.colormap, grid.limit, grid.title, marks, origin, grid.whole, grid.elastic)
    return shown, (cell[0] - top, cell[1] - left)
