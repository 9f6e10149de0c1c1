"""What dropout does: nothing outside training, and in a step of training a mask that is drawn anew each time."""

from typing import ClassVar, cast

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.linked import LinkedMosaics
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.text import short
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.dropout import DropoutConfig
from engine.trace.dropout import DropoutTrace
from engine.trace.record import LayerTrace


class DropoutView(LayerView):
    """The sample's values, the mask that the next step of training draws or a later one, and what would be left."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (DropoutConfig,)
    title: ClassVar[str] = "Mask"
    tip: ClassVar[str] = "Which values the next training step would drop"
    terms: ClassVar[tuple[str, ...]] = ("mask",)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._layer: LayerTrace | None = None
        self._trace: DropoutTrace | None = None
        self._ahead = 0  # of the next step, how many steps the one is whose mask is on show
        self.lines, self.again_button = WrappedText(6), QPushButton(self.tr("Draw another mask"))
        names = self.tr("before"), self.tr("mask"), self.tr("in a training step")
        self.maps = LinkedMosaics(names, alike=(0, 2))
        self.maps.views[1].colormap = ColorMap.INK
        self.again_button.setToolTip(self.tr("The mask of the step after it: each training step draws its own"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.lines)
        column.addWidget(self.maps, 1)
        column.addWidget(self.again_button)
        self.maps.pointed.connect(self._write)
        self.again_button.clicked.connect(self._on_again)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        if self._frame is not None and frame.next_key != self._frame.next_key:
            self._ahead = 0
        self._frame, self._layer = frame, layer
        seed, step = frame.next_key
        self._trace = DropoutTrace(layer, frame.index, (seed, step + self._ahead))
        self.maps.show_values(layer.input, self._trace.mask, self._trace.output, titles=frame.channels.names)
        self._write()

    def _on_again(self) -> None:
        self._ahead += 1
        if self._frame is not None:
            self.show_frame(self._frame)

    def _write(self) -> None:
        if self._frame is None or self._trace is None or self._layer is None:
            return
        lines = [self._sentence(self._frame, self._trace, self._layer)]
        index = self.maps.index()
        if index is not None:
            mask = float(self._trace.mask[index])
            word = self.tr("kept") if mask else self.tr("dropped")
            numbers = short(self._layer.input[index]), short(mask), short(self._trace.output[index])
            lines.append(self.tr("{0}, {1}: {2} × {3} = {4}").format(self.maps.where(), word, *numbers))
        self.lines.show_lines(lines)

    def _sentence(self, frame: Frame, trace: DropoutTrace, layer: LayerTrace) -> str:
        rate, count = cast(DropoutConfig, layer.spec.config).rate, layer.input.size
        text = self.tr(
            "Outside training nothing is dropped. The mask of step {0:,} for the first sample of its mini-batch would"
            " drop {1:,} of {2:,} values ({3:.1f} %; the rate is {4:g} %) and multiply the others by"
            " 1 / (1 − {5:g}) = {6}, so that their mean stays."
        )
        step, share = frame.step + 1 + self._ahead, 100 * trace.dropped / count
        return text.format(step, trace.dropped, count, share, 100 * rate, rate, short(1 / (1 - rate)))
