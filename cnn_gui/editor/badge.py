"""A small sign on the edge of a card: something works, but perhaps not as meant."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from cnn_gui import theme
from cnn_gui.editor import lettering
from cnn_gui.layer_icons import icon_of

_HEIGHT, _ICON = 13, 10  # px: the title below it stays free
_ABOVE = 8  # px of it that lie above the card
_PAD = 5  # px


def paint(painter: QPainter, card: QRectF, text: str, scheme: theme.Tokens) -> None:
    """Paint a warning sign and *text* onto the upper edge of *card*, at its right."""
    font = lettering.font(theme.FONT_SMALL)
    width = QFontMetricsF(font).horizontalAdvance(text) + _ICON + 2 * _PAD + 3
    place = QRectF(card.right() - theme.SPACE[1] - width, card.top() - _ABOVE + 0.5, width, _HEIGHT)
    painter.setPen(QPen(QColor(scheme.warning), 1))
    painter.setBrush(QColor(scheme.surface))
    painter.drawRoundedRect(place, _HEIGHT / 2, _HEIGHT / 2)
    ratio = painter.device().devicePixelRatioF() * painter.worldTransform().m11()
    pixmap = icon_of("warning", scheme.warning).pixmap(QSize(16, 16), ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(place.left() + _PAD, place.top() + 1.5, _ICON, _ICON), pixmap, QRectF(pixmap.rect()))
    painter.setFont(font)
    painter.setPen(QColor(scheme.text))
    words = place.adjusted(_PAD + _ICON + 3, 0, 0, 0)
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
