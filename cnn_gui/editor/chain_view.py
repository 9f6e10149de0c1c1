"""How a person sees the chain: fitted to the width, zoomed, scrolled to what is selected."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from cnn_gui import command_table, theme
from cnn_gui.command_table import Place
from cnn_gui.document import Document
from cnn_gui.editor import describe
from cnn_gui.editor.arrangement import Grid
from cnn_gui.editor.scene import ChainScene

ZOOM_RANGE = (0.5, 2.0)
_RING = 1  # px around the view, for the focus
_ZOOM_STEP = 1.1  # a notch of the wheel
_NOTCH = 120  # eighths of a degree


class ChainView(QGraphicsView):
    """Shows the document's chain and follows it; changes nothing.

    Thread: the GUI's.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._zoom = 1.0
        self.chain = ChainScene(document, self)
        self.setScene(self.chain)
        self.centerOn(0, 0)  # a view begins in the middle of its scene otherwise
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(Grid.width_for(2) + self.verticalScrollBar().sizeHint().width() + 2 * _RING, 160)
        self.setAccessibleName(self.tr("Network"))
        document.architecture_changed.connect(self._on_chain_changed)
        document.data_changed.connect(self._on_chain_changed)
        document.selection_changed.connect(self._on_selection_changed)
        document.faults.changed.connect(self._on_faults_changed)
        self._describe()

    def card_center(self, uid: str) -> QPoint:
        """Return the middle of the card of the layer *uid*, in the viewport."""
        return self.mapFromScene(self.chain.arrangement.slots[self._slot(uid)].center())

    def selected_rect(self) -> QRectF:
        """Return where the selected layer's card lies in the viewport, or all of that where none is selected."""
        card = self.chain.cards.get(self._document.selected)
        return QRectF(self.viewport().rect()) if card is None else QRectF(self.mapFromScene(card.rect()).boundingRect())

    def insertion_point(self, position: int) -> QPoint:
        """Return a point of the viewport where a dropped layer comes to *position* (0 .. layers) of the chain."""
        return self.mapFromScene(self.chain.arrangement.insertion(position).at)

    def layer_at(self, point: QPoint | QPointF) -> str:
        """Return the uid of the layer whose card is at *point* of the viewport, or ''."""
        return self.chain.layer_at(self.mapToScene(QPointF(point).toPoint()))

    @property
    def zoom(self) -> float:
        """Enlargement, within ZOOM_RANGE."""
        return self._zoom

    @property
    def _magnification(self) -> float:
        """How much larger than drawn the cards are: they grow with the chosen text size too."""
        return self._zoom * theme.text_scale()

    def zoom_to(self, zoom: float) -> None:
        """Enlarge the cards; the rows wrap anew, so that all of their width stays in sight."""
        self._zoom = min(max(zoom, ZOOM_RANGE[0]), ZOOM_RANGE[1])
        self.resetTransform()
        self.scale(self._magnification, self._magnification)
        self._fit()

    def zoom_of_key(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Return what Ctrl+0, Ctrl++ or Ctrl+- does; None for any other key."""
        plus, minus = self._zoom * _ZOOM_STEP, self._zoom / _ZOOM_STEP
        zooms = {"zoom_reset": 1.0, "zoom_in": plus, "zoom_out": minus}
        zoom = zooms.get(command_table.named(event, Place.NETWORK))
        return None if zoom is None else lambda: self.zoom_to(zoom)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self._zoom * _ZOOM_STEP ** (event.angleDelta().y() / _NOTCH))
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.chain.set_hovered("")
            self.chain.point_at(None)
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.chain.set_focused(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.chain.set_focused(False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.chain.update()
        if event.type() == QEvent.Type.FontChange:
            self.zoom_to(self._zoom)

    def _fit(self) -> None:
        self.chain.set_width(self.viewport().width() / self._magnification)

    def _slot(self, uid: str) -> int:
        return self._document.architecture.index(uid) + 1

    def _on_chain_changed(self) -> None:
        self.chain.refresh()
        self._describe()

    def _on_faults_changed(self) -> None:
        self.chain.show_state()
        self._describe()

    def _on_selection_changed(self, uid: str) -> None:
        self.chain.show_state()
        self._describe()
        if uid:
            self.ensureVisible(self.chain.area(self._slot(uid)), 0, theme.SPACE[3])

    def _describe(self) -> None:
        """Tell a screen reader what is selected."""
        self.setAccessibleDescription(describe.chain(self._document))
