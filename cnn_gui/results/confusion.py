"""The confusion matrix of the test set, and the images of one of its cells."""

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plots.confusion_layout import Cell
from cnn_gui.plots.confusion_view import ConfusionView
from cnn_gui.plots.gallery import Gallery
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.results import words
from cnn_gui.results.reader import Reading


class ConfusionTab(QWidget):
    """A click on a cell shows its images, a click on one of them chooses it, a double click opens it. Until a cell is
    chosen, the images of the most frequent confusion are on show.

    Signals:
        chosen(int): a test image, by its number.
        opened(int): a person wants to look into that test image.

    Thread: GUI.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading | None = None
        self.matrix, self.title, self.gallery = ConfusionView(), ElidedLabel("title"), Gallery()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.matrix, 5)
        column.addWidget(self.title)
        column.addWidget(self.gallery, 2)
        self.matrix.chosen.connect(self._show_cell)
        self.gallery.chosen.connect(self.chosen)
        self.gallery.opened.connect(self.opened)

    def show_reading(self, reading: Reading) -> None:
        """Show what is confused in *reading*; the chosen cell stays."""
        self._reading = reading
        found = reading.predictions
        self.matrix.show_counts(
            found.confusion, found.recall, found.precision, reading.subject.dataset.class_names
        )  # fmt: skip
        if self.matrix.cell is not None:
            self._show_cell(*self.matrix.cell)
        elif (worst := most_frequent(found.confusion)) is not None:
            self.title.show_text(words.most_frequent(reading, *worst))
            self._show_images(reading, *worst)
        else:
            self.title.show_text("")
            nothing = self.tr("Every test image is classified correctly. Click a cell to see its images.")
            self.gallery.show_images([], lambda image: words.thumb(reading, image), nothing)

    def _show_cell(self, actual: int, predicted: int) -> None:
        if (reading := self._reading) is not None:
            self.title.show_text(words.cell(reading, actual, predicted))
            self._show_images(reading, actual, predicted)

    def _show_images(self, reading: Reading, actual: int, predicted: int) -> None:
        nothing = self.tr("No image here. Click a cell with a number to see its images.")
        images, widest = reading.predictions.cell(actual, predicted), words.widest_caption(reading)
        self.gallery.show_images(images.tolist(), lambda image: words.thumb(reading, image), nothing, widest)


def most_frequent(counts: np.ndarray) -> Cell | None:
    """Return the cell of the mistake that is made most often; None where there is none."""
    mistakes = counts - np.diag(counts.diagonal())
    row, column = np.unravel_index(mistakes.argmax(), counts.shape)
    return (int(row), int(column)) if mistakes[row, column] else None
