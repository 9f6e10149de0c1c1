"""Text that changes often: a fixed number of lines, so that nothing around it has to move."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import plain_text
from cnn_gui.plots.text import small_font


class WrappedText(QWidget):
    """A paragraph for each text, wrapped into as many lines as there are; what does not fit is in the tooltip.

    Thread: GUI.
    """

    def __init__(self, lines: int, small: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines, self._small, self.texts = lines, small, ("",)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_lines(self, texts: Sequence[str]) -> None:
        """Show other texts, a paragraph each."""
        if tuple(texts) != self.texts:
            self.texts = tuple(texts)
            self.setAccessibleName(" ".join(texts))
            self.setToolTip(plain_text.tooltip("\n".join(texts)))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self._lines * QFontMetrics(self._font()).lineSpacing())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(self.rect(), int(flags | Qt.TextFlag.TextWordWrap), "\n".join(self.texts))

    def _font(self) -> QFont:
        return small_font(self.font()) if self._small else self.font()
