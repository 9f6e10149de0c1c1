"""Formulas of pictures, one for each channel, in line with one another: source × kernel = what it adds."""

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.operators import operator

MOST = 6  # formulas at a time
_READABLE = 72  # px, the side of a picture with which it still tells something
_GAP, _APART = theme.SPACE[0], theme.SPACE[3]  # px, around a sign and between columns
_SIGNS = "×", "="


class ChannelRows(QWidget):
    """As many formulas as there is room for, up to MOST, in as many columns as make their pictures largest.

    All pictures are of the same size, so that rows and columns stand in line.

    Attributes:
        formulas: source, kernel and part of each; those that are not on show are hidden.
        shown: how many there is room for now.

    Signals:
        shown_changed(): another number of them has room.

    Thread: GUI.
    """

    shown_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted, self.shown = MOST, MOST
        self.formulas = [(GridView(self), GridView(self), GridView(self)) for _ in range(MOST)]
        for view in (view for formula in self.formulas for view in formula):
            view.at_top = True
        self._signs = [[self._sign(text) for text in _SIGNS] for _ in range(MOST)]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def want(self, count: int) -> None:
        """Have room for *count* formulas if possible."""
        if self._wanted != min(count, MOST):
            self._wanted = min(count, MOST)
            self._lay_out()

    def show_first(self, count: int) -> None:
        """Show the first formulas; the room of the others stays empty."""
        for n, (views, signs) in enumerate(zip(self.formulas, self._signs, strict=True)):
            for part in (*views, *signs):
                part.setVisible(n < count)

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    def minimumSizeHint(self) -> QSize:
        least = self.formulas[0][0].minimumSizeHint()
        return QSize(3 * least.width() + self._between(), 2 * least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        rows, columns = self._arrangement()
        room, width = self.height() // rows, (self.width() - (columns - 1) * _APART) // columns
        picture = max(1, (width - self._between()) // 3)
        height = min(room, picture + self._lines())
        for n, (views, signs) in enumerate(zip(self.formulas, self._signs, strict=True)):
            column, row = divmod(n, rows)
            left, top = column * (width + _APART), row * room + (room - height) // 2
            for place, view in enumerate(views):
                view.setGeometry(left, top, picture, height)
                left += picture
                if place < len(signs):
                    sign = self._sign_width(signs[place]) + 2 * _GAP
                    signs[place].setGeometry(QRect(left, top, sign, height))
                    left += sign
        before, self.shown = self.shown, min(rows * columns, self._wanted)
        if self.shown != before:
            self.shown_changed.emit()

    def _arrangement(self) -> tuple[int, int]:
        """Return how many rows and columns: for as many formulas as stay readable, those with the largest pictures."""
        for count in range(self._wanted, 0, -1):
            ways = [(-(-count // columns), columns) for columns in range(1, count + 1)]
            best = max(ways, key=lambda way: self._side(*way))
            if self._side(*best) >= _READABLE:
                return best
        return 1, 1

    def _side(self, rows: int, columns: int) -> float:
        """Return how large the pictures are at most."""
        width = (self.width() - (columns - 1) * _APART) / columns - self._between()
        return min(width / 3, self.height() / rows - self._lines())

    def _lines(self) -> int:
        """Return how much higher than its picture a view is: the title above it and the size below."""
        least = self.formulas[0][0].minimumSizeHint()
        return least.height() - least.width()

    def _between(self) -> int:
        return sum(self._sign_width(sign) + 2 * _GAP for sign in self._signs[0])

    def _sign(self, text: str) -> QLabel:
        sign = operator(text)
        sign.setParent(self)
        return sign

    @staticmethod
    def _sign_width(sign: QLabel) -> int:
        return sign.sizeHint().width()
