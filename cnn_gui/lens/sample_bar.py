"""Which image the lens looks through: a test image by its number, or the drawing."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QToolButton, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.picture import Picture
from cnn_gui.plots.labels import ElidedLabel

_NUMBER_WIDTH = 75  # px: "#9999" fits


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
        self.picture, self.entry, self.entry_label = Picture(), Picture(), QLabel(self.tr("Layer\ninput"))
        self.number, self.verdict = QSpinBox(prefix="#"), ElidedLabel("muted")
        self.previous_button, self.next_button, self.random_button = QToolButton(), QToolButton(), QToolButton()
        self.back_button = QPushButton()
        self._explain()
        self._arrange()
        self._dress()
        self.show_choice(0, 0, given=False)
        self.number.valueChanged.connect(self.chosen)
        self.back_button.clicked.connect(lambda: self.chosen.emit(self.number.value()))
        self.previous_button.clicked.connect(lambda: self.number.stepBy(-1))
        self.next_button.clicked.connect(lambda: self.number.stepBy(1))
        self.random_button.clicked.connect(self.random_wanted)

    def show_choice(self, index: int, images: int, given: bool) -> None:
        """Say which of so many test images is chosen, and whether a *given* image is on show instead."""
        self.number.blockSignals(True)
        self.number.setRange(0, max(0, images - 1))
        self.number.setValue(index)
        self.number.blockSignals(False)
        self.back_button.setText(self.tr("Back to test image {0}").format(index))
        self.back_button.setAccessibleName(self.back_button.text())
        for control in (self.number, self.previous_button, self.next_button, self.random_button):
            control.setVisible(not given)
            control.setEnabled(images > 0)
        self.back_button.setVisible(given and images > 0)

    def show_frame(self, frame: Frame) -> None:
        """Show the image of *frame*, what the network reads in it, and the input of its layer."""
        self.verdict.show_text(self._verdict(frame))
        self.picture.setVisible(frame.sample is not None)
        if frame.sample is not None:
            self.picture.show_image(frame.sample.image, self.tr("The image: {0}").format(frame.sample.title))
        inner = frame.values is not None and frame.index > 0  # the first layer's input is the image
        self.entry.setVisible(inner)
        self._fit()
        if frame.values is not None and inner:
            self.entry.show_values(frame.values[frame.index], self.tr("What enters {0}").format(frame.title()))

    def _verdict(self, frame: Frame) -> str:
        """Return 'Is 7, read as 7 (99.8 %)', or as much of it as is known."""
        if frame.sample is None:
            return ""
        label, title = frame.sample.label, frame.sample.title
        known = title[:1].upper() + title[1:] if label is None else self.tr("Is {0}").format(frame.class_name(label))
        parts = [known]
        if frame.prediction is not None:
            best, share = frame.prediction
            text = (
                self.tr("read as {0} ({1:.1f} %)")
                if label in (None, best)
                else self.tr("wrongly read as {0} ({1:.1f} %)")
            )
            parts.append(text.format(frame.class_name(best), 100 * share))
        return ", ".join(parts)

    def minimumSizeHint(self) -> QSize:
        # Without the words beside the entry, which would otherwise keep the bar from becoming too narrow for them.
        return super().minimumSizeHint() - QSize(0 if self.entry_label.isHidden() else self._words_width(), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _explain(self) -> None:
        for control, name, tip in (
            (self.number, self.tr("Number of the test image"), self.tr("Which image of the test set (Up, Down)")),
            (self.previous_button, self.tr("Previous test image"), self.tr("Previous test image (Down in the box)")),
            (self.next_button, self.tr("Next test image"), self.tr("Next test image (Up in the box)")),
            (self.random_button, self.tr("Random test image"), self.tr("Any image of the test set")),
        ):
            control.setAccessibleName(name)
            control.setToolTip(tip)
        self.back_button.setToolTip(self.tr("Look at a test image instead"))

    def _arrange(self) -> None:
        self.number.setFixedWidth(_NUMBER_WIDTH)
        self.entry_label.setProperty("role", "muted")
        self.entry_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        choice, text, row = QHBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        for control in (self.number, self.previous_button, self.next_button, self.random_button):
            choice.addWidget(control)
        choice.addWidget(self.back_button)
        choice.addStretch(1)
        text.addLayout(choice)
        text.addWidget(self.verdict)
        row.addWidget(self.picture)
        row.addLayout(text, 1)
        row.addWidget(self.entry_label)
        row.addWidget(self.entry)
        for layout, space in ((choice, theme.SPACE[0]), (text, theme.SPACE[0]), (row, theme.SPACE[1])):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space)

    def _fit(self) -> None:
        """Say what the entry is where there is room for words."""
        room = self.width() - self.minimumSizeHint().width()
        self.entry_label.setVisible(not self.entry.isHidden() and room >= self._words_width())

    def _words_width(self) -> int:
        return self.entry_label.sizeHint().width() + theme.SPACE[1]

    def _dress(self) -> None:
        scheme = theme.tokens(self.palette())
        icons = (self.previous_button, "previous"), (self.next_button, "next"), (self.random_button, "random")
        for button, name in icons:
            button.setIcon(theme.icon(name, scheme.text))
