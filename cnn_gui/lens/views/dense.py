"""What makes a unit of a dense layer large or small: each input times its weight, largest first."""

from typing import ClassVar

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.names import input_title, puts_out_scores, unit_title
from cnn_gui.lens.view import LayerView
from cnn_gui.plots import addition
from cnn_gui.plots.bar_column import Column
from cnn_gui.plots.bar_table import BarTable
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.text import short, term
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import Array, LayerConfig
from engine.layers.dense import DenseConfig
from engine.trace.dense import DenseTrace


class DenseView(LayerView):
    """One unit's sum, product by product; below it all units, to choose from."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (DenseConfig,)
    title: ClassVar[str] = "Contributions"
    tip: ClassVar[str] = "What each input adds to a unit, largest first"
    terms: ClassVar[tuple[str, ...]] = ("contribution", "bias")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._trace: DenseTrace | None = None
        self._order: Array = np.zeros(0, np.intp)
        self._layer_uid = ""
        self.unit = 0
        self.lines, self.table, self.units = WrappedText(4), BarTable(), MosaicView()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.lines)
        column.addWidget(self.table, 5)
        column.addWidget(self.units, 3)
        self.units.setAccessibleName(self.tr("All units of the layer"))
        self.units.tile_selected.connect(self._choose)
        self.table.pointed.connect(self._write)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None and frame.spec is not None
        self._frame, self._trace = frame, DenseTrace(layer)
        scores = puts_out_scores(frame)
        if frame.spec.uid != self._layer_uid:
            self._layer_uid = frame.spec.uid
            self.unit = frame.label or 0 if scores else int(np.argmax(layer.output))
        self.unit = min(self.unit, len(layer.output) - 1)
        self.units.set_caption(frame.title(), self.tr("click a unit to see what makes it"))
        self.units.set_vector(layer.output, frame.class_names if scores else ())
        self._show_unit()
        self.units.blockSignals(True)
        self.units.canvas.select(self.unit)
        self.units.blockSignals(False)

    def _show_unit(self) -> None:
        assert self._trace is not None
        trace, products = self._trace, self._trace.contributions(self.unit)
        order = self._order = trace.largest_first(self.unit)
        self.table.show_columns(
            [
                Column(self.tr("input"), order, text=self._name, widest=self._widest(), name=True),
                Column(self.tr("value"), trace.input[order]),
                Column(self.tr("weight"), trace.weight[self.unit][order]),
                Column(self.tr("product"), products[order]),
                Column("", products[order], ColorMap.ACTIVATIONS),
                Column(self.tr("cumulative sum"), trace.sums_so_far(self.unit)),
            ],
            self.tr("contributions"),
        )
        self._write()

    def _write(self) -> None:
        if self._trace is None or self._frame is None:
            return
        trace, products = self._trace, self._trace.contributions(self.unit)
        name, output = unit_title(self._frame, self.unit), float(trace.output[self.unit])
        raised, lowered = products[products > 0], products[products < 0]
        rest = len(products) - len(raised) - len(lowered)
        found = addition.written([float(raised.sum()), float(lowered.sum()), float(trace.bias[self.unit])], output)
        up, down, bias = found.terms
        total = found.subtotal(2)
        whole = self.tr("{0} = sum of {1:,} products + bias = {2} = {3}")
        parts = self.tr("{0:,} inputs raise it and {1:,} lower it: {2} = {3}; {4:,} leave it unchanged.")
        lines = [
            whole.format(name, len(products), found.sum_of(total, bias), found.of(found.total)),
            parts.format(len(raised), len(lowered), found.sum_of(up, down), found.of(total), rest),
        ]
        if self.table.spot is not None:
            i = int(self._order[self.table.spot])
            product = self.tr("{0}: value × weight = {1} × {2} = {3}")
            numbers = short(trace.input[i]), term(trace.weight[self.unit, i]), short(products[i])
            lines.append(product.format(self._name(self.table.spot), *numbers))
        self.lines.show_lines(lines)

    def _choose(self, tile: int) -> None:
        if tile >= 0 and self._trace is not None:
            self.unit = tile
            self._show_unit()

    def _name(self, row: int) -> str:
        assert self._frame is not None
        return input_title(self._frame, int(self._order[row]))

    def _widest(self) -> str:
        """Return the longest name of an input, near enough: that of the last one."""
        assert self._frame is not None
        return input_title(self._frame, len(self._order) - 1)
