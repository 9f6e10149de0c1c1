"""How the dC/dW of a training step comes about: the share of each sample of a mini-batch, and their sum."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward import words
from cnn_gui.lens.step.lane import Face
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Cell, Floats
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.operators import operator
from cnn_gui.plots.wrapped_text import WrappedText
from engine.trace.convolution import ConvolutionTrace, largest_difference
from engine.trace.record import LayerTrace


class BatchPage(QWidget):
    """One kernel's dC/dW of each sample, and what they add up to. Pointing at a cell tells its sum.

    Attributes:
        shares: (N, KH, KW), dC/dW of each sample, with its 1/N.
        difference: the largest one between their sum and what the engine computes for the mini-batch.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shares: Floats = np.zeros((1, 1, 1))
        self.difference = 0.0
        self.samples, self.total, self.lines = MosaicView(ColorMap.GRADIENTS), GridView(), WrappedText(5, small=True)
        self._arrange()
        self.samples.canvas.pointed.connect(self._on_sample_pointed)
        self.total.pointed.connect(self._write)

    def show_kernel(self, layers: Sequence[LayerTrace], filter_: int, channel: int) -> None:
        """Show one kernel of a convolution, of which *layers* has the trace of each sample of one mini-batch."""
        traces = [ConvolutionTrace(layer) for layer in layers]
        k = channel - traces[0].channels(filter_).start
        self.shares = np.stack([trace.weight_gradient(filter_, k).output for trace in traces])
        total = self.shares.sum(axis=0)
        self.difference = largest_difference(total, layers[0].gradients["weight"][filter_, k])
        caption = self.tr("dC/dW {0}, {1} of each sample, with its 1/N; the first is this one")
        self.samples.set_caption(caption.format(filter_, channel))
        self.samples.set_maps(self.shares, word=self.tr("sample"))
        title = self.tr("dC/dW {0}, {1} of the mini-batch").format(filter_, channel)
        self.total.show_grid(Face.of(title, ColorMap.GRADIENTS, total).grid(total))
        self._write(self.total.spot)

    def _on_sample_pointed(self, spot: Spot | None) -> None:
        cell = None if spot is None else (spot.row, spot.column)
        self.total.highlight(None, [] if cell is None else [cell])
        self._write(cell)

    def _write(self, cell: Cell | None) -> None:
        lines = [words.batch(len(self.shares)), words.batch_difference(self.difference)]
        if cell is not None:
            lines.insert(1, words.batch_sum(cell, self.shares[:, *cell].tolist()))
        self.lines.show_lines(lines)

    def _arrange(self) -> None:
        self.samples.canvas.setAccessibleName(self.tr("dC/dW of each sample"))
        pictures, column = QHBoxLayout(), QVBoxLayout(self)
        pictures.addWidget(self.samples, 3)
        pictures.addWidget(operator("Σ"))
        pictures.addWidget(self.total, 2)
        column.addLayout(pictures, 1)
        column.addWidget(self.lines)
        for layout, space in ((pictures, theme.SPACE[2]), (column, theme.SPACE[1])):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space)
