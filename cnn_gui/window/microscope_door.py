"""How the microscope opens in the place of the network, and closes."""

from PySide6.QtCore import QObject, QRectF, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from cnn_gui.editor.canvas import NetworkCanvas
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.microscope import Microscope
from cnn_gui.lens.panel import LensPanel
from cnn_gui.window.zoom import Zoom, place_in

NETWORK, INSIDE = 0, 1  # the pages of the middle of the window


class MicroscopeDoor(QObject):
    """Opens the microscope for the selected layer, and gives it and the cards of the network the lens's frames.

    Thread: the GUI's.
    """

    def __init__(
        self, canvas: NetworkCanvas, lens: LensPanel, microscope: Microscope, middle: QStackedWidget, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._canvas, self._lens, self._microscope, self._middle = canvas, lens, microscope, middle
        self._zoom = Zoom(parent)
        middle.currentChanged.connect(lambda page: lens.inside_button.setVisible(page != INSIDE))
        canvas.opened.connect(self._open)
        lens.opened.connect(self._open)
        lens.why_wanted.connect(self._explain)
        lens.framed.connect(microscope.show_frame)
        lens.framed.connect(self._show_maps)
        microscope.frame_wanted.connect(lens.renew)
        microscope.left.connect(self._close)
        microscope.scale_chosen.connect(lens.set_scale)

    @Slot(object)
    def _show_maps(self, frame: Frame) -> None:
        if self._canvas.isVisible():
            self._canvas.chain.show_values(frame.values or (), frame.ranges)

    @Slot()
    def _open(self) -> None:
        start = self._card_place()
        self._middle.setCurrentIndex(INSIDE)
        self._zoom.go(start, self._page_place, inward=True)

    @Slot(str)
    def show_faults(self, uid: str) -> None:
        """Open the layer *uid* where its deliberate faults are switched."""
        self._microscope.show_faults(uid)
        self._open()

    @Slot()
    def _explain(self) -> None:
        self._microscope.explain()
        self._open()

    @Slot()
    def _close(self) -> None:
        start = self._page_place()
        self._middle.setCurrentIndex(NETWORK)
        self._zoom.go(start, self._card_place, inward=False)
        self._canvas.setFocus()
        self._lens.renew()

    def _card_place(self) -> QRectF:
        return place_in(self._zoom.parentWidget(), self._canvas.viewport(), self._canvas.selected_rect())

    def _page_place(self) -> QRectF:
        return place_in(self._zoom.parentWidget(), self._microscope)
