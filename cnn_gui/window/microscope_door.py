"""How the microscope opens in the place of the network, and closes."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QStackedWidget

from cnn_gui.editor.canvas import NetworkCanvas
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.microscope import Microscope
from cnn_gui.lens.panel import LensPanel

NETWORK, INSIDE = 0, 1  # the pages of the middle of the window


class MicroscopeDoor(QObject):
    """Opens the microscope for the selected layer, and gives it and the cards of the network the lens's frames.

    Thread: the GUI's.
    """

    def __init__(
        self, canvas: NetworkCanvas, lens: LensPanel, microscope: Microscope, middle: QStackedWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._canvas, self._lens, self._microscope, self._middle = canvas, lens, microscope, middle
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
        self._middle.setCurrentIndex(INSIDE)

    @Slot()
    def _explain(self) -> None:
        self._microscope.explain()
        self._open()

    @Slot()
    def _close(self) -> None:
        self._middle.setCurrentIndex(NETWORK)
        self._canvas.setFocus()
        self._lens.renew()
