"""The line that shows where a layer will land, and the place that waits for the first one."""

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor import lettering
from cnn_gui.editor.arrangement import CARD_HEIGHT
from cnn_gui.editor.card import CardItem

_LINE = 3  # px


class MarkerItem(QGraphicsItem):
    """A line in the accent colour between two cards; its position is its centre."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(1)
        self.hide()

    def boundingRect(self) -> QRectF:
        return QRectF(-_LINE, -CARD_HEIGHT / 2 - 1, 2 * _LINE, CARD_HEIGHT + 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens(self.scene().palette()).accent))
        painter.drawRoundedRect(QRectF(-_LINE / 2, -CARD_HEIGHT / 2, _LINE, CARD_HEIGHT), _LINE / 2, _LINE / 2)


class PlaceholderItem(CardItem):
    """A dashed card that says how to begin; it stands in the slot of the first layer while there is none."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scheme = theme.tokens(self.scene().palette())
        card = QRectF(0, 0, theme.CARD_WIDTH, CARD_HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(scheme.accent if self.look.hovered else scheme.muted), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(card.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.setPen(QColor(scheme.text))
        painter.setFont(lettering.font(theme.FONT_NORMAL))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(card.adjusted(8, 4, -8, -4), int(flags), self.text())

    def text(self) -> str:
        """Return what the place says."""
        return QCoreApplication.translate("Network", "Drag a layer here, or choose a preset")
