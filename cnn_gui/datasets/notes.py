"""The dialog that says what was done to the data when it was read, and what is unusual about it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from cnn_gui import theme

_WIDTH = 520  # px of the dialog
_MOST_LINES = 18  # shown without scrolling


class NotesDialog(QDialog):
    """Shows *notes*, sentences, one below the other, as plain text that can be copied.

    Thread: the GUI's.
    """

    def __init__(self, name: str, notes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Notes on the data"))
        self.text = QPlainTextEdit("\n\n".join([name, *notes]))
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Notes on the data"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.SPACE[3],) * 4)
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self.text)
        column.addWidget(buttons)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the text needs, where that is not too high."""
        metrics = QFontMetrics(self.text.font())
        room = _WIDTH - 2 * theme.SPACE[3] - 4 * theme.SPACE[1]
        flags = int(Qt.TextFlag.TextWordWrap)
        needed = metrics.boundingRect(0, 0, room, 10_000, flags, self.text.toPlainText()).height()
        lines = min(needed / metrics.lineSpacing() + 1, _MOST_LINES)
        self.text.setMinimumHeight(round(lines * metrics.lineSpacing()) + 2 * theme.SPACE[1])
        self.resize(_WIDTH, self.sizeHint().height())
