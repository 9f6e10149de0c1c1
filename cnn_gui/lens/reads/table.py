"""A small sum: from what lies after the last window to what is never read."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cnn_gui import theme
from cnn_gui.lens.reads.words import size_letter
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.text import small_font
from engine.geometry import Window

_CASES = ("trailing", "absorbed", "lost", "between", "within", "unread")


class ExclusionTable(QWidget):
    """Rows, columns and pixels of each case; the line of dilation shows where there is one.

    Attributes:
        cells: the labels of each case's numbers: rows, columns, pixels.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = {case: PlainLabel(text) for case, text in self._words().items()}
        self.cells = {case: tuple(PlainLabel() for _ in range(3)) for case in _CASES}
        self._arrange()

    def show_window(self, window: Window) -> None:
        """Show the numbers of *window*."""
        parts = window.rows.exclusion, window.cols.exclusion, window.exclusion
        for case, labels in self.cells.items():
            for label, part in zip(labels, parts, strict=True):
                label.setText(f"{getattr(part, case):,}")
            self._names[case].setAccessibleName(f"{self._names[case].text()}: {', '.join(x.text() for x in labels)}")
        self._names["between"].setText(self.tr("+ between windows, S > {0}").format(size_letter(window)))
        for label in (self._names["within"], *self.cells["within"]):
            label.setVisible(max(window.rows.dilation, window.cols.dilation) > 1)

    def _words(self) -> dict[str, str]:
        return {
            "trailing": self.tr("After the last window, r"),
            "absorbed": self.tr("− absorbed by padding"),
            "lost": self.tr("= lost at the end"),
            "between": self.tr("+ between windows, S > {0}").format("K"),
            "within": self.tr("+ within windows, D > 1"),
            "unread": self.tr("= never read"),
        }

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE[1])
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(4, 1)
        heads = (self.tr("rows"), self.tr("columns"), self.tr("pixels"))
        for column, text in enumerate(heads, 1):
            self._put(grid, PlainLabel(text), 0, column, "muted")
        for row, case in enumerate(_CASES, 1):
            role = "sum" if case == "unread" else "small"
            self._put(grid, self._names[case], row, 0, role)
            for column, label in enumerate(self.cells[case], 1):
                self._put(grid, label, row, column, role)

    def _put(self, grid: QGridLayout, label: QLabel, row: int, column: int, role: str) -> None:
        font = small_font(self.font())
        font.setBold(role == "sum")
        label.setProperty("role", "small" if role == "sum" else role)
        label.setFont(font)
        label.setAlignment(Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label, row, column)
