"""Small signs on the edge of a card: something works, but perhaps not as meant, or is wrong on purpose."""

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
    width = _width(text)
    place = QRectF(card.right() - theme.SPACE[1] - width, card.top() - _ABOVE + 0.5, width, _HEIGHT)
    _paint(painter, place, text, scheme.warning, scheme.surface, scheme.text)


def paint_alarm(painter: QPainter, card: QRectF, text: str, scheme: theme.Tokens) -> None:
    """Paint *text* in the loudest colour onto the upper edge of *card*, at its left."""
    place = QRectF(card.left() + theme.SPACE[1], card.top() - _ABOVE + 0.5, _width(text), _HEIGHT)
    _paint(painter, place, text, scheme.on_accent, scheme.bad, scheme.on_accent)


def _width(text: str) -> float:
    return QFontMetricsF(lettering.font(theme.FONT_SMALL)).horizontalAdvance(text) + _ICON + 2 * _PAD + 3


def _paint(painter: QPainter, place: QRectF, text: str, sign: str, paper: str, ink: str) -> None:
    painter.setPen(QPen(QColor(sign if sign != ink else paper), 1))
    painter.setBrush(QColor(paper))
    painter.drawRoundedRect(place, _HEIGHT / 2, _HEIGHT / 2)
    ratio = painter.device().devicePixelRatioF() * painter.worldTransform().m11()
    pixmap = icon_of("warning", sign).pixmap(QSize(16, 16), ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(place.left() + _PAD, place.top() + 1.5, _ICON, _ICON), pixmap, QRectF(pixmap.rect()))
    painter.setFont(lettering.font(theme.FONT_SMALL))
    painter.setPen(QColor(ink))
    words = place.adjusted(_PAD + _ICON + 3, 0, 0, 0)
    painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
