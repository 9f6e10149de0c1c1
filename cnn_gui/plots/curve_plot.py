"""One plot over training steps, on pyqtgraph: a noisy curve, its running mean, and a point an epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.round_numbers import COARSE, round_up
from cnn_gui.plots.text import small_font

Floats = npt.NDArray[np.floating]
HEADROOM = 8  # px above the axis' highest number: pyqtgraph leaves out a label that reaches beyond the edge
VALUE_ROOM = 22  # px, at least, from one value to the next
AXIS_WIDTH = 48  # px, wide enough for any value, so that the plot does not jump when its scale changes
FADED = 0.4  # opacity of grey curves that are of another network
SYMBOLS = (2, 6)  # px, the size of an epoch's point: least and most
STEP_ROOM = 56  # px, at least, from one number of steps to the next


@dataclass(frozen=True, slots=True)
class Style:
    """How a series is drawn: a colour of the theme, a line's width in px, a pyqtgraph symbol, and its legend mark."""

    colour: str
    width: int
    symbol: str | None
    mark: str


STYLES = {
    "batch": Style("muted", 1, None, "―"),
    "smoothed": Style("accent", 2, None, "━"),
    "validation": Style("warning", 1, "o", "●"),
    "test": Style("good", 1, "s", "■"),
}


