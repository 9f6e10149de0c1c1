"""A label that never asks for more width than it gets."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui.plain_text import PlainLabel


class ElidedLabel(PlainLabel):
    """One line of text that ends in an ellipsis where it does not fit; the whole text is its accessible name.

    It paints the text itself: a new text of a QLabel makes all layouts around it start anew, which costs more than
    everything else when a text changes with each movement of the mouse.

    Thread: GUI.
    """

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._whole = ""
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def whole_text(self) -> str:
        """The text that was given, with what does not fit."""
        return self._whole

    def show_text(self, text: str) -> None:
        """Show *text*."""
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
