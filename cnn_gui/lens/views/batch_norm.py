"""What batch norm does to a sample: the mean and the variance of each channel taken out, a scale and a shift put in."""

from typing import ClassVar

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.linked import LinkedMosaics
from cnn_gui.lens.view import LayerView
from cnn_gui.plots import addition
from cnn_gui.plots.addition import Addend
from cnn_gui.plots.bar_column import Column
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.text import short, term
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.batch_norm import BatchNormConfig
from engine.trace.batch_norm import BatchNormTrace
from engine.trace.record import LayerTrace


class BatchNormView(LayerView):
    """Before, normalised, after, side by side; below them what each channel has learned."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (BatchNormConfig,)
    title: ClassVar[str] = "Normalisation"
    tip: ClassVar[str] = "What batch norm does to each value of the sample"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = Channels()
        self._layer: LayerTrace | None = None
        self._trace: BatchNormTrace | None = None
        self.maps = LinkedMosaics((self.tr("before: x"), self.tr("normalised: z"), self.tr("after: y")))
        self.lines, self.table = WrappedText(5), BarTable()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.maps, 3)
        column.addWidget(self.lines)
        column.addWidget(self.table, 2)
        self.maps.pointed.connect(self._write)
        self.table.pointed.connect(self._write)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._layer, self._trace, self._channels = layer, BatchNormTrace(layer), frame.channels
        trace = self._trace
        columns = (
            (self.tr("mean"), trace.mean), (self.tr("variance"), trace.variance),
            (self.tr("√(variance + ε)"), trace.deviation), (self.tr("scale"), trace.scale),
            (self.tr("shift"), trace.shift),
        )  # fmt: skip
        title = self.tr("unit") if layer.input.ndim == 1 else self.tr("channel")
        names = Column(title, trace.mean, text=self._name, widest=Channels().title(9999), name=True)
        with QSignalBlocker(self.table):  # first: whoever hears of the maps reads the table's row
            self.table.show_columns([names, *(Column(*each) for each in columns)], self.tr("channels"))
        self.maps.show_values(layer.input, trace.normalised, layer.output, titles=frame.channels.names)
        self._write()

    def _write(self) -> None:
        if self._trace is None:
            return
        index = self.maps.index()
        self.table.mark([] if index is None else [index[0]])
        if index is not None:
            lines = [self._value(index)]
        elif self.table.spot is not None:
            lines = [self._channel(self.table.spot)]
        else:
            lines = [self.tr("z = (x − mean) / √(variance + ε), y = scale · z + shift, for each channel on its own.")]
        self.lines.show_lines([*lines, self._whence()])

    def _value(self, index: tuple[int, ...]) -> str:
        """Return how one value comes about."""
        assert self._trace is not None and self._layer is not None
        trace, c, z = self._trace, index[0], float(self._trace.normalised[index])
        normalised = self.tr("{0}: z = ({1} − {2}) / √({3} + {4}) = {5}").format(
            self.maps.where(),
            short(self._layer.input[index]),
            term(trace.mean[c]),
            short(trace.variance[c]),
            short(trace.epsilon),
            short(z),
        )
        product = self.tr("; y = {0} · {1} + {2}").format(term(trace.scale[c]), term(z), term(trace.shift[c]))
        addends = Addend(float(trace.scale[c]) * z), Addend(float(trace.shift[c]))
        return normalised + addition.equation(product, addends, float(self._layer.output[index]))

    def _channel(self, c: int) -> str:
        """Return what happens to each value of a channel."""
        assert self._trace is not None
        trace = self._trace
        slope, rest = trace.line
        numbers = term(trace.scale[c]), term(trace.mean[c]), short(trace.deviation[c]), term(trace.shift[c])
        whole = short(slope[c]), term(rest[c])
        text = self.tr("{0}: y = {1} (x − {2}) / {3} + {4} = {5} x + {6}")
        return text.format(self._name(c), *numbers, *whole)

    def _whence(self) -> str:
        return self.tr(
            "Outside training, the running mean and variance are used, which training accumulates; a "
            "training step uses those of its mini-batch."
        )

    def _name(self, row: int) -> str:
        vector = self._layer is not None and self._layer.input.ndim == 1
        return self.tr("unit {0}").format(row) if vector else self._channels.title(row)
