"""A long text in a dialog beside which the window stays usable."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from cnn_gui import theme

_WIDTH, _HIGHEST = 560, 560  # px, of the dialog


def show_text(title: str, html: str, parent: QWidget) -> None:
    """Show *html* in a dialog of its own; one of the same *title* that is open comes to the front instead."""
    shown = (each for each in parent.findChildren(TextDialog) if each.isVisible() and each.windowTitle() == title)
    if (dialog := next(shown, None)) is None:
        TextDialog(title, html, parent).show()
    else:
        dialog.raise_()
        dialog.activateWindow()


class TextDialog(QDialog):
    """Shows *html*, which can be longer than the screen is high.

    Thread: GUI.
    """

    def __init__(self, title: str, html: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.text, buttons = QTextBrowser(), QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.text.setHtml(html)
        self.text.setAccessibleName(title)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.SPACE[2]] * 4)
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self.text)
        column.addWidget(buttons)
        self._fit()

    def _fit(self) -> None:
        """Be as high as the text needs, where that is not too high."""
        around = self.sizeHint().height() - self.text.sizeHint().height() + 2 * self.text.frameWidth()
        document = self.text.document()
        document.setTextWidth(_WIDTH - 3 * theme.SPACE[2])
        self.resize(_WIDTH, min(_HIGHEST, round(document.size().height()) + around + theme.SPACE[1]))
