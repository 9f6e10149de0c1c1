"""Drags as a person makes them, without ``QDrag.exec``, which blocks: one event after the other, to the viewport."""

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

_COPY, _LEFT, _NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
_STEPS = 8  # moves of the mouse from one point to another


def hover(view: QAbstractScrollArea, mime: QMimeData, position: QPoint) -> bool:
    """Drag *mime* to *position* of the viewport and hold it there; return whether *view* would take it."""
    enter = QDragEnterEvent(position, _COPY, mime, _LEFT, _NONE)
    QApplication.sendEvent(view.viewport(), enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(position, _COPY, mime, _LEFT, _NONE)
    QApplication.sendEvent(view.viewport(), move)
    return move.isAccepted()


def leave(view: QAbstractScrollArea) -> None:
    """Take what hovers out of *view* again."""
    QApplication.sendEvent(view.viewport(), QDragLeaveEvent())


def drop(view: QAbstractScrollArea, mime: QMimeData, position: QPoint) -> bool:
    """Drag *mime* to *position* of the viewport and drop it; return whether *view* took it."""
    if not hover(view, mime, position):
        return False
    event = QDropEvent(QPointF(position), _COPY, mime, _LEFT, _NONE)
    QApplication.sendEvent(view.viewport(), event)
    return event.isAccepted()


def drag_card(view: QAbstractScrollArea, start: QPoint, end: QPoint) -> None:
    """Press the left button at *start* of the viewport, move to *end*, and release."""
    lift_card(view, start, end)
    mouse(view, QEvent.Type.MouseButtonRelease, end)


def lift_card(view: QAbstractScrollArea, start: QPoint, end: QPoint) -> None:
    """Press the left button at *start* of the viewport, move to *end*, and keep it pressed."""
    mouse(view, QEvent.Type.MouseButtonPress, start)
    for step in range(1, _STEPS + 1):
        mouse(view, QEvent.Type.MouseMove, start + (end - start) * step / _STEPS)


def mouse(view: QAbstractScrollArea, kind: QEvent.Type, position: QPoint, button: Qt.MouseButton = _LEFT) -> None:
    """Send one mouse event of *kind* to *position* of the viewport."""
    changed = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    place, screen = QPointF(position), QPointF(view.viewport().mapToGlobal(position))
    QApplication.sendEvent(view.viewport(), QMouseEvent(kind, place, screen, changed, held, _NONE))
