"""A small table: what each way of laying out a convolution's input costs."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.text import small_font

ROWS = 4  # headings, and three lines
_NUMBERS = 3  # columns at the right


class CostTable(QWidget):
    """Lines of a name, arithmetic that ends in an ellipsis where it does not fit, and numbers.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = [
            (PlainLabel(), ElidedLabel("muted"), *(PlainLabel() for _ in range(_NUMBERS))) for _ in range(ROWS)
        ]
        self._lines: Sequence[Sequence[str]] = ()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE[2])
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for row, labels in enumerate(self.cells):
            for column, label in enumerate(labels):
                label.setFont(small_font(self.font()))
                label.setProperty("role", "small" if row and column != 1 else "muted")
                if column > 1:
                    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                grid.addWidget(label, row, column)

    def show_lines(self, lines: Sequence[Sequence[str]]) -> None:
        """Show ROWS lines of texts."""
        if lines != self._lines:
            self._lines = lines
            for (name, arithmetic, *numbers), line in zip(self.cells, lines, strict=True):
                name.setText(line[0])
                arithmetic.show_text(line[1])
                for label, text in zip(numbers, line[2:], strict=True):
                    label.setText(text)
