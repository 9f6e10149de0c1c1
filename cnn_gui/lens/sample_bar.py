"""Which image the lens looks through: one of a set by its number, or the drawing."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.available import set_obstacle
from cnn_gui.lens.choice import Choice, ImageSet
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.picture import Picture
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.page_bar import PageBar
from cnn_gui.typed_numbers import WholeBox

_NUMBER_WIDTH = 84  # px: "#59999" fits


class SampleBar(QWidget):
    """The image, its set and a box with its number, what enters the layer, what it is and what the network reads.

    Signals:
        set_chosen(ImageSet), number_chosen(int): as named; of the image in the set.
        random_wanted(): a person asked for any image of the set.
        data_wanted(): a person asked for the image of the data in the place of the drawing.

    Thread: GUI.
    """

    set_chosen = Signal(object)
    number_chosen = Signal(int)
    random_wanted = Signal()
    data_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture, self.entry, self.entry_label = Picture(), Picture(), PlainLabel(self.tr("Layer\ninput"))
        self.sets, self.number, self.verdict = PageBar(), WholeBox(prefix="#"), ElidedLabel("muted")
        self.previous_button, self.next_button, self.random_button = QToolButton(), QToolButton(), QToolButton()
        self.back_button = QPushButton()
        self._explain()
        self._arrange()
        self._dress()
        self.show_choice(Choice(), (0,) * len(ImageSet), given=False)
        self.sets.chosen.connect(lambda row: self.set_chosen.emit(ImageSet(row)))
        self.number.valueChanged.connect(self.number_chosen)
        self.back_button.clicked.connect(self.data_wanted)
        self.previous_button.clicked.connect(lambda: self.number.stepBy(-1))
        self.next_button.clicked.connect(lambda: self.number.stepBy(1))
        self.random_button.clicked.connect(self.random_wanted)

    def show_choice(self, choice: Choice, sizes: tuple[int, ...], given: bool) -> None:
        """Say which image is chosen of sets with so many, and whether a *given* image is on show instead."""
        images = sizes[choice.which]
        self.sets.show_page(choice.which)
        for button, size in zip(self.sets.buttons, sizes, strict=True):
            set_obstacle(button, "" if size > 0 else self.tr("The data has no images there."))
        self.number.blockSignals(True)
        self.number.setRange(0, max(0, images - 1))
        self.number.setValue(choice.number)
        self.number.blockSignals(False)
        self.back_button.setText(self.tr("Back to\n{0}").format(choice.title))
        self.back_button.setAccessibleName(self.tr("Back to {0}").format(choice.title))
        for control in (self.number, self.previous_button, self.next_button, self.random_button):
            control.setVisible(not given)
            set_obstacle(control, "" if images > 0 else self.tr("There are no images yet."))
        self.sets.setVisible(not given)
        self.back_button.setVisible(given and images > 0)

    def show_frame(self, frame: Frame) -> None:
        """Show the image of *frame*, what the network reads in it, and the input of its layer."""
        self.verdict.show_text(self._verdict(frame))
        self.picture.setVisible(frame.sample is not None)
        if frame.sample is not None:
            self.picture.show_image(frame.sample.image, self.tr("The image: {0}").format(frame.sample.whole_title))
        inner = frame.values is not None and frame.index > 0  # the first layer's input is the image
        self.entry.setVisible(inner)
        self._fit()
        if frame.values is not None and inner:
            self.entry.show_values(frame.values[frame.index], self.tr("What enters {0}").format(frame.title()))

    def _verdict(self, frame: Frame) -> str:
        """Return 'Actual 7, predicted 7 (99.8 %), held out for validation', or as much of it as is so."""
        if frame.sample is None:
            return ""
        label, title = frame.sample.label, frame.sample.title
        known = (
            title[:1].upper() + title[1:] if label is None else self.tr("Actual {0}").format(frame.class_name(label))
        )
        parts = [known]
        if frame.prediction is not None:
            best, share = frame.prediction
            text = (
                self.tr("predicted {0} ({1:.1f} %)")
                if label in (None, best)
                else self.tr("misclassified as {0} ({1:.1f} %)")
            )
            parts.append(text.format(frame.class_name(best), 100 * share))
        if frame.sample.held_out:
            parts.append(self.tr("held out for validation"))
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
        self.sets.setAccessibleName(self.tr("Set of images"))
        self.sets.set_pages([
            (self.tr("Test"), self.tr("Images that the network is never trained on")),
            (self.tr("Training"), self.tr("The images that the network is trained on, except those held out"
                " for validation")),
        ])  # fmt: skip
        theme.follow_text_size(self.sets, lambda: self.sets.setMinimumWidth(self.sets.whole_width))
        for control, name, tip in (
            (self.number, self.tr("Number of the image"), self.tr("Which image of the set (Up, Down)")),
            (self.previous_button, self.tr("Previous image"), self.tr("Previous image (Down in the box)")),
            (self.next_button, self.tr("Next image"), self.tr("Next image (Up in the box)")),
            (self.random_button, self.tr("Random image"), self.tr("Any image of the set")),
        ):
            control.setAccessibleName(name)
            control.setToolTip(tip)
        self.back_button.setToolTip(self.tr("Look at an image of the data instead"))

    def _arrange(self) -> None:
        theme.follow_text_size(self.number, lambda: self.number.setFixedWidth(theme.scaled(_NUMBER_WIDTH)))
        theme.indent_numbers(self.number)
        self.entry_label.setProperty("role", "muted")
        self.entry_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        choice, row, column = QGridLayout(), QHBoxLayout(), QVBoxLayout(self)
        choice.addWidget(self.sets, 0, 0, 1, 2)
        for place, control in enumerate((self.number, self.previous_button, self.next_button)):
            choice.addWidget(control, 1, place)
        choice.addWidget(self.random_button, 0, 2)
        for control in (self.picture, self.back_button):
            row.addWidget(control)
        row.addLayout(choice)
        row.addStretch(1)
        row.addWidget(self.entry_label)
        row.addWidget(self.entry)
        column.addLayout(row)
        column.addWidget(self.verdict)
        for layout, space in ((choice, theme.SPACE[0]), (row, theme.SPACE[1]), (column, theme.SPACE[0])):
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
