"""The network canvas: where a person arranges a chain of layers."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)  # fmt: skip
from PySide6.QtWidgets import QApplication, QWidget

from cnn_gui.document import Document
from cnn_gui.editor import mime
from cnn_gui.editor.card_menu import CardMenu
from cnn_gui.editor.chain_commands import ChainCommands, Command
from cnn_gui.editor.chain_view import ChainView
from cnn_gui.editor.edge_scroller import EdgeScroller
from cnn_gui.editor.gestures import CardDrag, Gesture, LayerDrop
from engine.mends import Mend


class NetworkCanvas(ChainView):
    """The document's chain as cards and wires; layers are dropped, moved, selected, opened and deleted here.

    Keys: arrows, Home and End select; Enter opens; Ctrl+Left and Ctrl+Right move; Delete and Backspace delete; Esc
    cancels a drag or deselects; Ctrl+0, Ctrl++ and Ctrl+- zoom.

    Signals:
        opened(): a person wants to look into the selected layer.

    Thread: the GUI's.
    """

    opened = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self._commands = ChainCommands(document, lambda: self.chain.arrangement.grid.columns, self.opened.emit)
        self._scroller = EdgeScroller(self, self._follow)
        self._gesture: Gesture | None = None
        self._pressed: tuple[str, QPoint] | None = None
        document.lock_changed.connect(self._cancel_gesture)

    # Drops from the palette.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        name = mime.layer_type(event.mimeData())
        if name and not self._document.refuses_edits():
            self._gesture = LayerDrop(self.chain, self._document, name)
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if isinstance(self._gesture, LayerDrop):
            self._follow(event.position().toPoint())
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._cancel_gesture()

    def dropEvent(self, event: QDropEvent) -> None:
        if isinstance(self._gesture, LayerDrop):
            self._follow(event.position().toPoint())
            event.acceptProposedAction()
            self._finish_gesture()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            event.ignore()

    # The mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            if (mend := self._mend_at(event.position().toPoint())) is not None:
                self._document.mend(mend)
                return
            uid = self.layer_at(event.position())
            self._document.select(uid)
            self._pressed = (uid, event.position().toPoint()) if uid else None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self._document.selected:
            self._cancel_gesture()
            self.opened.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = event.position().toPoint()
        if isinstance(self._gesture, CardDrag):
            self._follow(pointer)
        elif self._pressed is None:
            self._show_button(self._mend_at(pointer) is not None)
            self.chain.set_hovered(self.layer_at(pointer))
            self.chain.point_at(self.mapToScene(pointer))
        elif (pointer - self._pressed[1]).manhattanLength() >= QApplication.startDragDistance():
            self._lift(*self._pressed)
            self._follow(pointer)

    def _mend_at(self, point: QPoint) -> Mend | None:
        """Return what the button below a card at *point* of the viewport does; None where there is none."""
        return self.chain.callouts.mend_at(self.mapToScene(point))

    def _show_button(self, over: bool) -> None:
        """Have the pointer of a button, or its own."""
        if over != (self.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor):
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor) if over else self.viewport().unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._finish_gesture()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        uid = self.layer_at(event.pos()) if by_mouse else self._document.selected
        if uid:
            self._document.select(uid)
            place = event.pos() if by_mouse else self.card_center(uid)
            CardMenu(self._commands, self).popup(self.viewport().mapToGlobal(place))

    # The keyboard.

    def event(self, event: QEvent) -> bool:
        # Else a window-wide shortcut with the same key would take it from the network.
        if event.type() == QEvent.Type.ShortcutOverride and self._on_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if command := self._on_key(event):
            command()
        else:
            super().keyPressEvent(event)

    def _on_key(self, event: QKeyEvent) -> Command | None:
        if self._gesture is not None and event.key() == Qt.Key.Key_Escape:
            return self._cancel_gesture
        return self._commands.of_key(event) or self.zoom_of_key(event)

    # Gestures.

    def _lift(self, uid: str, grip: QPoint) -> None:
        self._pressed = None
        if self._document.refuses_edits():
            self.viewport().setCursor(Qt.CursorShape.ForbiddenCursor)
        else:
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._gesture = CardDrag(self.chain, self._document, uid, self.mapToScene(grip))

    def _follow(self, pointer: QPoint) -> None:
        if self._gesture is not None:
            self._gesture.move_to(self.mapToScene(pointer))
            self._scroller.follow(pointer)

    def _finish_gesture(self) -> None:
        if gesture := self._let_go():
            gesture.drop()

    def _cancel_gesture(self) -> None:
        if gesture := self._let_go():
            gesture.cancel()

    def _let_go(self) -> Gesture | None:
        gesture, self._gesture, self._pressed = self._gesture, None, None
        self._scroller.stop()
        self.viewport().unsetCursor()
        return gesture

    def _on_chain_changed(self) -> None:
        self._cancel_gesture()
        super()._on_chain_changed()
