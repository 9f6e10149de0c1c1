"""What a layer has learned: its kernels, or its weights as a matrix, and its biases."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.names import input_place
from cnn_gui.lens.weights import arrays
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
        self.mosaic.ranges = frame.ranges
        self.mosaic.set_caption(frame.title(), frame.moment())
        arrays.show(self.mosaic, frame.parameters, frame.channels.names, input_place(frame))

    def _why_nothing(self, frame: Frame) -> str:
        if frame.spec is None:
            return self.tr("Select a layer in the network to see its kernels.")
        if frame.problem:
            return self.tr("There are no weights while the network cannot work. {0}").format(frame.problem)
        text = self.tr("{0} has no weights to learn. Its activation maps show what it does.")
        return text.format(frame.title())