class CurvePlot(pg.PlotWidget):
    """Draws the series of STYLES. The wheel zooms in on steps, dragging moves along, a double click shows all.

    Attributes:
        series: the pyqtgraph item of each name in STYLES.
        message: stands there while there is nothing to show.
        follows: false while a person looks at a part of the run.
        faded: whether the series are grey and pale, since they are of something else than there is now.

    Signals:
        pointed(float or None): the step under the mouse.
        whole_wanted(): a person double-clicked.

    Thread: GUI.
    """

    pointed = Signal(object)
    whole_wanted = Signal()

    def __init__(self, write: Callable[[float], str], parent: QWidget | None = None) -> None:
        """*write* turns a value into text."""
        super().__init__(parent, axisItems={"left": _ValueAxis(write), "bottom": _StepAxis()})
        self.follows, self._values = True, (0.0, 1.0)
        self.faded = False
        self.message = PlainLabel(parent=self)
        self.message.setProperty("role", "hint")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self.series = {name: self._add(style) for name, style in STYLES.items()}
        self.cursor_line = pg.InfiniteLine(angle=90)
        self.addItem(self.cursor_line, ignoreBounds=True)
        self._text_scale = 0.0
        self._prepare()
        self._colour()
        self.set_cursor(None)
        self.show_message(True)

    def show_series(self, name: str, steps: Floats, values: Floats) -> None:
        """Show *values* (n,) at *steps* (n,); what is not finite is left out."""
        finite = np.isfinite(values)
        if not finite.all():
            steps, values = steps[finite], values[finite]
        self.series[name].setData(steps, values)
        if STYLES[name].symbol is not None:
            self.series[name].setSymbolSize(self._symbol_size(len(steps)))

    def set_faded(self, faded: bool) -> None:
        """Draw the series grey and pale, since they are of something else than there is now, or as usual."""
        self.faded = faded
        self._colour()

    def show_message(self, shown: bool) -> None:
        """Show the message in the place of the plot, or the plot."""
        self.message.setVisible(shown)
        self.plotItem.setVisible(not shown)

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show these steps and values; while a person looks at a part, the values alone."""
        box, self._values = self.plotItem.vb, y
        self._take_headroom()
        box.setLimits(xMin=0, xMax=x[1], minXRange=min(10, x[1]))
        if self.follows:
            box.setXRange(*x, padding=0)

    def set_cursor(self, step: float | None) -> None:
        """Mark *step*; None: no step."""
        self.cursor_line.setVisible(step is not None)
        if step is not None:
            self.cursor_line.setValue(step)

    def step_at(self, position: QPointF) -> float | None:
        """Return the step under *position* of the widget; None outside the plot."""
        box, point = self.plotItem.vb, self.mapToScene(position.toPoint())
        inside = self.plotItem.isVisible() and box.sceneBoundingRect().contains(point)
        return float(box.mapSceneToView(point).x()) if inside else None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "cursor_line"):  # Qt asks while it builds
            self._colour()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "message"):  # pyqtgraph resizes while it builds
            self.message.setGeometry(self.rect())
            self._take_headroom()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.pointed.emit(self.step_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.whole_wanted.emit()

    def _take_headroom(self) -> None:
        """Let the axis of values have its highest number in sight, however low it is."""
        box = self.plotItem.vb
        low, high = np.log10(self._values) if self.plotItem.getAxis("left").logMode else self._values
        box.setYRange(low, low + (high - low) / (1 - min(HEADROOM / max(box.height(), 1), 0.5)), padding=0)

    def _symbol_size(self, points: int) -> int:
        """Return how large so many points may be, in px, to stay apart and leave the other curves to be seen."""
        return min(max(self.width() // (2 * max(points, 1)), SYMBOLS[0]), SYMBOLS[1])

    def _add(self, style: Style) -> pg.PlotDataItem:
        item = self.plot([], [], symbol=style.symbol, symbolSize=SYMBOLS[1])
        if style.symbol is None:  # a million steps become what the plot has pixels for, extremes kept
            item.setDownsampling(auto=True, method="peak" if style.width == 1 else "subsample")
            item.setClipToView(True)
        return item

    def _prepare(self) -> None:
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=True, y=False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMinimumSize(160, 80)
        for side in ("left", "bottom"):
            self.getAxis(side).setStyle(tickLength=-4, maxTickLevel=0)
        theme.follow_text_size(self, self._fit_axes)
        self.showGrid(x=False, y=True, alpha=0.3)
        self.plotItem.vb.sigRangeChangedManually.connect(self._on_zoomed)

    def _fit_axes(self) -> None:
        """Give the axes the present text size; they are laid out anew only where that is another."""
        if self._text_scale != theme.text_scale():
            self._text_scale = theme.text_scale()
            self.getAxis("left").setWidth(theme.scaled(AXIS_WIDTH))
            for side in ("left", "bottom"):
                self.getAxis(side).setStyle(tickFont=small_font(self.font()))

    def _on_zoomed(self) -> None:
        self.follows = False

    def _colour(self) -> None:
        colours = theme.tokens(self.palette())
        self.setBackground(colours.surface)
        for side in ("left", "bottom"):
            self.getAxis(side).setPen(colours.line)
            self.getAxis(side).setTextPen(colours.muted)
        self.cursor_line.setPen(colours.muted)
        for name, style in STYLES.items():
            colour = pg.mkColor(colours.muted if self.faded else getattr(colours, style.colour))
            if self.faded:
                colour.setAlphaF(FADED)
            elif name == "batch":
                colour.setAlphaF(0.45)  # noise: seen, but behind what matters
            self.series[name].setPen(pg.mkPen(colour, width=style.width))
            self.series[name].setSymbolBrush(colour)
            self.series[name].setSymbolPen(colours.surface)


class _ValueAxis(pg.AxisItem):
    """The axis of values, written as a person reads them."""

    def __init__(self, write: Callable[[float], str]) -> None:
        super().__init__("left")
        self._write = write
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        """Return round steps as close as they stay apart; those of shares lead to 100 %."""
        if self.logMode or maxVal <= minVal:
            return super().tickSpacing(minVal, maxVal, size)
        return [(round_up((maxVal - minVal) * VALUE_ROOM / max(size, 1.0), COARSE), 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self._write(10**value if self.logMode else value) for value in values]


class _StepAxis(pg.AxisItem):
    """The axis of steps, in whole numbers as close as they stay apart."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:
        return [(round_up(max(1.0, (maxVal - minVal) * STEP_ROOM / max(size, 1.0)), COARSE), 0.0)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{value:,.0f}" for value in values]
