"""How pooling makes a map smaller, and the way of its gradient back: window by window."""

from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.pooling import words
from cnn_gui.lens.pooling.pictures import PoolingPictures
from cnn_gui.lens.step.transport import Transport
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.mark_legend import MarkLegend
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.pool import Pool2DConfig
from engine.trace.pooling import PoolingTrace
from engine.trace.record import LayerTrace


class PoolingView(LayerView):
    """One channel: the window over the input and what it keeps, and below the gradient on its way back."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Pool2DConfig,)
    title: ClassVar[str] = "Windows"
    tip: ClassVar[str] = "Which value each window selects, and where its gradient goes"
    terms: ClassVar[tuple[str, ...]] = ("window", "stride", "dC/dO", "dC/dX")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = Channels()
        self._layer: LayerTrace | None = None
        self._trace: PoolingTrace | None = None
        self.place: Cell = (0, 0)
        self._pixel: Cell | None = None  # of the input, under the mouse
        self.pictures, self.marks, self.lines = PoolingPictures(), MarkLegend(), WrappedText(5)
        self.transport, self.channel = Transport(), PlaneBox(self.tr("Channel"))
        self._arrange()
        self.channel.valueChanged.connect(self._show_channel)
        self.transport.place_changed.connect(self._on_walked)
        for view in (self.pictures.source, self.pictures.grad_input):
            view.pointed.connect(self._on_pixel_pointed)
        for view in (self.pictures.output, self.pictures.grad_output):
            view.pointed.connect(self._on_window_pointed)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._layer = layer
        self._channels = frame.channels
        self.channel.offer(range(len(layer.input)), frame.channels.names)
        self._show_channel()

    def go_to(self, place: Cell) -> None:
        """Take the window to a place of the output."""
        if self._trace is not None:
            self.place, self._pixel = place, None
            self.transport.go_to(place[0] * self._trace.window.output[1] + place[1])
            self._show_place()

    def _show_channel(self) -> None:
        if self._layer is None:
            return
        self._trace = trace = PoolingTrace.of_channel(self._layer, self.channel.value())
        rows, cols = trace.window.output
        if self.place[0] >= rows or self.place[1] >= cols:
            self.place, self._pixel = (min(self.place[0], rows - 1), min(self.place[1], cols - 1)), None
        if self._pixel is not None and not self._has(self._pixel):
            self._pixel = None
        self.transport.set_count(rows * cols)
        self.pictures.show_channel(self._layer, trace, self.channel.value(), self._channels)
        self.marks.show_marks(self.pictures.counts())
        self._show_place()

    def _show_place(self) -> None:
        """Show one window, and the way back to one pixel where the mouse is over it."""
        if self._trace is None or self._layer is None:
            return
        trace, channel, place, pixel = self._trace, self.channel.value(), self.place, self._pixel
        self.pictures.show_place(place, pixel)
        lines = [
            words.forward(trace, place, float(self._layer.output[channel][place])),
            words.backward(trace, place, float(self._layer.grad_output[channel][place])),
            words.cells(trace, place, self._layer.grad_input[channel]),
        ]
        if pixel is not None:
            lines.append(words.pixel(trace, pixel, float(self._layer.grad_input[channel][pixel])))
        self.lines.show_lines(lines)

    def _on_walked(self, number: int) -> None:
        if self._trace is not None:
            self.go_to(divmod(number, self._trace.window.output[1]))

    def _on_window_pointed(self, cell: Cell | None) -> None:
        if cell is not None:
            self.transport.pause()
            self.go_to(cell)

    def _on_pixel_pointed(self, cell: Cell | None) -> None:
        if self._trace is None:
            return
        if cell is not None:
            self.transport.pause()
            self.go_to(self._trace.place_over(*cell))
        self._pixel = None if cell is None else self._unpadded(cell)
        self._show_place()

    def _unpadded(self, cell: Cell) -> Cell | None:
        """Return the pixel at a cell of the padded input; None for padding."""
        assert self._trace is not None
        rows, cols = self._trace.window.rows, self._trace.window.cols
        pixel = cell[0] - rows.before, cell[1] - cols.before
        return pixel if self._has(pixel) else None

    def _has(self, pixel: Cell) -> bool:
        """Return whether the input has a pixel there."""
        assert self._trace is not None
        return all(0 <= n < size for n, size in zip(pixel, self._trace.window.size, strict=True))

    def _arrange(self) -> None:
        column, above = QVBoxLayout(self), QHBoxLayout()
        above.setSpacing(theme.SPACE[1])
        above.addWidget(self.marks, 1)
        self.channel.place_in(above)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(above)
        column.addWidget(self.pictures, 1)
        column.addWidget(self.lines)
        column.addWidget(self.transport)
