"""The gradients that come to a layer and go from it, map by map."""

from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView
from engine.layer import Array, LayerConfig
from engine.trace.damage import INPUT, damage


class GradientsView(LayerView):
    """dC/dO and dC/dX of any layer, as maps or as values.

    Thread: GUI.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (LayerConfig,)
    title: ClassVar[str] = "Gradients"
    tip: ClassVar[str] = "How the loss changes with each output and with each input of the layer"
    terms: ClassVar[tuple[str, ...]] = ("gradient", "dC/dO", "dC/dX")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outputs, self.inputs = MosaicView(ColorMap.GRADIENTS), MosaicView(ColorMap.GRADIENTS)
        self.outputs.canvas.setAccessibleName(self.tr("Gradients of the outputs"))
        self.inputs.canvas.setAccessibleName(self.tr("Gradients of the inputs"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[2])
        column.addWidget(self.outputs, 1)
        column.addWidget(self.inputs, 1)

    def show_frame(self, frame: Frame) -> None:
        layer, trace = frame.layer_trace, frame.trace
        assert layer is not None and trace is not None
        unused = layer is trace.layers[-1] and trace.fused
        note = self.tr("not used: training goes directly from the loss to dC/dX") if unused else ""
        meaning = self.tr("how the loss changes with each output")
        self.outputs.set_caption(self.tr("dC/dO of {0}").format(frame.title()), note or meaning)
        about = self.tr("how the loss changes with each input")
        if INPUT in damage(layer):
            about = self.tr("faulty: {0}").format(frame.faults.brief(layer.spec.uid))
        self.inputs.set_caption(self.tr("dC/dX of {0}").format(frame.title()), about)
        names = frame.class_names
        _show(self.outputs, layer.grad_output, names if layer is trace.layers[-1] else ())
        _show(self.inputs, layer.grad_input, (), frame.channels.names)


def _show(mosaic: MosaicView, gradient: Array, names: tuple[str, ...], channels: tuple[str, ...] = ()) -> None:
    if gradient.ndim == 3:
        mosaic.set_maps(gradient, titles=channels)
    else:
        mosaic.set_vector(gradient, names)
