"""How pooling makes a map smaller, and the way of its gradient back: window by window."""

from typing import ClassVar

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.step.lane import Face
from cnn_gui.lens.step.transport import Transport
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import pooling_words as words
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.grid import Cell, Mark, Marks
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.legend import Legend
from cnn_gui.plots.mark_legend import MarkLegend
from cnn_gui.plots.operators import row_of
from cnn_gui.plots.routes import Route, Routes
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.pool import Pool2DConfig
from engine.trace.pooling import PoolingTrace
from engine.trace.record import LayerTrace

_MOST_ARROWS = 16  # to one pixel


class PoolingView(LayerView):
    """One channel: the window over the input and what it keeps, and below the gradient on its way back."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Pool2DConfig,)
    title: ClassVar[str] = "Windows"
    tip: ClassVar[str] = "What each window keeps, and where its gradient goes"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer: LayerTrace | None = None
        self._trace: PoolingTrace | None = None
        self.place: Cell = (0, 0)
        self._pixel: Cell | None = None  # of the input, under the mouse
        self.source, self.output, self.grad_input, self.grad_output = (GridView() for _ in range(4))
        self.legends, self.marks = (Legend(), Legend()), MarkLegend()
        self.lines, self.transport, self.channel = WrappedText(4), Transport(), QSpinBox()
        self.channel_label, self.pictures = QLabel(self.tr("Channel")), QWidget()
        self._arrange()
        self.routes = Routes(self.pictures)
        self.channel.valueChanged.connect(self._show_channel)
        self.transport.place_changed.connect(self._on_walked)
        for view in (self.source, self.grad_input):
            view.pointed.connect(self._on_pixel_pointed)
        for view in (self.output, self.grad_output):
            view.pointed.connect(self._on_window_pointed)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._layer = layer
        channels = len(layer.input)
        self.channel.blockSignals(True)
        self.channel.setRange(0, channels - 1)
        self.channel.blockSignals(False)
        self.channel.setToolTip(self.tr("{0} channels, counted from 0").format(channels))
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
        channel, layer = self.channel.value(), self._layer
        self._trace = trace = PoolingTrace.of_channel(layer, channel)
        rows, cols = trace.window.output
        if self.place[0] >= rows or self.place[1] >= cols:
            self.place, self._pixel = (min(self.place[0], rows - 1), min(self.place[1], cols - 1)), None
        self.transport.set_count(rows * cols)
        origin = -trace.window.rows.before, -trace.window.cols.before
        values, gradients = Face.of("", ColorMap.ACTIVATIONS, layer.input), _gradients(layer)
        padding, sent = self._around(np.zeros(trace.window.size, np.uint8), Mark.PADDING), layer.grad_input[channel]
        for view, look, title, shown, marks, start in (
            (self.source, values, self.tr("input {0}"), trace.padded[0], padding, origin),
            (self.output, values, self.tr("output {0}"), layer.output[channel], _ties(trace), (0, 0)),
            (self.grad_output, gradients, self.tr("dC/dO {0}"), layer.grad_output[channel], None, (0, 0)),
            (self.grad_input, gradients, self.tr("dC/dX {0}"), self._around(sent), self._ways(), origin),
        ):
            view.show_grid(Face(title, look.colormap, look.limit, marks, start).grid(shown, channel))
        for legend, look in zip(self.legends, (values, gradients), strict=True):
            legend.show_range(look.colormap, look.limit)
        self._count_marks(padding)
        self._show_place()

    def _show_place(self) -> None:
        """Show one window, and the way back to one pixel where the mouse is over it."""
        if self._trace is None or self._layer is None:
            return
        trace, channel, place, pixel = self._trace, self.channel.value(), self.place, self._pixel
        senders = [place] if pixel is None else trace.senders(0, *pixel)
        self.source.highlight(trace.part(*place))
        self.grad_input.highlight(trace.part(*place), words.padded(trace, [pixel] if pixel else []))
        self.output.highlight(None, [place])
        self.grad_output.highlight(None, senders)
        self.routes.show_routes(self._routes(senders, pixel), self._dots())
        lines = [
            words.forward(trace, place, float(self._layer.output[channel][place])),
            words.backward(trace, place, float(self._layer.grad_output[channel][place])),
        ]
        if pixel is not None:
            lines.append(words.pixel(trace, pixel, float(self._layer.grad_input[channel][pixel])))
        self.lines.show_lines(lines)

    def _routes(self, senders: list[Cell], pixel: Cell | None) -> list[Route]:
        assert self._trace is not None
        takers = self._trace.takers(0, *self.place)
        taker = takers[len(takers) // 2]  # of a mean: the middle of those in the ring
        start, end = words.padded(self._trace, [taker, pixel or taker])
        back = [Route(self.grad_output, sender, self.grad_input, end) for sender in senders[:_MOST_ARROWS]]
        return [Route(self.source, start, self.output, self.place), *back]

    def _dots(self) -> tuple[GridView, list[Cell]] | None:
        """Return a dot for each winner in the input."""
        assert self._trace is not None
        if self._trace.mode == "mean":
            return None
        return self.source, words.padded(self._trace, np.argwhere(self._trace.wins[0]).tolist())

    def _around(self, array: np.ndarray, fill: int = 0) -> np.ndarray:
        """Return (H + 2P, W + 2P): *array* (H, W) with *fill* where the padding is."""
        assert self._trace is not None
        axes = self._trace.window.rows, self._trace.window.cols
        return np.pad(array, [(axis.before, axis.after) for axis in axes], constant_values=fill)

    def _ways(self) -> Marks:
        """Return which pixels get no gradient, and why."""
        assert self._trace is not None
        marks = np.where(self._trace.wins[0] == 0, Mark.UNCHOSEN, Mark.NONE).astype(np.uint8)
        marks[self._trace.window.read_counts() == 0] = Mark.UNREAD
        return self._around(marks, Mark.PADDING)

    def _count_marks(self, padding: Marks) -> None:
        assert self._trace is not None and self.grad_input.grid is not None
        marks, ties = self.grad_input.grid.marks, int(np.count_nonzero(_ties(self._trace)))
        unchosen, unread = (int(np.count_nonzero(marks == mark)) for mark in (Mark.UNCHOSEN, Mark.UNREAD))
        windows, pixels = self._trace.ties[0].size, self._trace.wins[0].size
        told = {
            Mark.TIED: (ties, self.tr("tie: {0:,} of {1:,} windows").format(ties, windows)),
            Mark.UNCHOSEN: (unchosen, self.tr("never chosen: {0:,} of {1:,} pixels").format(unchosen, pixels)),
            Mark.UNREAD: (unread, self.tr("never read: {0:,}").format(unread)),
            Mark.PADDING: (int(padding.any()), self.tr("padding")),
        }
        self.marks.show_marks([(mark, text) for mark, (count, text) in told.items() if count])

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
        row, col = cell[0] - rows.before, cell[1] - cols.before
        return (row, col) if 0 <= row < rows.size and 0 <= col < cols.size else None

    def _arrange(self) -> None:
        rows, column, legends = QVBoxLayout(self.pictures), QVBoxLayout(self), QHBoxLayout()
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addLayout(row_of(self.source, "→", self.output), 1)
        rows.addLayout(row_of(self.grad_input, "←", self.grad_output), 1)
        legends.setSpacing(theme.SPACE[1])
        for legend in self.legends:
            legends.addWidget(legend, 1)
        self.channel.setAccessibleName(self.tr("Channel"))
        legends.addWidget(self.channel_label)
        legends.addWidget(self.channel)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.pictures, 1)
        column.addWidget(self.marks)
        column.addLayout(legends)
        column.addWidget(self.lines)
        column.addWidget(self.transport)


def _gradients(layer: LayerTrace) -> Face:
    """Return the look of both gradients: their colours reach as far as the larger of the two."""
    limit = max(signed_levels(layer.grad_input), signed_levels(layer.grad_output))
    return Face("", ColorMap.GRADIENTS, limit)


def _ties(trace: PoolingTrace) -> Marks:
    """Return (OH, OW): which windows have several equals to choose from."""
    return np.where(trace.ties[0] > 1, Mark.TIED, Mark.NONE).astype(np.uint8)
