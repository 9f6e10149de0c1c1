"""How the test set opens in the place of the network, and what an image that is chosen there means."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QStackedWidget

from cnn_gui.lens.choice import Choice, ImageSet
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
        self._results, self._lens, self._middle = results, lens, middle
        results.left.connect(self._close)
        results.chosen.connect(lens.choose)
        results.opened.connect(self._look_into)
        lens.sample_requested.connect(self._on_sample_requested)

    @Slot()
    def open(self) -> None:
        """Show the test set."""
        self._middle.setCurrentIndex(TESTED)

    @Slot()
    def _close(self) -> None:
        self._middle.setCurrentIndex(NETWORK)

    @Slot(int)
    def _look_into(self, image: int) -> None:
        self._lens.choose(image)
        self._lens.why_wanted.emit()

    @Slot(object)
    def _on_sample_requested(self, choice: Choice) -> None:
        self._results.show_chosen(choice.number if choice.which is ImageSet.TEST else None)
