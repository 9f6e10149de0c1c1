"""Scrolls a view while something is dragged near its upper or lower edge."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QAbstractScrollArea

_BORDER = 36  # px from the edge where scrolling begins
_INTERVAL = 16  # ms
_FASTEST = 14  # px a tick, at the edge itself


class EdgeScroller(QObject):
    """Scrolls as long as the last known pointer is near an edge, and calls *scrolled* with it after each step.

    Thread: the GUI's.
    """

    def __init__(self, view: QAbstractScrollArea, scrolled: Callable[[QPoint], None]) -> None:
        super().__init__(view)
        self._view, self._scrolled = view, scrolled
        self._pointer = QPoint()
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL)
        self._timer.timeout.connect(self._on_timeout)

    def follow(self, pointer: QPoint) -> None:
        """Take note of the pointer, in the viewport."""
        self._pointer = pointer
        if not self._speed():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Scroll no more."""
        self._timer.stop()

    def _speed(self) -> int:
        """Return px a tick, down being positive."""
        above = _BORDER - self._pointer.y()
        below = self._pointer.y() - (self._view.viewport().height() - _BORDER)
        depth = below if below > 0 else -above if above > 0 else 0
        return round(max(-1.0, min(1.0, depth / _BORDER)) * _FASTEST)

    def _on_timeout(self) -> None:
        bar = self._view.verticalScrollBar()
        before = bar.value()
        bar.setValue(before + self._speed())
        if bar.value() == before:
            self._timer.stop()
        else:
            self._scrolled(self._pointer)
