"""The line that shows where a layer will land."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor.arrangement import CARD_HEIGHT

_WIDTH = 4  # px
_HEIGHT = CARD_HEIGHT + 2 * theme.SPACE[1]  # longer than a card, so that one in the hand does not cover it


class MarkerItem(QGraphicsItem):
    """A line in the accent colour between two cards; its position is its centre."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(1)
        self.hide()

    def boundingRect(self) -> QRectF:
        return QRectF(-_WIDTH / 2, -_HEIGHT / 2, _WIDTH, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens(self.scene().palette()).accent))
        painter.drawRoundedRect(self.boundingRect(), _WIDTH / 2, _WIDTH / 2)
