"""An activation: its curve and slope, the sample's values on them, and the maps before and after."""

from typing import ClassVar

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.linked import LinkedMosaics
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.function_plot import FunctionPlot
from cnn_gui.plots.levels import SteadyLimit
from cnn_gui.plots.text import short
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.activation import ActivationConfig
from engine.trace.activation import FLAT, ActivationTrace
from engine.trace.record import LayerTrace

_LEAST = 4.0  # the curve reaches from minus to plus this, at least
_POINTS = 401  # of the curve: an odd number, so that zero is one of them
_BINS = 60


class ActivationView(LayerView):
    """The curve of the layer itself. Pointing at the curve or at a value of a map reads y and the slope there."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (ActivationConfig,)
    title: ClassVar[str] = "Curve"
    tip: ClassVar[str] = "The curve of the activation, its slope, and where the values of the sample lie"
    terms: ClassVar[tuple[str, ...]] = ("gradient",)
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layer: LayerTrace | None = None
        self._trace: ActivationTrace | None = None
        self._doc, self._steady = "", SteadyLimit()
        self._x: float | None = None
        self.curve = FunctionPlot(self.tr("y over x"), self.tr("distribution of the values of x"))
        self.slope = FunctionPlot(self.tr("slope y'"))
        self.lines = WrappedText(4)
        self.maps = LinkedMosaics((self.tr("before: x"), self.tr("after: y")))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        for part, share in ((self.curve, 6), (self.slope, 3), (self.lines, 0), (self.maps, 6)):
            column.addWidget(part, share)
        for plot in (self.curve, self.slope):
            plot.pointed.connect(self._read)
        self.maps.pointed.connect(self._on_value_pointed)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None and frame.spec is not None
        self._layer, self._trace, self._doc = layer, ActivationTrace(layer), frame.spec.type.doc
        values = layer.input[np.isfinite(layer.input)]
        limit = self._steady.follow(max(_LEAST, float(np.abs(values).max(initial=0))))
        curve = self._trace.curve(np.linspace(-limit, limit, _POINTS))
        counts = np.histogram(values, _BINS, (-limit, limit))[0]
        flat = np.abs(curve.slope) < FLAT
        self.curve.show_curve(curve.x, curve.y, counts, flat)
        self.slope.show_curve(curve.x, curve.slope, counts[:0], flat)
        self.maps.show_values(layer.input, layer.output, titles=frame.channels.names)
        self._read(self._x)

    def _on_value_pointed(self) -> None:
        index = self.maps.index()
        self._read(None if index is None or self._layer is None else float(self._layer.input[index]))

    def _read(self, x: float | None) -> None:
        """Read the curve at *x*."""
        if self._trace is None or self._layer is None:
            return
        self._x = x
        lines = [self._doc]
        if x is not None and np.isfinite(x):
            point = self._trace.curve(np.array([x]))
            y, slope = float(point.y[0]), float(point.slope[0])
            self.curve.set_cursor((x, y))
            self.slope.set_cursor((x, slope))
            lines = [
                self.tr("x = {0}: y = {1}, slope y' = {2}").format(*map(short, (x, y, slope))),
                *self._way_back(slope),
            ]
        else:
            self.curve.set_cursor(None)
            self.slope.set_cursor(None)
        self.lines.show_lines([*lines, self._share()])

    def _share(self) -> str:
        """Return how many values lie on the flat part."""
        assert self._trace is not None and self._layer is not None
        flat, count = self._trace.flat, self._layer.input.size
        text = self.tr("{0:,} of {1:,} values ({2:.1f} %) lie on the flat part, where the slope is below {3}.")
        return text.format(flat, count, 100 * flat / count, FLAT)

    def _way_back(self, slope: float) -> list[str]:
        """Return what the slope does to the gradient of the value under the mouse."""
        index = self.maps.index()
        if index is None or self._layer is None:
            return []
        numbers = float(self._layer.grad_output[index]), slope, float(self._layer.grad_input[index])
        told = self.tr("{0}: dC/dX = dC/dO × y' = {1} × {2} = {3}")
        return [told.format(self.maps.where(), *map(short, numbers))]
