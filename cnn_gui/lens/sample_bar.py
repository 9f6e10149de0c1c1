"""Which image the lens looks through: a test image by its number, or the drawing."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QToolButton, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.picture import Picture
from cnn_gui.plots.labels import ElidedLabel


class SampleBar(QWidget):
    """The image, a box with its number, what it is and what the network reads, and what enters the layer.

    Signals:
        chosen(int): a person asked for the test image of that number.
        random_wanted(): a person asked for any test image.

    Thread: GUI.
    """

    chosen = Signal(int)
    random_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.entry = Picture(), Picture()
        self.title, self.verdict = QLabel(), ElidedLabel("muted")
        self.number = QSpinBox()
        self.previous_button, self.next_button, self.random_button = QToolButton(), QToolButton(), QToolButton()
        self.back_button = QPushButton(self.tr("Back to the test images"))
        self._explain()
        self._arrange()
        self._dress()
        self.show_choice(0, 0, "")
        self.number.valueChanged.connect(self.chosen)
        self.back_button.clicked.connect(lambda: self.chosen.emit(self.number.value()))
        self.previous_button.clicked.connect(lambda: self.number.stepBy(-1))
        self.next_button.clicked.connect(lambda: self.number.stepBy(1))
        self.random_button.clicked.connect(self.random_wanted)

    def show_choice(self, index: int, images: int, other: str) -> None:
        """Say which of so many test images is chosen; *other* is the title of an image that is shown instead."""
        self.number.blockSignals(True)
        self.number.setRange(0, max(0, images - 1))
        self.number.setValue(index)
        self.number.blockSignals(False)
        self.title.setText(other or self.tr("Test image"))
        for control in (self.number, self.previous_button, self.next_button, self.random_button):
            control.setVisible(not other)
            control.setEnabled(images > 0)
        self.back_button.setVisible(bool(other) and images > 0)

    def show_frame(self, frame: Frame) -> None:
        """Show the image of *frame*, what the network reads in it, and the input of its layer."""
        self.verdict.show_text(self._verdict(frame))
        self.picture.setVisible(frame.sample is not None)
        if frame.sample is not None:
            self.picture.show_image(frame.sample.image, self.tr("The image: {0}").format(frame.sample.title))
        inner = frame.values is not None and frame.index > 0  # the first layer's input is the image
        self.entry.setVisible(inner)
        if frame.values is not None and inner:
            self.entry.show_values(frame.values[frame.index], self.tr("What enters {0}").format(frame.title()))

    def _verdict(self, frame: Frame) -> str:
        """Return 'a 7, read as 7 (99.8 %)', or as much of it as is known."""
        parts = []
        if frame.sample is not None and frame.sample.label is not None:
            parts.append(self.tr("is {0}").format(frame.class_name(frame.sample.label)))
        if frame.prediction is not None:
            best, share = frame.prediction
            percent = self.locale().toString(100 * share, "f", 1)
            parts.append(self.tr("read as {0} ({1} %)").format(frame.class_name(best), percent))
        return ", ".join(parts)
