"""The paper that a person draws on."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import command_table, theme
from cnn_gui.command_table import Place
from cnn_gui.draw.drawing import Drawing
from cnn_gui.draw.ink_colours import between, inked
from cnn_gui.draw.strokes import Ink, Point, Stroke

PEN_WIDTHS = (0.04, 0.16)  # shares of the paper's side: the thinnest and the thickest pen
PEN_WIDTH = 0.09  # a digit drawn over 2/3 of the paper then has strokes of 2.5 px at 28 x 28, as in MNIST
PEN_STEP = 0.01
_RING = 2  # px around the paper, for the focus ring


class DigitCanvas(QWidget):
    """Square paper with a round pen; the left button draws.

    Keys: Backspace undoes a stroke, Delete clears, + and - change the pen.

    Signals:
        strokes_changed(): the ink changed; during a stroke at each mouse move.
        pen_width_changed(float): the pen got another width, a share of the paper's side.

    Thread: GUI.
    """

    strokes_changed = Signal()
    pen_width_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing = Drawing()
        self._pen_width = PEN_WIDTH
        self._pointer: QPointF | None = None
        self._colours = QColor("black"), QColor("white")  # of paper and ink
        self._keys = {
            "undo_stroke": self.undo_stroke,
            "clear_drawing": self.clear,
            "pen_wider": lambda: self.set_pen_width(self._pen_width + PEN_STEP),
            "pen_finer": lambda: self.set_pen_width(self._pen_width - PEN_STEP),
        }
        self.setAccessibleName(self.tr("Drawing canvas"))
        self.setToolTip(self.tr("Draw with the left button. Backspace undoes a stroke, Delete clears."))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """All strokes, the oldest first; the one in progress is the last."""
        return self._drawing.strokes

    @property
    def pen_width(self) -> float:
        """Width of the pen for the next stroke, as a share of the paper's side."""
        return self._pen_width

    def set_pen_width(self, width: float) -> None:
        """Take a pen of *width* (a share of the paper's side), held within PEN_WIDTHS."""
        width = min(max(width, PEN_WIDTHS[0]), PEN_WIDTHS[1])
        if width != self._pen_width:
            self._pen_width = width
            self.pen_width_changed.emit(width)
            self.update()

    def set_strokes(self, strokes: Iterable[Stroke]) -> None:
        """Replace the drawing by *strokes*."""
        self._drawing.replace(strokes)
        self._announce()

    def set_colours(self, paper: QColor, ink: QColor) -> None:
        """Show *ink* on *paper* of these colours, whatever the scheme."""
        self._colours = paper, ink
        self.update()

    def clear(self) -> None:
        """Take new paper."""
        if self.strokes:
            self.set_strokes(())

    def undo_stroke(self) -> None:
        """Take back the last stroke, or the one in progress."""
        if self.strokes:
            self.set_strokes(self.strokes[:-1])

    def ink(self) -> Ink:
        """Return the drawing as (280, 280) float32 in [0, 1]: 1 is ink, whatever its colour."""
        return self._drawing.ink()

    def redrawn(self, fit: Callable[[tuple[Stroke, ...]], tuple[Stroke, ...]]) -> Ink:
        """Return the drawing as ``ink`` has it, of the strokes that *fit* makes of those that were drawn."""
        return self._drawing.redrawn(fit)

    def paper(self) -> QRectF:
        """Return the square of the widget that takes ink, in widget coordinates."""
        side = max(1, min(self.width(), self.height()) - 2 * _RING)
        return QRectF((self.width() - side) // 2, _RING, side, side)

    def _announce(self) -> None:
        self.update()
        self.strokes_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.paper().contains(event.position()):
            event.ignore()
            return
        self._drawing.begin(self._on_paper(event.position()), self._pen_width)
        self._announce()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(event.position())
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._drawing.finish()  # the release went elsewhere, such as to a dialog that opened meanwhile
        if self._drawing.extend(self._on_paper(event.position())):
            self._announce()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drawing.finish()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def event(self, event: QEvent) -> bool:
        # Else a window-wide shortcut, such as Delete for a layer, would take the key from the canvas.
        if event.type() == QEvent.Type.ShortcutOverride and self._action(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if action := self._action(event):
            action()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(104, 104)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_paper(painter, scheme)
        if not self.strokes:
            painter.setPen(between(*self._colours))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.paper(), int(flags), self.tr("Draw here"))
        if self._pointer is not None and not self._drawing.in_progress:
            painter.setPen(QPen(between(*self._colours), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = self._pen_width * self.paper().width() / 2
            painter.drawEllipse(self._pointer, radius, radius)

    def _paint_paper(self, painter: QPainter, scheme: theme.Tokens) -> None:
        paper, ratio = self.paper(), self.devicePixelRatioF()
        ink = QBrush(inked(self._drawing.picture(round(paper.width() * ratio)), *self._colours))
        ink.setTransform(QTransform.fromTranslate(paper.x(), paper.y()).scale(1 / ratio, 1 / ratio))
        painter.setBrush(ink)
        if self.hasFocus():
            painter.setPen(QPen(QColor(scheme.accent), _RING))
        else:
            painter.setPen(QPen(QColor(scheme.line), 1))
            paper.adjust(0.5, 0.5, -0.5, -0.5)  # a thin line is sharp in the middle of its pixels
        painter.drawRoundedRect(paper, theme.RADIUS, theme.RADIUS)

    def _point_at(self, position: QPointF | None) -> None:
        self._pointer = position
        self.update()

    def _on_paper(self, position: QPointF) -> Point:
        paper = self.paper()
        return (position.x() - paper.x()) / paper.width(), (position.y() - paper.y()) / paper.height()

    def _action(self, event: QKeyEvent) -> Callable[[], None] | None:
        return self._keys.get(command_table.named(event, Place.DRAWING))
