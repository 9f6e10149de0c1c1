"""How a logit comes about, as a walk along a line: pixels for it, pixels against it, biases."""

from itertools import pairwise
from math import inf

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.lens.why import words
from cnn_gui.plots import export
from cnn_gui.plots.colormaps import ColorMap, colours
from cnn_gui.plots.text import readable_on, small_font
from engine.trace.contributions import Contributions

_ROW = 16  # px, height of a bar


class SumBar(QWidget):
    """Three bars below one another, each from where the one before it ends; the last ends at the logit.

    Attributes:
        ends: where the first begins, and where each ends.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ends: tuple[float, ...] = (0.0,)
        self._reach = 0.0, 0.0
        self._parts: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_sum(self, found: Contributions, reach: tuple[float, float] = (0.0, 0.0)) -> None:
        """Show what *found* adds up, along a line that has the values of *reach* on it too."""
        self._reach = reach
        names = self.tr("pixels for"), self.tr("pixels against"), self.tr("biases")
        self.ends = words.ends(found)
        steps = [after - before for before, after in pairwise(self.ends)]
        self._parts = tuple(zip(names, steps, strict=True))
        said = ", ".join(f"{name} {value:.2f}" for name, value in self._parts)
        self.setAccessibleName(self.tr("Logit as a sum: {0}").format(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 3 * _ROW + 2 * 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        names, values = zip(*self._parts, strict=True) if self._parts else ((), ())
        export.offer(self, event, export.Numbers(np.array(values)[:, None], self.tr("Logit as a sum"), names))

    def paintEvent(self, event: QPaintEvent) -> None:
        low, high = min(*self.ends, *self._reach), max(*self.ends, *self._reach)
        if not -inf < low < high < inf:
            return
        painter = QPainter(self)
        painter.setFont(small_font(self.font()))
        scheme = theme.tokens(self.palette())
        margin = max(painter.fontMetrics().horizontalAdvance(name) for name, _ in self._parts) + theme.SPACE[1]
        scale = (self.width() - margin - 1) / (high - low)
        places = [margin + (end - low) * scale for end in self.ends]
        for row, ((name, value), (start, stop)) in enumerate(zip(self._parts, pairwise(places), strict=True)):
            top = row * (_ROW + 2)
            painter.setPen(QColor(scheme.muted))
            painter.drawText(QRectF(0, top, margin, _ROW), Qt.AlignmentFlag.AlignVCenter, name)
            self._paint_bar(painter, QRectF(min(start, stop), top, abs(stop - start), _ROW), row, value)
        for place, colour in ((places[0], scheme.muted), (places[-1], scheme.text)):
            painter.setPen(QPen(QColor(colour), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(place, 0), QPointF(place, self.height()))

    def _paint_bar(self, painter: QPainter, bar: QRectF, row: int, value: float) -> None:
        scheme = theme.tokens(self.palette())
        table = colours(ColorMap.ACTIVATIONS, scheme.dark)
        colour = (QColor.fromRgba(int(table[210])), QColor.fromRgba(int(table[44])), QColor(scheme.muted))[row]
        painter.fillRect(bar, colour)
        text = f"{value:+.2f}".replace("-", "−")
        width = painter.fontMetrics().horizontalAdvance(text) + theme.SPACE[0]
        inside = bar.width() > width
        place = bar if inside else QRectF(bar.right() + theme.SPACE[0], bar.top(), width, bar.height())
        if not inside and place.right() > self.width():
            place.moveRight(bar.left() - theme.SPACE[0])
        painter.setPen(readable_on(colour) if inside else QColor(scheme.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
