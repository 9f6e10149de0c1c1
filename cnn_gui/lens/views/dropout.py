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

_SEED = 0  # of the masks on show: any will do


class DropoutView(LayerView):
    """The sample's values, the mask that a training step could draw, and what would be left."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (DropoutConfig,)
    title: ClassVar[str] = "Mask"
    tip: ClassVar[str] = "Which values a step of training would leave out"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._layer: LayerTrace | None = None
        self._trace: DropoutTrace | None = None
        self._draw = 0
        self.lines, self.again_button = WrappedText(6), QPushButton(self.tr("Draw another mask"))
        self.maps = LinkedMosaics((self.tr("before"), self.tr("mask"), self.tr("in a step of training")))
        self.maps.views[1].colormap = ColorMap.INK
        self.again_button.setToolTip(self.tr("Each step of training draws one of its own"))
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
        self._frame, self._layer = frame, layer
        self._trace = DropoutTrace(layer, frame.index, (_SEED, self._draw))
        self.maps.show_values(layer.input, self._trace.mask, self._trace.output)
        self._write()

    def _on_again(self) -> None:
        self._draw += 1
        if self._frame is not None:
            self.show_frame(self._frame)

    def _write(self) -> None:
        if self._trace is None or self._layer is None:
            return
        rate, count = cast(DropoutConfig, self._layer.spec.config).rate, self._layer.input.size
        text = self.tr(
            "Outside training nothing is dropped. In a step of training this mask would drop {0:,} of {1:,} values"
            " ({2:.1f} %; the rate is {3:g} %) and multiply the others by 1 / (1 − {4:g}) = {5}, so that their mean"
            " stays."
        )
        share = 100 * self._trace.dropped / count
        lines = [text.format(self._trace.dropped, count, share, 100 * rate, rate, short(1 / (1 - rate)))]
        index = self.maps.index()
        if index is not None:
            mask = float(self._trace.mask[index])
            word = self.tr("kept") if mask else self.tr("dropped")
            numbers = short(self._layer.input[index]), short(mask), short(self._trace.output[index])
            lines.append(self.tr("{0}, {1}: {2} × {3} = {4}").format(self.maps.where(), word, *numbers))
        self.lines.show_lines(lines)
