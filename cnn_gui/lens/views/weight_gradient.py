"""The gradient of one kernel of a convolution: of the sample, and of a mini-batch with it."""

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward.batch_page import BatchPage
from cnn_gui.lens.backward.sample_page import SamplePage
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.view import LayerView
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.trace.convolution import ConvolutionTrace

SAMPLE, BATCH = range(2)


class WeightGradientView(LayerView):
    """dC/dW of a filter's kernel for one input channel: how a sample makes it, and how a mini-batch adds it up.

    Thread: GUI.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig,)
    title: ClassVar[str] = "dC/dW"
    tip: ClassVar[str] = (
        "How each kernel's gradient is made: the trimmed input, cross-correlated with the dilated dC/dO"
    )
    terms: ClassVar[tuple[str, ...]] = ("dC/dW", "dC/dO", "cross-correlation", "mini-batch")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self.ways, self.filter, self.channel = QTabBar(), PlaneBox(self.tr("Filter")), PlaneBox(self.tr("Channel"))
        self.sample, self.batch, self._stack = SamplePage(), BatchPage(), QStackedLayout()
        self._explain()
        self._arrange()
        self.ways.currentChanged.connect(self._show)
        self.filter.valueChanged.connect(self._on_filter_changed)
        self.channel.valueChanged.connect(self._show)

    @property
    def batched(self) -> bool:
        return self.ways.currentIndex() == BATCH

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._frame = frame
        self.filter.offer(range(len(layer.output)))
        self._on_filter_changed()

    def _on_filter_changed(self) -> None:
        """Offer the channels that the filter reads, and show."""
        if self._frame is None or self._frame.layer_trace is None:
            return
        channels = ConvolutionTrace(self._frame.layer_trace).channels(self.filter.value())
        self.channel.offer(range(channels.start, channels.stop), self._frame.channels.names)
        self._show()

    def _show(self) -> None:
        if self._frame is None or (layer := self._frame.layer_trace) is None:
            return
        if not self._frame.passes.are_there(self._frame.index if self.batched else None):
            self.frame_wanted.emit()
            return
        self._stack.setCurrentIndex(self.ways.currentIndex())
        kernel = self.filter.value(), self.channel.value()
        if self.batched:
            self.batch.show_kernel(self._frame, *kernel)
        else:
            self.sample.show_kernel(layer, *kernel, self._frame.channels)

    def _explain(self) -> None:
        for text, tip in (
            (self.tr("This sample"), self.tr("Step by step, with the sample's own numbers")),
            (self.tr("A mini-batch"), self.tr("What each sample adds in a training step")),
        ):
            self.ways.setTabToolTip(self.ways.addTab(text), tip)
        self.ways.setProperty("role", "stages")
        self.ways.setDrawBase(False)
        self.ways.setExpanding(False)
        self.ways.setAccessibleName(self.tr("Whose gradient"))

    def _arrange(self) -> None:
        above, column = QHBoxLayout(), QVBoxLayout(self)
        above.addWidget(self.ways)
        above.addStretch(1)
        for box in (self.filter, self.channel):
            box.place_in(above)
        for page in (self.sample, self.batch):
            self._stack.addWidget(page)
        for layout in (above, column):
            layout.setSpacing(theme.SPACE[1])
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.addLayout(above)
        column.addLayout(self._stack, 1)
