"""The test images that the network reads wrongly, the worst first."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plots.gallery import Gallery
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.results import words
from cnn_gui.results.reader import Reading


class MistakesTab(QWidget):
    """Pages of mistakes with what is true, what is read and how sure the network is.

    Signals:
        chosen(int): a test image, by its number.
        opened(int): a person wants to look into that test image.

    Thread: GUI.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.gallery = ElidedLabel("title"), Gallery()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.title)
        column.addWidget(self.gallery, 1)
        self.gallery.chosen.connect(self.chosen)
        self.gallery.opened.connect(self.opened)

    def show_reading(self, reading: Reading) -> None:
        """Show the mistakes of *reading*."""
        images = reading.predictions.mistakes
        text = self.tr("{0:,} mistakes, highest loss first (actual → predicted)")
        self.title.show_text(text.format(len(images)))
        empty = self.tr("Every test image is classified correctly.")
        widest = words.widest_caption(reading)
        self.gallery.show_images(images.tolist(), lambda image: words.thumb(reading, image), empty, widest)
