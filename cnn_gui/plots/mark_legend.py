"""What the hatches in a picture mean."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import plain_text, theme
from cnn_gui.plots.grid import Mark
from cnn_gui.plots.hatches import mark_colours, paint_hatch
from cnn_gui.plots.text import small_font

_SWATCH = 12  # px


class MarkLegend(QWidget):
    """A swatch and a text for each mark, in a row; as many as fit, all of them in the tooltip.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks: Sequence[tuple[Mark, str]] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_marks(self, marks: Sequence[tuple[Mark, str]]) -> None:
        """Show other marks, with what is to be said of each."""
        if tuple(marks) != self.marks:
            self.marks = tuple(marks)
            self.setToolTip(plain_text.tooltip("\n".join(text for _, text in marks)))
            self.setAccessibleName(", ".join(text for _, text in marks))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, max(_SWATCH, QFontMetrics(small_font(self.font())).height()) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme, painter, left = theme.tokens(self.palette()), QPainter(self), 0.5
        painter.setFont(small_font(self.font()))
        metrics = painter.fontMetrics()
        for mark, text in self.marks:
            swatch = QRectF(left, (self.height() - _SWATCH) // 2 + 0.5, _SWATCH, _SWATCH)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_hatch(painter, swatch, mark_colours(scheme)[mark])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QColor(scheme.line))
            painter.drawRect(swatch)
            painter.setPen(QColor(scheme.muted))
            place = QRectF(swatch.right() + theme.SPACE[0], 0, self.width(), self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            left = place.left() + metrics.horizontalAdvance(text) + theme.SPACE[2]
