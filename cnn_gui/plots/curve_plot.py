"""One plot of curves over training steps."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots.axes import Axis, Plot
from cnn_gui.plots.curve_legend import Entry, legend_height, paint_legend
from cnn_gui.plots.curve_painting import paint_cursor, paint_curve, paint_points, paint_scales
from cnn_gui.plots.series import Curve, Points
from cnn_gui.plots.text import small_font

_WIDE_LABEL = "0.005"  # keeps its place free, so that the plot does not jump when its scale changes
_NOTCH = 120.0  # of QWheelEvent.angleDelta: one click of the wheel
_ZOOM = 0.8  # a click


class CurvePlot(QWidget):
    """Paints what ``show_series`` gives it, and says where the mouse is.

    Signals:
        pointed(float or None): the mouse is over another step.
        zoom_wanted(float, float): show the steps times a factor, with a step that stays where it is.
        move_wanted(float): show what lies so many steps further on.
        whole_wanted(): show all steps.

    Thread: GUI.
    """

    pointed = Signal(object)
    zoom_wanted = Signal(float, float)
    move_wanted = Signal(float)
    whole_wanted = Signal()

    def __init__(self, write: Callable[[float], str], message: str, parent: QWidget | None = None) -> None:
        """*write* turns a value of the y axis into text; *message* stands there while there is nothing to show."""
        super().__init__(parent)
        self._write, self._message = write, message
        self._series: tuple[Curve | Points, ...] = ()
        self._axes = Axis(0, 1), Axis(0, 1)
        self._cursor: float | None = None
        self._grip: float | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_series(self, series: Sequence[Curve | Points], x: Axis, y: Axis) -> None:
        """Paint *series*, the first one undermost; none: the message."""
        self._series, self._axes = tuple(series), (x, y)
        self.update()

    def set_cursor(self, step: float | None) -> None:
        """Mark *step* and show its values in the legend; None: the last ones."""
        if step != self._cursor:
            self._cursor = step
            self.update()

    def entries(self) -> list[Entry]:
        """Return each series with its value under the cursor, or its last one, as the legend shows it."""
        return [(series, self._value(series)) for series in self._series]

    def plot(self) -> Plot:
        """Return where the curves are painted."""
        metrics, entries = QFontMetrics(small_font(self.font())), self.entries()
        labels = self._y_texts(self.height()).values()
        left = max(map(metrics.horizontalAdvance, (*labels, _WIDE_LABEL))) + theme.SPACE[1]
        width = max(1, self.width() - left - 1)
        top = (legend_height(entries, width, metrics) if entries else 0) + theme.SPACE[1]
        bottom = metrics.height() + theme.SPACE[1]
        return Plot(QRectF(left, top, width, max(1, self.height() - top - bottom)), *self._axes)

    def sizeHint(self) -> QSize:
        return QSize(320, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        scheme = theme.tokens(self.palette())
        painter = QPainter(self)
        if not self._series:
            painter.setPen(QColor(scheme.muted))
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), int(wrapped), self._message)
            return
        painter.setFont(small_font(self.font()))
        plot = self.plot()
        paint_scales(painter, plot, scheme, self._x_texts(plot.rect.width()), self._y_texts(plot.rect.height()))
        paint_legend(painter, self.entries(), QRectF(plot.rect.left(), 0, plot.rect.width(), plot.rect.top()), scheme)
        painter.setClipRect(plot.rect)
        for series in self._series:
            (paint_curve if isinstance(series, Curve) else paint_points)(painter, plot, series, scheme)
        if self._cursor is not None:
            paint_cursor(painter, plot, self._cursor, scheme)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        step = self._step_at(event.position())
        if self._grip is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.move_wanted.emit(self._grip - self.plot().x_at(event.position().x()))
        self.pointed.emit(step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        inside = event.button() == Qt.MouseButton.LeftButton and self._step_at(event.position()) is not None
        self._grip = self.plot().x_at(event.position().x()) if inside else None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.whole_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = self._step_at(event.position())
        if step is None:
            event.ignore()
        else:
            self.zoom_wanted.emit(_ZOOM ** (event.angleDelta().y() / _NOTCH), step)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def _step_at(self, position: QPointF) -> float | None:
        plot = self.plot()
        return plot.x_at(position.x()) if self._series and plot.rect.contains(position) else None

    def _value(self, series: Curve | Points) -> str:
        value = series.at(self._cursor)
        return "–" if value != value else self._write(value)

    def _x_texts(self, width: float) -> dict[float, str]:
        room = QFontMetrics(small_font(self.font())).horizontalAdvance(f"{self._axes[0].high:,.0f}") + 24
        texts = {tick: f"{tick:,.0f}" for tick in self._axes[0].ticks(int(width / room)) if tick == round(tick)}
        if texts:
            first = next(iter(texts))
            texts[first] = self.tr("step {0}").format(texts[first])
        return texts

    def _y_texts(self, height: float) -> dict[float, str]:
        return {tick: self._write(tick) for tick in self._axes[1].ticks(int(height / 28))}
