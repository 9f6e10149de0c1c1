"""The shape on a wire: as it is usually written, or closer, or in two lines, whichever fits between the cards."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from cnn_gui import theme
from cnn_gui.editor import lettering

_TIMES, _CLOSE_TIMES, _CLOSEST_TIMES = " × ", "\u200a×\u200a", "×"  # with hair spaces, with none
_RING = 4  # px that the ring of a selected card reaches beyond it
_CLEAR = _RING + 2  # px between a label and the cards beside it


@dataclass(frozen=True, slots=True)
class WireLabel:
    """One or two lines of text around a wire."""

    lines: tuple[str, ...]
    font: QFont

    @classmethod
    def fitting(cls, text: str, width: float) -> "WireLabel":
        """Return *text* in the plainest way that is at most *width* px long."""
        usual = lettering.font(theme.FONT_SMALL)
        first, _, rest = text.partition(_TIMES)
        close, closest = text.replace(_TIMES, _CLOSE_TIMES), text.replace(_TIMES, _CLOSEST_TIMES)
        ways = (
            cls((text,), usual),
            cls((close,), usual),
            cls((close,), lettering.tight(usual)),
            cls((closest,), lettering.tight(usual, lettering.TIGHTEST)),
            cls((f"{first} ×", rest) if rest else (text,), usual),
        )
        return next((way for way in ways if way.size().width() + 2 * _CLEAR <= width), ways[-1])

    def size(self) -> QRectF:
        """Return the label's extent around (0, 0), in px."""
        metrics = QFontMetricsF(self.font)
        width = max(metrics.horizontalAdvance(line) for line in self.lines)
        return QRectF(-width / 2, -metrics.height(), width, len(self.lines) * metrics.height())

    def rect_above(self, middle: QPointF) -> QRectF:
        """Return where the first line stands above *middle* of a wire, and the second below it."""
        return self.size().translated(middle - QPointF(0, 1))

    def rect_across(self, middle: QPointF) -> QRectF:
        """Return where the label stands on a wire, which is interrupted for it."""
        return self.size().translated(middle + QPointF(0, self.size().height() / 2)).adjusted(-_CLEAR, 0, _CLEAR, 0)

    def paint(self, painter: QPainter, where: QRectF) -> None:
        """Paint the lines into *where*, with the painter's pen."""
        painter.setFont(self.font)
        height = QFontMetricsF(self.font).height()
        for number, line in enumerate(self.lines):
            row = QRectF(where.left() - _CLEAR, where.top() + number * (height + 2), where.width() + 2 * _CLEAR, height)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, line)
