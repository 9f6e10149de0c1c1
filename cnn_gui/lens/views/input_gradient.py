"""From dC/dO of a convolution to its dC/dX, stage by stage."""

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward.cropped_page import CroppedPage
from cnn_gui.lens.backward.planes_page import PlanesPage
from cnn_gui.lens.backward.stage_bar import StageBar
from cnn_gui.lens.backward.stages import Stage, names, sentence
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.step.view import StepView
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import lanes
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.trace.convolution import ConvolutionTrace


class InputGradientView(LayerView):
    """The way of the gradient back to one input channel. Left and Right go from stage to stage."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig,)
    title: ClassVar[str] = "dC/dX"
    tip: ClassVar[str] = "How the gradient of the outputs becomes that of the inputs, in six stages"
    terms: ClassVar[tuple[str, ...]] = ("dC/dX", "dC/dO", "full convolution", "col2im")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = Channels()
        self._trace: ConvolutionTrace | None = None
        self.bar, self.sentence = StageBar(names()), WrappedText(4)
        self.channel = PlaneBox(self.tr("Channel"))
        self.planes, self.steps, self.cropped = PlanesPage(), StepView(), CroppedPage()
        self._stack = QStackedLayout()
        self._arrange()
        self.bar.stage_changed.connect(self._on_stage_changed)
        self.channel.valueChanged.connect(lambda: self._show(animate=False))
        self.planes.plane_chosen.connect(lambda: self._show(animate=False))

    @property
    def stage(self) -> Stage:
        """The stage on show."""
        return Stage(self.bar.stage)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._trace, self._channels = ConvolutionTrace(layer), frame.channels
        self.channel.offer(range(len(layer.input)), frame.channels.names)
        self._show(animate=False)

    def _on_stage_changed(self) -> None:
        self._show(animate=True)

    def _show(self, animate: bool) -> None:
        if self._trace is None:
            return
        trace, channel = self._trace, self.channel.value()
        self.sentence.show_lines([sentence(trace, channel, self.stage, self._channels)])
        if self.stage is Stage.SLID:
            self._stack.setCurrentWidget(self.steps)
            self.steps.show_lane(lanes.full(trace, channel, self._channels))
        elif self.stage is Stage.CROPPED:
            self._stack.setCurrentWidget(self.cropped)
            self.cropped.show_result(trace, channel, animate, self._channels)
        else:
            self._stack.setCurrentWidget(self.planes)
            self.planes.show_stage(trace, channel, self.stage, animate)

    def _arrange(self) -> None:
        for page in (self.planes, self.steps, self.cropped):
            self._stack.addWidget(page)
        above, column = QHBoxLayout(), QVBoxLayout(self)
        above.setSpacing(theme.SPACE[1])
        above.addWidget(self.bar, 1)
        self.channel.place_in(above)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(above)
        column.addWidget(self.sentence)
        column.addLayout(self._stack, 1)
