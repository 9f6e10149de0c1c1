"""What a layer makes of one image: its output, map by map."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.sample_bar import SampleBar
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView

_CERTAIN = 1.0  # a probability never exceeds it, so the colours of the answer always mean the same


class MapsView(QWidget):
    """The image, what the network reads in it, and the output of the selected layer.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.samples, self.mosaic = SampleBar(), MosaicView()
        self.mosaic.canvas.setAccessibleName(self.tr("Activation maps of the selected layer"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[0])
        column.addWidget(self.samples)
        column.addWidget(self.mosaic, 1)

    def show_frame(self, frame: Frame) -> None:
        """Show the output of the layer in *frame*, the image itself if none is selected, or what is missing."""
        self.samples.show_frame(frame)
        if frame.sample is None:
            self.mosaic.show_message(self.tr("There is no image yet. Load a data set, or draw something."))
        elif frame.spec is None:
            self._show_input(frame)
        elif frame.values is None:
            self.mosaic.show_message(frame.problem or self.tr("The image does not fit the network's input."))
        else:
            self._show_output(frame)

    def _show_input(self, frame: Frame) -> None:
        assert frame.sample is not None
        self.mosaic.colormap = ColorMap.GREY
        hint = "" if frame.problem else self.tr("select a layer to see its maps")
        self.mosaic.set_caption(frame.title(), frame.sample.title, hint)
        self.mosaic.set_maps(frame.sample.image, limit=1.0, titles=frame.channels.names)

    def _show_output(self, frame: Frame) -> None:
        assert frame.spec is not None and frame.sample is not None and frame.values is not None
        output = frame.values[frame.index + 1]
        limit = _CERTAIN if frame.spec.config.gives_probabilities else None
        self.mosaic.colormap, self.mosaic.ranges = ColorMap.ACTIVATIONS, frame.ranges
        self.mosaic.set_caption(frame.title(), frame.sample.title, frame.moment())
        if output.ndim == 3:
            self.mosaic.set_maps(output, limit)
        else:
            self.mosaic.set_vector(output, frame.class_names, limit)
