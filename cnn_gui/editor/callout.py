"""What is wrong with a layer, in words, right below its card."""

from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor import lettering
from engine.shapes import Problem

WIDEST = 360  # px
_PAD = theme.SPACE[1]
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class CalloutItem(QGraphicsItem):
    """A box with a problem and its remedy, and a line that leads up to the card."""

    def __init__(self) -> None:
        super().__init__()
        self.problem = Problem("", "")
        self._size = QRectF()
        self._stem = QPointF()

    def show(self, problem: Problem, width: float) -> float:
        """Show *problem* in a box of *width* px and return the box's height."""
        self.prepareGeometryChange()
        self.problem = problem
        inner = width - 2 * _PAD
        heights = [_height(text, bold, inner) for text, bold in self._texts()]
        self._size = QRectF(0, 0, width, sum(heights) + 2 * _PAD)
        return self.height

    @property
    def width(self) -> float:
        """The width of the box in px."""
        return self._size.width()

    @property
    def height(self) -> float:
        """The height of the box in px."""
        return self._size.height()

    def lead_to(self, card_bottom: QPointF) -> None:
        """Let the line go up to *card_bottom*, in the scene."""
        self.prepareGeometryChange()
        self._stem = self.mapFromScene(card_bottom)

    def boundingRect(self) -> QRectF:
        return self._size.united(QRectF(self._stem, self._size.topLeft()).normalized()).adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scheme = theme.tokens(self.scene().palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(scheme.bad), 2))
        painter.drawLine(self._stem, QPointF(self._stem.x(), 0))
        tint = QColor(scheme.bad)
        tint.setAlphaF(0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        for fill in (QColor(scheme.surface), tint):
            painter.setBrush(fill)
            painter.drawRoundedRect(self._size, theme.RADIUS, theme.RADIUS)
        self._paint_texts(painter, scheme)

    def _paint_texts(self, painter: QPainter, scheme: theme.Tokens) -> None:
        area = self._size.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        painter.setPen(QColor(scheme.text))
        for text, bold in self._texts():
            painter.setFont(lettering.font(theme.FONT_SMALL, bold))
            painter.drawText(area, int(_WRAPPED), text)
            area.setTop(area.top() + _height(text, bold, area.width()))

    def _texts(self) -> tuple[tuple[str, bool], ...]:
        return (self.problem.what, False), (self.problem.remedy, True)


def _height(text: str, bold: bool, width: float) -> float:
    metrics = QFontMetricsF(lettering.font(theme.FONT_SMALL, bold))
    return ceil(metrics.boundingRect(QRectF(0, 0, width, 10_000), int(_WRAPPED), text).height())
