"""How well the network did on the test images at the end of the last epoch."""

from math import isnan

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from cnn_gui import command_table
from cnn_gui.document import Document
from cnn_gui.plain_text import PlainLabel
from cnn_gui.training.controller import TrainingController


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
        self.setToolTip(command_table.with_key(self.tr("Click to see which images are misclassified"), "results"))
        document.data_changed.connect(self._show)
        document.history_replaced.connect(self._show)
        document.figures_changed.connect(self._show)
        controller.epoch_finished.connect(self._show)
        self._show()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    @Slot()
    def _show(self) -> None:
        """Show the figures of the last epoch, and what they describe where that is not what there is now."""
        data, epochs, stale = self._document.data.dataset, self._document.history.epochs, self._document.stale_figures
        if not epochs:
            text = self.tr("Test figures come from {0:,} images")
            self.setText(text.format(len(data.test)) if data is not None else "")
            return
        last = epochs[-1]
        if isnan(last.test_accuracy):
            self.setText(self.tr("There are no test images to evaluate"))
            return
        count = self.tr("{0:,} test images").format(len(data.test)) if data and not stale else self.tr("test images")
        text = self.tr("Epoch {0}: accuracy {1:.2%} on {2}, test loss {3:.4f}")
        figures = text.format(last.epoch, last.test_accuracy, count, last.test_loss)
        self.setText(self.tr("{0}: {1}").format(stale[:1].upper() + stale[1:], figures) if stale else figures)
