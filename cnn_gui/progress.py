"""How far long work is, in a dialog that can cancel it: the words stand above the bar, which is thinner than a text."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QProgressDialog, QWidget

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel

WIDTH = 360  # px, whatever the words are


class ProgressDialog(QProgressDialog):
    """Shows *text* as it is, and a bar without a text of its own; the window behind it rests.

    Thread: GUI.
    """

    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        label, bar = PlainLabel(text), QProgressBar()
        bar.setTextVisible(False)
        bar.setAccessibleName(title)
        self.setLabel(label)
        self.setBar(bar)
        self.setCancelButtonText(self.tr("Cancel"))
        self.setMinimumWidth(theme.scaled(WIDTH))
        self.setWindowModality(Qt.WindowModality.WindowModal)
