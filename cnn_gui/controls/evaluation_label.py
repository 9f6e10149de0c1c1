"""How well the network did on the test images at the end of the last epoch."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from cnn_gui import command_table
from cnn_gui.document import Document
from cnn_gui.plain_text import PlainLabel
from cnn_gui.training.controller import TrainingController
from engine.history import EpochResult


class EvaluationLabel(PlainLabel):
    """The newest test figures, always with the number of images that they are from.

    Signals:
        clicked(): a person wants to see more of it.

    Thread: the GUI's.
    """

    clicked = Signal()

    def __init__(self, document: Document, controller: TrainingController, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._document = document
        self.setProperty("role", "muted")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(command_table.with_key(self.tr("Click to see which images are read wrongly"), "results"))
        document.data_changed.connect(self._show_data)
        document.history_replaced.connect(self._show_data)
        controller.epoch_finished.connect(self._on_epoch_finished)
        self._show_data()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    @Slot()
    def _show_data(self) -> None:
        """Show from how many images the next test figures will be: those of before are of other weights or data."""
        data = self._document.data.dataset
        text = self.tr("Test figures are from {0:,} images")
        self.setText(text.format(len(data.test)) if data is not None else "")

    @Slot(object)
    def _on_epoch_finished(self, result: EpochResult) -> None:
        data = self._document.data.dataset
        count = len(data.test) if data is not None else 0
        text = self.tr("Epoch {0}: {1:.2%} right on {2:,} test images, test loss {3:.4f}")
        self.setText(text.format(result.epoch, result.test_accuracy, count, result.test_loss))
