"""The gradient of one kernel of a convolution: the trimmed input under the dilated dC/dO."""

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward import words
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.step.lane import Face
from cnn_gui.lens.step.view import StepView
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import lanes
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.trace.convolution import ConvolutionTrace, largest_difference
from engine.trace.record import LayerTrace


class WeightGradientView(LayerView):
    """dC/dW of a filter's kernel for one input channel, step by step, and beside the kernel.

    Attributes:
        difference: the largest one between all of these dC/dW and that which training uses.

    Thread: GUI.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig,)
    title: ClassVar[str] = "dC/dW"
    tip: ClassVar[str] = "How the gradient of each kernel is made: the trimmed input under the dilated dC/dO"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer: LayerTrace | None = None
        self.difference = 0.0
        self.sentence, self.steps = WrappedText(4), StepView()
        self.filter, self.channel = QSpinBox(), QSpinBox()
        self.filter_label, self.channel_label = QLabel(), QLabel()
        self.kernel, self.training = GridView(), WrappedText(3, small=True)
        self._arrange()
        self.filter.valueChanged.connect(self._on_filter_changed)
        self.channel.valueChanged.connect(self._show)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._layer = layer
        filters = len(layer.output)
        self.filter.blockSignals(True)
        self.filter.setRange(0, filters - 1)
        self.filter.blockSignals(False)
        self.filter_label.setText(self.tr("Filter (of {0})").format(filters))
        self._on_filter_changed()

    def _on_filter_changed(self) -> None:
        """Offer the channels that the filter reads, and show."""
        if self._layer is None:
            return
        channels = ConvolutionTrace(self._layer).channels(self.filter.value())
        self.channel.blockSignals(True)
        self.channel.setRange(channels.start, channels.stop - 1)
        self.channel.blockSignals(False)
        self.channel_label.setText(self.tr("Channel (of {0})").format(channels.stop - channels.start))
        self._show()

    def _show(self) -> None:
        if self._layer is None:
            return
        trace, gradients = ConvolutionTrace(self._layer), self._layer.gradients["weight"]
        f, channel = self.filter.value(), self.channel.value()
        k = channel - trace.channels(f).start
        lane = lanes.weight_gradient(trace, f, channel)
        self.steps.show_lane(lane)
        kernel = Face.of(self.tr("kernel {0}, {1}").format(f, channel), ColorMap.WEIGHTS, trace.weight)
        self.kernel.show_grid(kernel.grid(trace.weight[f, k]))
        self.difference = largest_difference(lane.correlation.output, gradients[f, k])
        self.sentence.show_lines([words.trimmed(trace.window), words.correlated(trace.window)])
        self.training.show_lines([words.mini_batch(), words.difference(self.difference)])

    def _arrange(self) -> None:
        above, choice, column = QHBoxLayout(), QGridLayout(), QVBoxLayout(self)
        for row, (label, field, name) in enumerate((
            (self.filter_label, self.filter, self.tr("Filter")),
            (self.channel_label, self.channel, self.tr("Input channel")),
        )):  # fmt: skip
            field.setAccessibleName(name)
            label.setProperty("role", "muted")
            choice.addWidget(label, row, 0, Qt.AlignmentFlag.AlignRight)
            choice.addWidget(field, row, 1)
        above.addWidget(self.sentence, 1)
        above.addLayout(choice)
        above.setAlignment(self.sentence, Qt.AlignmentFlag.AlignTop)
        self.steps.source_row.addWidget(self.kernel, 1)
        for layout, space in ((above, theme.SPACE[1]), (choice, theme.SPACE[0]), (column, theme.SPACE[1])):
            layout.setSpacing(space)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.addLayout(above)
        column.addWidget(self.steps, 1)
        column.addWidget(self.training)
