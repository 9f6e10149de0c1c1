"""The wire between two cards, with the shape that flows along it."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnn_gui import theme
from cnn_gui.editor.arrangement import ROW_GAP
from cnn_gui.editor.describe import UNKNOWN
from cnn_gui.editor.wire_label import WireLabel

_TURN = 10  # px beyond a card's side, where the wire to another row turns; also the radius of its bends
_HEAD = 5  # px, the arrow's head


class WireItem(QGraphicsItem):
    """A wire from the right side of one card to the left side of the next, in scene coordinates."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-1)
        self.label = ""
        self._labelled, self.lit = True, False
        self._start, self._middle, self._end = QPointF(), QPointF(), QPointF()
        self._path = QPainterPath()
        self._text, self._place = WireLabel.fitting("", 0), QRectF()

    def set_label(self, text: str) -> None:
        """Show a shape, or '?'."""
        if text != self.label:
            self.label = text
            self._place_label()

    def set_labelled(self, labelled: bool) -> None:
        """Hide the label while something else needs its place."""
        if labelled != self._labelled:
            self._labelled = labelled
            self.update()

    def set_lit(self, lit: bool) -> None:
        """Show that something is on its way along this wire."""
        if lit != self.lit:
            self.lit = lit
            self.update()

    def connect_cards(self, source: QRectF, target: QRectF) -> None:
        """Lead from *source* to *target*."""
        start = QPointF(source.right(), source.center().y())
        end = QPointF(target.left(), target.center().y())
        if (start, end) == (self._start, self._end) and not self._path.isEmpty():
            return
        self.prepareGeometryChange()  # while boundingRect is still that of before, else the scene keeps a dead item
        self._start, self._end = start, end
        self._middle = QPointF((start.x() + end.x()) / 2, end.y() if self._is_in_row else target.top() - ROW_GAP / 2)
        self._path = _straight(start, end) if self._is_in_row else _around(start, end, self._middle.y())
        self._place_label()

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().united(self._place).adjusted(-_HEAD, -_HEAD, _HEAD, _HEAD)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        scheme = theme.tokens(self.scene().palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        style = Qt.PenStyle.DashLine if self.label == UNKNOWN else Qt.PenStyle.SolidLine
        colour = QColor(scheme.accent) if self.lit else _between(scheme.muted, scheme.window, 0.45)
        painter.setPen(
            QPen(colour, 2.5 if self.lit else 1.5, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPath(self._path)
        self._paint_head(painter, colour)
        if self._labelled:
            self._paint_label(painter, scheme)

    def _paint_head(self, painter: QPainter, colour: QColor) -> None:
        tip = self._end - QPointF(1, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        back = QPointF(-_HEAD - 1, 0)
        painter.drawPolygon(QPolygonF([tip, tip + back - QPointF(0, _HEAD - 1), tip + back + QPointF(0, _HEAD - 1)]))

    def _paint_label(self, painter: QPainter, scheme: theme.Tokens) -> None:
        if not self._is_in_row:
            painter.fillRect(self._place, QColor(scheme.window))
        painter.setPen(QColor(scheme.muted))
        self._text.paint(painter, self._place)

    def _place_label(self) -> None:
        """Put the label above a straight wire, or across one that turns."""
        self.prepareGeometryChange()
        self._text = WireLabel.fitting(self.label, abs(self._end.x() - self._start.x()))
        above, across = (
            self._text.rect_above(self._middle),
            self._text.rect_across(self._middle),
        )
        self._place = above if self._is_in_row else across

    @property
    def _is_in_row(self) -> bool:
        return self._end.x() > self._start.x()


def _straight(start: QPointF, end: QPointF) -> QPainterPath:
    """Return a line, or while cards glide an S, from *start* to *end*."""
    path, half = QPainterPath(start), QPointF((end.x() - start.x()) / 2, 0)
    path.cubicTo(start + half, end - half, end)
    return path


def _around(start: QPointF, end: QPointF, middle: float) -> QPainterPath:
    """Return a way from the end of one row to the start of another: out, to the height *middle*, back, and in."""
    out, back = start.x() + _TURN, end.x() - _TURN
    path = QPainterPath(start)
    path.quadTo(QPointF(out, start.y()), QPointF(out, start.y() + _TURN))
    path.lineTo(out, middle - _TURN)
    path.quadTo(QPointF(out, middle), QPointF(out - _TURN, middle))
    path.lineTo(back + _TURN, middle)
    path.quadTo(QPointF(back, middle), QPointF(back, middle + _TURN))
    path.lineTo(back, end.y() - _TURN)
    path.quadTo(QPointF(back, end.y()), end)
    return path


def _between(colour: str, other: str, share: float) -> QColor:
    """Return *colour* with a *share* of *other* mixed in."""
    first, second = QColor(colour), QColor(other)
    mixed = [round(a + (b - a) * share) for a, b in zip(first.getRgb(), second.getRgb(), strict=True)]
    return QColor(*mixed[:3])
