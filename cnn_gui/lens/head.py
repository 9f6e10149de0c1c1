"""Above the pages of the microscope: the way back, the network, which layer is open, and what its pictures are of."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from cnn_gui import command_table, theme
from cnn_gui.available import set_obstacle
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.layer_strip import LayerStrip
from cnn_gui.lens.trail import Trail
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.ranges import Scale


class Head(QWidget):
    """Two rows: the network with the open layer, then its name, the way down to a detail, sample, step and settings.

    Signals:
        left(): a person goes back to the network.
        layer_wanted(str): a person wants to open the layer of that uid.
        scale_chosen(Scale): a person wants the colours of the pictures to reach that far.
        explanation_wanted(): a person wants to know what the page shows.

    Thread: GUI.
    """

    left = Signal()
    layer_wanted = Signal(str)
    scale_chosen = Signal(object)
    explanation_wanted = Signal()

    def __init__(self, export_button: QToolButton, parent: QWidget | None = None) -> None:
        """*export_button*: what else there is to do with what is on show."""
        super().__init__(parent)
        self._frame: Frame | None = None
        self.back_button, self.heading = QPushButton(self.tr("Network")), PlainLabel()
        self.about, self.scale = ElidedLabel("muted"), QComboBox()
        self.previous_button, self.next_button, self.strip = QToolButton(), QToolButton(), LayerStrip()
        self.words_button, self.trail = QToolButton(), Trail()
        self._explain()
        self._arrange(export_button)
        self._dress()
        self.back_button.clicked.connect(self.left)
        self.previous_button.clicked.connect(lambda: self._go(-1))
        self.next_button.clicked.connect(lambda: self._go(1))
        self.strip.chosen.connect(self.layer_wanted)
        self.words_button.clicked.connect(self.explanation_wanted)
        self.scale.activated.connect(lambda place: self.scale_chosen.emit(Scale(place)))

    def show_frame(self, frame: Frame) -> None:
        """Say what *frame* is of."""
        self._frame = frame
        sample = frame.sample.whole_title if frame.sample else ""
        self.heading.setText(frame.title())
        self.about.show_text(" · ".join(filter(None, (sample, frame.moment(), frame.about()))))
        self.strip.show_layers(frame.architecture, frame.index, frame.warnings)
        last = len(frame.architecture.layers) - 1
        set_obstacle(self.previous_button, "" if frame.index > 0 else self.tr("This is the first layer."))
        set_obstacle(self.next_button, "" if 0 <= frame.index < last else self.tr("This is the last layer."))
        self.scale.setCurrentIndex(frame.ranges.scale.value)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _go(self, by: int) -> None:
        if self._frame is not None:
            self.layer_wanted.emit(self._frame.architecture.layers[self._frame.index + by].uid)

    def _explain(self) -> None:
        self.back_button.setToolTip(command_table.with_key(self.tr("Back to the network"), "page_up"))
        for button, name in (
            (self.previous_button, self.tr("The layer before")), (self.next_button, self.tr("The layer after")),
            (self.words_button, self.tr("What this page shows, with an explanation of its terms")),
        ):  # fmt: skip
            button.setAccessibleName(name)
            button.setToolTip(name)
        self.scale.addItems([self.tr("Colours per map"), self.tr("Colours per layer"), self.tr("Colours per network")])
        self.scale.setCurrentIndex(Scale.LAYER.value)
        self.scale.setAccessibleName(self.tr("Colour range"))
        self.scale.setToolTip(
            self.tr("Where equal values have equal colours: within each map, within a layer, or in the whole network")
        )
        self.heading.setProperty("role", "heading")

    def _arrange(self, export_button: QToolButton) -> None:
        above, below, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        for part in (self.back_button, self.previous_button, self.strip, self.next_button):
            above.addWidget(part, part is self.strip)
        for part in (self.heading, self.trail, self.about, self.scale, export_button, self.words_button):
            below.addWidget(part, part is self.about)
        column.setContentsMargins(0, 0, 0, 0)
        for layout in (above, below, column):
            layout.setSpacing(theme.SPACE[1])
        column.addLayout(above)
        column.addLayout(below)

    def _dress(self) -> None:
        scheme = theme.tokens(self.palette())
        self.back_button.setIcon(theme.icon("previous", scheme.text))
        self.previous_button.setIcon(theme.icon("previous", scheme.text))
        self.next_button.setIcon(theme.icon("next", scheme.text))
        self.words_button.setIcon(theme.icon("info", scheme.text))
