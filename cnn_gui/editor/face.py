"""How a card looks; the canvas, the palette and a card in the hand all paint it here."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cnn_gui import theme
from cnn_gui.editor import badge, lettering
from cnn_gui.layer_icons import icon_of

_STRIPE = 4  # px
_ICON = 16
RIGHT = 6  # px from the text to the other edge
LEFT = _STRIPE + 8  # px from the card's edge to its text
_TOP = 5  # px above the title, where words stand at the top
_TITLE_HEIGHT, _LINE_HEIGHT = 18, 15


@dataclass(frozen=True, slots=True)
class Face:
    """What a card says: icon and stripe by *icon* and *category*, a *title*, and up to two *lines* below it.

    A *badge* has a few words of warning, an *alarm* says that the layer is wrong on purpose.
    """

    icon: str
    category: str
    title: str
    lines: tuple[str, ...] = ()
    badge: str = ""
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """The state of a card; *fixed* is an end of the chain, which no one can move, *lifted* one in the hand."""

    selected: bool = False
    focused: bool = False
    hovered: bool = False
    wrong: bool = False
    lifted: bool = False
    fixed: bool = False


def paint(painter: QPainter, card: QRectF, face: Face, look: Look, scheme: theme.Tokens, top: bool = False) -> None:
    """Paint *face* into *card*, its words at the *top* or in the middle; rings and shadows reach up to 8 px beyond."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not look.fixed:
        _paint_shadow(painter, card, look, scheme)
    if look.selected:
        _paint_ring(painter, card, look, scheme)
    _paint_body(painter, card, face, look, scheme)
    _paint_text(painter, card, face, look, scheme, top)
    if face.badge:
        badge.paint(painter, card, face.badge, scheme)
    if face.alarm:
        badge.paint_alarm(painter, card, face.alarm, scheme)


def _paint_shadow(painter: QPainter, card: QRectF, look: Look, scheme: theme.Tokens) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 18 if scheme.dark else 6))
    for spread in range(6 if look.lifted else 2):
        reach = spread + 0.5
        shade = card.adjusted(-reach, -reach, reach, reach).translated(0, 1 + reach / 2)
        painter.drawRoundedRect(shade, theme.RADIUS + reach, theme.RADIUS + reach)


def _paint_ring(painter: QPainter, card: QRectF, look: Look, scheme: theme.Tokens) -> None:
    colour = QColor(scheme.accent)
    colour.setAlphaF(1.0 if look.focused else 0.45)
    painter.setPen(QPen(colour, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(card.adjusted(-3, -3, 3, 3), theme.RADIUS + 3, theme.RADIUS + 3)


def _paint_body(painter: QPainter, card: QRectF, face: Face, look: Look, scheme: theme.Tokens) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
    raised = scheme.raised if look.fixed or (look.hovered and scheme.dark) else scheme.surface
    painter.fillPath(shape, QColor(raised))
    stripe = QPainterPath()
    stripe.addRect(QRectF(card.topLeft(), QSize(_STRIPE, int(card.height()))))
    painter.fillPath(shape.intersected(stripe), stripe_colour(face, scheme))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_border(look, scheme))
    painter.drawPath(shape)


def _border(look: Look, scheme: theme.Tokens) -> QPen:
    if look.wrong:
        return QPen(QColor(scheme.bad), 2)
    if look.selected:
        return QPen(QColor(scheme.accent), 1)
    return QPen(QColor(scheme.muted if look.hovered or look.lifted else scheme.line), 1)


def stripe_colour(face: Face, scheme: theme.Tokens) -> QColor:
    """Return the colour of a category; what has none is grey."""
    return QColor(scheme.category.get(face.category, scheme.muted))


def _paint_text(painter: QPainter, card: QRectF, face: Face, look: Look, scheme: theme.Tokens, top: bool) -> None:
    """Paint icon, title and lines as one block at the *top*, or in the middle of the card's height."""
    height = _TITLE_HEIGHT + _LINE_HEIGHT * len(face.lines)
    above = _TOP if top else (card.height() - height) / 2
    line = QRectF(card.left() + LEFT, card.top() + above, card.width() - LEFT - RIGHT, _TITLE_HEIGHT)
    _paint_icon(painter, line.topLeft(), face.icon, stripe_colour(face, scheme))
    if look.wrong:
        _paint_icon(painter, line.topRight() - QPointF(_ICON, 0), "warning", QColor(scheme.bad))
    after = _ICON + theme.SPACE[1] - 2
    title = line.adjusted(after, 0, -after if look.wrong else 0, 0)
    _paint_line(painter, title, face.title, theme.FONT_NORMAL, scheme.text, bold=True)
    for number, text in enumerate(face.lines):
        line = QRectF(line.left(), line.bottom(), line.width(), _LINE_HEIGHT)
        _paint_line(painter, line, text, theme.FONT_SMALL, scheme.muted if number else scheme.text)


def _paint_line(painter: QPainter, line: QRectF, text: str, pixels: int, colour: str, bold: bool = False) -> None:
    text, font = lettering.fitted(text, lettering.font(pixels, bold), line.width())
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _paint_icon(painter: QPainter, at: QPointF, name: str, colour: QColor) -> None:
    """Paint an icon as sharp as the device and the zoom allow."""
    ratio = painter.device().devicePixelRatioF() * painter.worldTransform().m11()
    pixmap = icon_of(name, colour.name()).pixmap(QSize(_ICON, _ICON), ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(QRectF(at.x(), at.y() + 1, _ICON, _ICON), pixmap, QRectF(pixmap.rect()))
