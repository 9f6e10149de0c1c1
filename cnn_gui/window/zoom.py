"""The way into a layer and back: its page grows out of its card while the rest is veiled, or closes into it."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from cnn_gui import theme
from cnn_gui.motion import Motion

_DURATION = 200  # ms
_FRAME = 2  # px
_STAYS = 4  # how late the veil goes, as a power of the way

Place = Callable[[], QRectF]  # asked for anew each time: a layout may still be moving it


class Zoom(QWidget):
    """Lies over *over*, in whose coordinates all places are, and leaves the mouse to it.

    Attributes:
        frame: where the frame is.

    Thread: GUI.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.frame = QRectF()
        self._start, self._end = QRectF(), QRectF
        self._inward, self._progress = True, 1.0
        self._motion = Motion(self._on_moved, self, _DURATION)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def running(self) -> bool:
        """Whether the frame is on its way."""
        return self._motion.running

    def go(self, start: QRectF, end: Place, inward: bool) -> None:
        """Let the frame go from *start* to *end*: *inward* all but its inside is veiled, else its inside."""
        self._start, self._end, self._inward = start, end, inward
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()
        self._motion.go()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, scheme = QPainter(self), theme.tokens(self.palette())
        inside = QRegion(self.frame.toAlignedRect())
        painter.setOpacity(1 - self._progress**_STAYS)
        painter.setClipRegion(QRegion(self.rect()) - inside if self._inward else inside)
        painter.fillRect(self.rect(), QColor(scheme.window if self._inward else scheme.surface))
        painter.setClipping(False)
        painter.setPen(QPen(QColor(scheme.accent), _FRAME))
        painter.drawRoundedRect(self.frame, theme.RADIUS, theme.RADIUS)

    def _on_moved(self, progress: float) -> None:
        self._progress = progress
        self.frame = _between(self._start, self._end(), progress)
        self.setVisible(progress < 1)
        self.update()


def place_in(over: QWidget, widget: QWidget, rect: QRectF | None = None) -> QRectF:
    """Return where *rect* of *widget*, or all of it, lies in *over*."""
    rect = QRectF(widget.rect()) if rect is None else rect
    return QRectF(widget.mapTo(over, rect.topLeft()), rect.size())


def _between(start: QRectF, end: QRectF, share: float) -> QRectF:
    """Return the rectangle so far on the way."""
    corner = start.topLeft() + (end.topLeft() - start.topLeft()) * share
    width = start.width() + (end.width() - start.width()) * share
    return QRectF(corner, QSizeF(width, start.height() + (end.height() - start.height()) * share))
