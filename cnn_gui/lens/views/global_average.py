"""How each map becomes its mean, and how the gradient is shared among its pixels."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.bar_column import Column
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.text import short
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.pool_global import GlobalAveragePoolConfig
from engine.trace.global_average import GlobalAverageTrace
from engine.trace.record import LayerTrace


class GlobalAverageView(LayerView):
    """The maps, and for each of them its sum and its mean."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (GlobalAveragePoolConfig,)
    title: ClassVar[str] = "Means"
    tip: ClassVar[str] = "The mean of each map, and how the gradient goes back"
    terms: ClassVar[tuple[str, ...]] = ("dC/dO",)
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = Channels()
        self._layer: LayerTrace | None = None
        self._trace: GlobalAverageTrace | None = None
        self.maps, self.lines, self.table = MosaicView(), WrappedText(3), BarTable()
        self.maps.set_caption(self.tr("maps"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.maps, 1)
        column.addWidget(self.lines)
        column.addWidget(self.table, 1)
        self.maps.canvas.pointed.connect(self._write)
        self.table.pointed.connect(self._write)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._layer, self._trace, self._channels = layer, GlobalAverageTrace(layer), frame.channels
        trace = self._trace
        numbers = np.arange(len(layer.output))
        columns = [
            Column(self.tr("channel"), numbers, text=self._name, widest=Channels().title(999), name=True),
            Column(self.tr("sum"), trace.sums), Column(self.tr("mean"), layer.output),
            Column("", layer.output, ColorMap.ACTIVATIONS), Column(self.tr("dC/dO"), layer.grad_output),
            Column(self.tr("of each pixel"), trace.shares),
        ]  # fmt: skip
        with QSignalBlocker(self.table):  # first: whoever hears of the maps reads the table's row
            self.table.show_columns(columns, self.tr("channels"))
        self.maps.set_maps(layer.input, titles=frame.channels.names)
        self._write()

    def _write(self) -> None:
        if self._trace is None or self._layer is None:
            return
        spot, trace = self.maps.canvas.spot, self._trace
        self.table.mark([] if spot is None else [spot.tile])
        channel = spot.tile if spot is not None else self.table.spot
        if channel is None:
            text = self.tr(
                "Each map becomes the mean of its {0:,} values, and each of them gets 1 / {0:,} of its gradient."
            )
            if not trace.divides:
                text = self.tr(
                    "Each map becomes the mean of its {0:,} values. A deliberate fault: each of them gets all of its"
                    " gradient, not 1 / {0:,} of it."
                )
            self.lines.show_lines([text.format(trace.count)])
            return
        mean, gradient = short(self._layer.output[channel]), short(self._layer.grad_output[channel])
        forward = self.tr("{0}: mean = sum / {1:,} = {2} / {1:,} = {3}")
        backward = self.tr("back: each pixel gets dC/dO / {0:,} = {1} / {0:,} = {2}")
        if not trace.divides:
            backward = self.tr(
                "back: each pixel gets all of dC/dO = {2}, not dC/dO / {0:,}, which is a deliberate fault"
            )
        self.lines.show_lines([
            forward.format(self._name(channel), trace.count, short(trace.sums[channel]), mean),
            backward.format(trace.count, gradient, short(trace.shares[channel])),
        ])  # fmt: skip

    def _name(self, row: int) -> str:
        return self._channels.title(row)
