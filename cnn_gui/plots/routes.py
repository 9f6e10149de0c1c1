"""Arrows from the cells of one picture to those of another, laid over the pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from PySide6.QtCore import QEvent, QLineF, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from cnn_gui import theme
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.grid_view import GridView

_HEAD, _SPREAD = 9, pi / 7  # px, and the angle between an arrow's line and the sides of its head


@dataclass(frozen=True, slots=True)
class Route:
    """An arrow from a cell of one view to a cell of another."""

    start: GridView
    start_cell: Cell
    end: GridView
    end_cell: Cell


class Routes(QWidget):
    """Lies over its parent, in which the views are, and leaves the mouse to them.

    Attributes:
        routes: the arrows on show.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.routes: Sequence[Route] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)

    def show_routes(self, routes: Iterable[Route]) -> None:
        """Show other arrows."""
        self.routes = tuple(routes)
        self.raise_()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self.parentWidget().rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for route in self.routes:
            _paint_arrow(painter, self._line(route), scheme)

    def _line(self, route: Route) -> QLineF:
        """Return the line between the near edges of two cells, so that their numbers stay readable."""
        start, end = self._centre(route.start, route.start_cell), self._centre(route.end, route.end_cell)
        right = 1 if start.x() < end.x() else -1
        return QLineF(start + QPointF(right * _half(route.start), 0), end - QPointF(right * _half(route.end), 0))

    def _centre(self, view: GridView, cell: Cell) -> QPointF:
        place = view.placement
        return view.mapTo(self.parentWidget(), place.cell(cell).center()) if place else QPointF()


def _half(view: GridView) -> float:
    """Return half of the side of a view's cells."""
    return view.placement.side / 2 if view.placement else 0.0


def _paint_arrow(painter: QPainter, line: QLineF, scheme: theme.Tokens) -> None:
    """Paint a line with a head, and around it an edge, so that it is seen on every colour."""
    angle, end = -line.angle() * pi / 180, line.p2()
    sides = [end - QPointF(cos(angle + turn), sin(angle + turn)) * _HEAD for turn in (-_SPREAD, _SPREAD)]
    for colour, width in ((scheme.surface, 4.0), (scheme.accent, 2.0)):
        painter.setPen(QPen(QColor(colour), width, j=Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(QColor(colour))
        painter.drawLine(line)
        painter.drawPolygon(QPolygonF([end, *sides]))
