"""A green or red light that is an icon and a word too, and the line of one array with it."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.check import words
from cnn_gui.plain_text import PlainLabel
from engine.gradreport import ArrayCheck

_SIZE = 20  # px


class Light(PlainLabel):
    """An icon in the colour of a verdict: right, wrong, or none.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.passed: bool | None = None
        self.setFixedSize(_SIZE, _SIZE)

    def show_verdict(self, passed: bool | None) -> None:
        """Show whether it is right; None for no verdict."""
        self.passed = passed
        self._paint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()

    def _paint(self) -> None:
        scheme = theme.tokens(self.palette())
        icons = {True: ("passed", scheme.good), False: ("failed", scheme.bad), None: ("info", scheme.muted)}
        self.setPixmap(theme.icon(*icons[self.passed]).pixmap(_SIZE, _SIZE))


class ArrayLine(QWidget):
    """What was found of one array: the verdict, and the cell with the largest error.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.light, self.name, self.verdict, self.detail = Light(), PlainLabel(), PlainLabel(), PlainLabel()
        self.name.setProperty("role", "title")
        self.detail.setProperty("role", "muted")
        for label in (self.name, self.detail):
            label.setWordWrap(True)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE[1])
        grid.setVerticalSpacing(0)
        grid.addWidget(self.light, 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.verdict, 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.detail, 1, 1, 1, 2)
        grid.setColumnStretch(1, 1)

    def show_array(self, array: ArrayCheck) -> None:
        """Show what was found of *array*."""
        self.light.show_verdict(array.passed if array.compared else None)
        self.name.setText(words.name(array))
        self.verdict.setText(words.verdict(array))
        at = [words.cell(array) + ": " + words.figures(array)] if array.compared else []
        self.detail.setText(" · ".join([*at, words.counts(array)]))
