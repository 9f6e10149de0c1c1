"""A card of the network canvas."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor import face
from cnn_gui.editor.arrangement import CARD_HEIGHT
from cnn_gui.editor.face import Face, Look

_REACH = 10  # px that rings and shadows go beyond the card


class CardItem(QGraphicsItem):
    """One card; its position is its top left corner. It paints what it is told and handles no event."""

    def __init__(self) -> None:
        super().__init__()
        self.face, self.look = Face("", "", ""), Look()

    def show(self, face: Face, look: Look) -> None:
        """Show *face* in the state *look*."""
        if (face, look) != (self.face, self.look):
            self.face, self.look = face, look
            self.update()

    def rect(self) -> QRectF:
        """Return the card without its rings, in the scene."""
        return QRectF(self.pos().x(), self.pos().y(), theme.CARD_WIDTH, CARD_HEIGHT)

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, theme.CARD_WIDTH, CARD_HEIGHT).adjusted(-_REACH, -_REACH, _REACH, _REACH)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        card = QRectF(0, 0, theme.CARD_WIDTH, CARD_HEIGHT)
        face.paint(painter, card, self.face, self.look, theme.tokens(self.scene().palette()))
