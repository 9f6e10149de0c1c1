"""The names of many pages, closer together or in more rows where they need it: all are in sight, unlike tabs."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QWidget

from cnn_gui import theme

_GAP = theme.SPACE[0]
_SIDES = (theme.SPACE[1], theme.SPACE[0])  # px beside a name: usual, and where that would need another row


class PageBar(QWidget):
    """A button for each page, one of which is down; the arrow keys go from one to the next.

    Signals:
        chosen(int): a person chose that page.

    Thread: GUI.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QToolButton] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.chosen)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.scaled(theme.TARGET))  # a new widget's own height is no wish

    def set_pages(self, pages: Sequence[tuple[str, str]]) -> None:
        """Offer other pages, each with its name and what its tooltip says."""
        for button in self.buttons:
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._new(number, *page) for number, page in enumerate(pages)]
        self._lay_out()

    def show_page(self, number: int) -> None:
        """Have the button of a page down."""
        if 0 <= number < len(self.buttons):
            self.buttons[number].setChecked(True)

    @property
    def whole_width(self) -> int:
        """With which all buttons are in one row."""
        return self._in_a_row(_SIDES[0])

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def _new(self, number: int, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(name)
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setProperty("role", "page")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # like tabs: the mouse needs no box to see what it clicked
        self._group.addButton(button, number)
        theme.follow_text_size(button, self._lay_out)
        button.show()
        return button

    def _lay_out(self) -> None:
        """Put the buttons into rows, and be as high as these."""
        left, top, height = 0, 0, theme.scaled(theme.TARGET)
        side = next((side for side in _SIDES if self._in_a_row(side) <= self.width()), _SIDES[0])
        for button in self.buttons:
            width = _width(button, side)
            if left and left + width > self.width():
                left, top = 0, top + height
            button.setGeometry(left, top, width, height)
            left += width + _GAP
        self.setFixedHeight(top + height)

    def _in_a_row(self, side: int) -> int:
        return sum(_width(button, side) for button in self.buttons) + _GAP * (len(self.buttons) - 1)


def _width(button: QToolButton, side: int) -> int:
    return button.fontMetrics().horizontalAdvance(button.text()) + 2 * side
