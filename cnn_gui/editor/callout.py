"""What is wrong with a layer, in words, right below its card."""

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor import lettering
from engine.mends import Mend
from engine.shapes import Problem

WIDEST = 360  # px
_PAD = theme.SPACE[1]
_BUTTON, _GAP = 22, theme.SPACE[0]  # px: a button's height, and above it
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class CalloutItem(QGraphicsItem):
    """A box with a problem, its remedy and a button for each mend, and a line that leads up to the card.

    Attributes:
        buttons: where each is, in the item.
    """

    def __init__(self) -> None:
        super().__init__()
        self.problem = Problem("", "")
        self.buttons: dict[Mend, QRectF] = {}
        self._size = QRectF()
        self._stem = QPointF()

    def show(self, problem: Problem, width: float, mends: Sequence[Mend] = ()) -> float:
        """Show *problem* in a box of *width* px, with a button for each of *mends*, and return the box's height."""
        self.prepareGeometryChange()
        self.problem = problem
        inner = width - 2 * _PAD
        top = _PAD + sum(_height(text, bold, inner) for text, bold in self._texts())
        self.buttons = {}
        for mend in mends:
            wide = QFontMetricsF(lettering.font(theme.FONT_SMALL)).horizontalAdvance(mend.text) + 2 * _PAD
            self.buttons[mend] = QRectF(_PAD, top + _GAP, min(wide, inner), _BUTTON)
            top += _GAP + _BUTTON
        self._size = QRectF(0, 0, width, top + _PAD)
        self.update()
        return self.height

    def mend_at(self, point: QPointF) -> Mend | None:
        """Return the mend whose button is at *point* of the scene; None where there is none."""
        place = self.mapFromScene(point)
        return next((mend for mend, button in self.buttons.items() if button.contains(place)), None)

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
        self._paint_buttons(painter, scheme)

    def _paint_texts(self, painter: QPainter, scheme: theme.Tokens) -> None:
        area = self._size.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        painter.setPen(QColor(scheme.text))
        for text, bold in self._texts():
            painter.setFont(lettering.font(theme.FONT_SMALL, bold))
            painter.drawText(area, int(_WRAPPED), text)
            area.setTop(area.top() + _height(text, bold, area.width()))

    def _paint_buttons(self, painter: QPainter, scheme: theme.Tokens) -> None:
        for mend, place in self.buttons.items():
            painter.setPen(QPen(QColor(scheme.muted), 1))
            painter.setBrush(QColor(scheme.surface))
            painter.drawRoundedRect(place, theme.RADIUS, theme.RADIUS)
            text, font = lettering.fitted(mend.text, lettering.font(theme.FONT_SMALL), place.width() - _PAD)
            painter.setFont(font)
            painter.setPen(QColor(scheme.text))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _texts(self) -> tuple[tuple[str, bool], ...]:
        return (self.problem.what, False), (self.problem.remedy, True)


def _height(text: str, bold: bool, width: float) -> float:
    metrics = QFontMetricsF(lettering.font(theme.FONT_SMALL, bold))
    return ceil(metrics.boundingRect(QRectF(0, 0, width, 10_000), int(_WRAPPED), text).height())
