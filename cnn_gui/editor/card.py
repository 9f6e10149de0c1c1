"""The cards of the network canvas."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor import describe, face, lettering
from cnn_gui.editor.arrangement import CARD_HEIGHT, TEXT_HEIGHT
from cnn_gui.editor.face import Face, Look
from cnn_gui.editor.map_strip import HEIGHT, MapStrip
from cnn_gui.plots.ranges import Ranges
from engine.layer import Array

_CARD = QRectF(0, 0, theme.CARD_WIDTH, CARD_HEIGHT)
_PICTURES = QRectF(face.LEFT, TEXT_HEIGHT, theme.CARD_WIDTH - face.LEFT - face.RIGHT, HEIGHT)
_REACH = 10  # px that rings and shadows go beyond the card


class CardItem(QGraphicsItem):
    """One card; its position is its top left corner. It paints what it is told and handles no event.

    Attributes:
        maps: what the layer makes of the chosen sample, below the words.
    """

    def __init__(self) -> None:
        super().__init__()
        self.face, self.look = Face("", "", ""), Look()
        self.is_placed = False
        self.maps = MapStrip(_PICTURES)
        self._made, self._made_for = QPixmap(), ()

    def show(self, face: Face, look: Look) -> None:
        """Show *face* in the state *look*."""
        if (face, look) != (self.face, self.look):
            self.face, self.look = face, look
            self.update()

    def show_values(self, values: Array | None, photo: bool = False, ranges: Ranges | None = None) -> None:
        """Show what the layer makes of the sample, or a *photo*, below the words; None for nothing."""
        alike = (values is None) == (self.maps.values is None)
        self.maps.show_values(values, photo, ranges)
        self.update(self.maps.place) if alike else self.update()

    def place(self, corner: QPointF) -> None:
        """Put a card that has no place yet to *corner*."""
        if not self.is_placed:
            self.is_placed = True
            self.setPos(corner)

    def rect(self) -> QRectF:
        """Return the card without its rings, in the scene."""
        return _CARD.translated(self.pos())

    def boundingRect(self) -> QRectF:
        return _CARD.adjusted(-_REACH, -_REACH, _REACH, _REACH)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scheme = theme.tokens(self.scene().palette())
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        painter.drawPixmap(self.boundingRect().topLeft(), self._face_at(scale, scheme))
        self.maps.paint(painter, scheme)

    def _face_at(self, scale: float, scheme: theme.Tokens) -> QPixmap:
        """Return all but the pictures, which change ten times a second while the rest stays as it is."""
        wanted = (self.face, self.look, self.maps.values is not None, scheme.dark, scale)
        if wanted != self._made_for:
            area = self.boundingRect()
            self._made_for, self._made = wanted, QPixmap((area.size() * scale).toSize())
            self._made.setDevicePixelRatio(scale)
            self._made.fill(Qt.GlobalColor.transparent)
            with QPainter(self._made) as painter:
                painter.translate(-area.topLeft())
                face.paint(painter, _CARD, self.face, self.look, scheme, top=self.maps.values is not None)
        return self._made


class PlaceholderItem(CardItem):
    """A dashed card that says how to begin; it stands where the first layer will, while there is none."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scheme = theme.tokens(self.scene().palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = scheme.accent if self.look.hovered else scheme.muted
        painter.setPen(QPen(QColor(outline), 2 if self.look.hovered else 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(_CARD.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.setPen(QColor(scheme.text))
        painter.setFont(lettering.font(theme.FONT_NORMAL))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(_CARD.adjusted(8, 4, -8, -4), int(flags), describe.how_to_begin())
