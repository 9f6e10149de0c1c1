"""What a layer has learned: its kernels, or its weights as a matrix, and its biases."""

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView


class KernelsView(QWidget):
    """The selected layer's weights and biases.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mosaic = MosaicView(ColorMap.WEIGHTS)
        self.mosaic.canvas.setAccessibleName(self.tr("Weights of the selected layer"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.addWidget(self.mosaic)

    def show_frame(self, frame: Frame) -> None:
        """Show the parameters of the layer in *frame*, or say why there are none."""
        if not frame.parameters:
            self.mosaic.show_message(self._why_nothing(frame))
            return
        weight, bias = frame.parameters.get("weight"), frame.parameters.get("bias")
        self.mosaic.set_caption(frame.title(), frame.moment())
        if weight is not None and weight.ndim == 4:
            self.mosaic.set_kernels(weight, bias)
        elif weight is not None and weight.ndim == 2:
            self.mosaic.set_matrix(weight, bias)
        else:
            names = [f"{name} {i}" for name, values in frame.parameters.items() for i in range(values.size)]
            self.mosaic.set_vector(np.concatenate([values.ravel() for values in frame.parameters.values()]), names)

    def _why_nothing(self, frame: Frame) -> str:
        if frame.spec is None:
            return self.tr("Select a layer in the network to see what it has learned.")
        if frame.problem:
            return self.tr("There are no weights while the network cannot work. {0}").format(frame.problem)
        text = self.tr("{0} learns nothing: it has no weights. Its activation maps show what it does.")
        return text.format(frame.title())
