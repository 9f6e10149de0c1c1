"""What the network makes of a drawing: its answer, and its activation maps where they follow the drawing."""

from PySide6.QtCore import QObject, Slot

from cnn_gui.document import Document
from cnn_gui.draw.panel import DrawPanel
from cnn_gui.lens.panel import LensPanel
from cnn_gui.prediction import NoPredictionError, predict


class DrawingReader(QObject):
    """Lets the document's network read what is drawn, whenever the drawing or the network is another.

    Thread: the GUI's.
    """

    def __init__(self, document: Document, draw: DrawPanel, lens: LensPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._draw, self._lens = document, draw, lens
        self._passed_by = False  # whether a person looks at another image until the next stroke
        document.data_changed.connect(self._on_data_changed)
        document.weights_changed.connect(self._read)
        draw.drawing_changed.connect(self._on_drawn)
        draw.follow_changed.connect(self._follow)
        draw.why_wanted.connect(self._on_why_wanted)
        lens.sample_requested.connect(self._on_sample_requested)
        self._on_data_changed()

    @Slot()
    def _on_data_changed(self) -> None:
        data = self._document.data
        self._draw.set_class_names(data.class_names)
        self._draw.set_input(data.input_shape, data.looks)

    @Slot()
    def _on_drawn(self) -> None:
        self._passed_by = False
        self._read()

    @Slot()
    def _read(self) -> None:
        drawing = self._draw.drawing
        try:
            self._draw.show_prediction(None if drawing is None else predict(self._document, drawing))
        except NoPredictionError as error:
            self._draw.show_reason(str(error))
        if self._draw.follow_drawing and not self._passed_by:
            self._follow(True)

    @Slot(bool)
    def _follow(self, follow: bool) -> None:
        self._passed_by = False
        self._lens.set_sample(self._draw.drawing if follow else None, self.tr("your drawing"))

    @Slot()
    def _on_why_wanted(self) -> None:
        self._draw.set_follow_drawing(True)
        self._follow(True)
        self._lens.why_wanted.emit()

    @Slot()
    def _on_sample_requested(self) -> None:
        self._passed_by = True
