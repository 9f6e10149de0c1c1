"""The confusion matrix of the test set, and the images of one of its cells."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plots.confusion_view import ConfusionView
from cnn_gui.plots.gallery import Gallery
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.results import words
from cnn_gui.results.reader import Reading


class ConfusionTab(QWidget):
    """A click on a cell shows its images, a click on one of them chooses it.

    Signals:
        chosen(int): a test image, by its number.

    Thread: GUI.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading | None = None
        self.matrix, self.title, self.gallery = ConfusionView(), ElidedLabel("title"), Gallery()
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
        area.setWidget(self.matrix)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(area, 5)
        column.addWidget(self.title)
        column.addWidget(self.gallery, 3)
        self.matrix.chosen.connect(self._show_cell)
        self.gallery.chosen.connect(self.chosen)

    def show_reading(self, reading: Reading) -> None:
        """Show what is confused in *reading*; the chosen cell stays, or else begins as the worst confusion."""
        self._reading = reading
        found = reading.predictions
        self.matrix.show_counts(found.confusion, found.recall, reading.subject.dataset.class_names)
        if self.matrix.cell is None:
            self.matrix.show_cell(_worst(found.confusion))
        self._show_cell(*self.matrix.cell)

    def _show_cell(self, label: int, read: int) -> None:
        if (reading := self._reading) is not None:
            self.title.show_text(words.cell(reading, label, read))
            empty = self.tr("No image here. Click a cell with a number to see its images.")
            images = reading.predictions.cell(label, read)
            widest = words.widest_caption(reading)
            self.gallery.show_images(images.tolist(), lambda image: words.thumb(reading, image), empty, widest)


def _worst(counts: np.ndarray) -> tuple[int, int]:
    """Return the cell of the mistake that is made most often; the first cell where there is none."""
    mistakes = counts - np.diag(counts.diagonal())
    row, column = np.unravel_index(mistakes.argmax(), counts.shape)
    return int(row), int(column)
