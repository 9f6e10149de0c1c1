"""The gradient of a convolution's biases: dC/dO added up."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.backward import words
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.step.lane import Face
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.bar_column import Column
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.operators import row_of
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.trace.convolution import ConvolutionTrace


class BiasGradientView(LayerView):
    """dC/dO of a filter, the sums of its rows and their sum; below, dC/db of all filters. A click chooses one.

    Thread: GUI.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig,)
    title: ClassVar[str] = "dC/db"
    tip: ClassVar[str] = "The gradient of each bias: the sum of dC/dO over all places"
    terms: ClassVar[tuple[str, ...]] = ("dC/db", "dC/dO")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: ConvolutionTrace | None = None
        self.filter = 0
        self.sentence, self.addition = WrappedText(3), WrappedText(2)
        self.gradient, self.rows, self.total, self.table = GridView(), GridView(), GridView(), BarTable()
        self._arrange()
        self.table.clicked.connect(self._choose)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._trace = ConvolutionTrace(layer)
        self.filter = min(self.filter, len(layer.output) - 1)
        biased = words.bias(self._trace) if "bias" in layer.parameters else words.no_bias()
        self.sentence.show_lines([biased])
        self._show()

    def _choose(self, filter_: int) -> None:
        self.filter = filter_
        self._show()

    def _show(self) -> None:
        if self._trace is None:
            return
        trace, f, gradients = self._trace, self.filter, ColorMap.GRADIENTS
        sums, totals = trace.row_sums, trace.bias_gradient
        self.gradient.show_grid(
            Face.of(self.tr("dC/dO {0}"), gradients, trace.grad_output).grid(trace.grad_output[f], f)
        )
        rows = Face.of(self.tr("sums of rows"), gradients, sums).grid(sums[f][:, None])
        total = Face.of(self.tr("dC/db {0}"), gradients, totals).grid(totals[f : f + 1, None], f)
        for view, grid in ((self.rows, rows), (self.total, total)):
            view.show_grid(replace(grid, elastic=True))
        self.addition.show_lines([words.row_sums(f, sums[f].tolist(), float(totals[f]))])
        self.table.show_columns(
            (
                Column(self.tr("filter"), np.arange(len(totals)), text=str, name=True),
                Column(self.tr("dC/db"), totals, gradients), Column("", totals),
            ), self.tr("dC/db of all filters"), (f,),
        )  # fmt: skip

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.sentence)
        column.addLayout(row_of(self.gradient, "→", self.rows, "→", self.total), 3)
        column.addWidget(self.addition)
        column.addWidget(self.table, 2)
