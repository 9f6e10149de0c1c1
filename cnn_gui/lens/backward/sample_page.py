"""How one sample's dC/dW of a kernel is made: the trimmed input under the dilated dC/dO, step by step."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward import words
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.step.lane import Face
from cnn_gui.lens.step.view import StepView
from cnn_gui.lens.views import lanes
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.wrapped_text import WrappedText
from engine.trace.convolution import ConvolutionTrace, agree, largest_difference
from engine.trace.record import LayerTrace


class SamplePage(QWidget):
    """Shows one kernel's gradient beside the kernel.

    Attributes:
        difference: the largest one between this dC/dW and that which the engine computes.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.difference = 0.0
        self.sentence, self.steps, self.kernel = WrappedText(4), StepView(), GridView()
        self.training = WrappedText(3, small=True)
        self.steps.source_row.addWidget(self.kernel, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        for part in (self.sentence, self.steps, self.training):
            column.addWidget(part, part is self.steps)

    def show_kernel(self, layer: LayerTrace, filter_: int, channel: int, channels: Channels) -> None:
        """Show how the gradient of the kernel of a filter for one of its input *channels* is made."""
        trace = ConvolutionTrace(layer)
        k = channel - trace.channels(filter_).start
        lane = lanes.weight_gradient(trace, filter_, channel, channels)
        self.steps.show_lane(lane)
        title = self.tr("kernel {0}, {1}").format(filter_, channels.short(channel))
        kernel = Face.of(title, ColorMap.WEIGHTS, trace.weight)
        self.kernel.show_grid(kernel.grid(trace.weight[filter_, k]))
        self.difference = largest_difference(lane.correlation.output, layer.gradients["weight"][filter_, k])
        ours, same = lane.correlation.output, agree(lane.correlation.output, layer.gradients["weight"][filter_, k])
        right = trace.right_weight_gradient(filter_, k) if layer.faults else ours
        wrong = [] if agree(ours, right) else [words.wrong(largest_difference(ours, right))]
        self.sentence.show_lines([words.trimmed(trace.window), words.correlated(trace)])
        self.training.show_lines([words.mini_batch(), words.difference(self.difference, same), *wrong])
