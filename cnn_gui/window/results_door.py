"""How the test set opens in the place of the network, and what an image that is chosen there means."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QStackedWidget

from cnn_gui.lens.panel import LensPanel
from cnn_gui.results.page import ResultsPage
from cnn_gui.window.microscope_door import NETWORK

TESTED = 2  # the page of the middle of the window


class ResultsDoor(QObject):
    """Opens the page of the test set; an image that is chosen there becomes the lens's sample.

    Thread: the GUI's.
    """

    def __init__(self, results: ResultsPage, lens: LensPanel, middle: QStackedWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._middle = middle
        results.left.connect(self._close)
        results.chosen.connect(lens.choose)
        lens.sample_requested.connect(results.show_chosen)

    @Slot()
    def open(self) -> None:
        """Show the test set."""
        self._middle.setCurrentIndex(TESTED)

    @Slot()
    def _close(self) -> None:
        self._middle.setCurrentIndex(NETWORK)
