"""What is told where training has diverged, and what a person can do about it there and then."""

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from cnn_gui.document import Document
from cnn_gui.training.controller import State, TrainingController
from cnn_gui.training.snapshot import Divergence


class DivergenceBox(QObject):
    """Shows a message with *Go back*, *Lower the rate* and, where the run is only held, *Keep training*.

    Thread: the GUI's.
    """

    def __init__(self, document: Document, controller: TrainingController, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._controller, self._window = document, controller, window
        self._wanted: float | None = None  # the rate to train with, once the run has ended
        self._going_back = False
        controller.diverged.connect(self._show)
        controller.state_changed.connect(self._on_state_changed)

    @Slot(object)
    def _show(self, divergence: Divergence) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Training diverged"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(divergence.text)
        if divergence.held:
            box.setInformativeText(
                self.tr(
                    "Training is paused. Going back restores the best weights: those with the lowest "
                    "validation loss, of this run or from before it."
                )
            )
        role = QMessageBox.ButtonRole
        back = box.addButton(self.tr("&Go back"), role.ActionRole)
        back.setToolTip(self.tr("Restore the best weights, and the curves up to them"))
        lower = box.addButton(self.tr("&Lower the rate to {0:g}").format(divergence.rate), role.ActionRole)
        lower.setToolTip(self.tr("Go back, and set the learning rate for the next run"))
        if divergence.held:
            keep = box.addButton(self.tr("&Keep training"), role.ActionRole)
            keep.clicked.connect(self._controller.resume)
        box.addButton(QMessageBox.StandardButton.Close)
        box.setDefaultButton(back)
        back.clicked.connect(lambda: self._go_back(None))
        lower.clicked.connect(lambda: self._go_back(divergence.rate))
        box.open()

    def _go_back(self, rate: float | None) -> None:
        """Let the network go back, and set *rate* for the next run; a run that is held ends first."""
        self._going_back, self._wanted = True, rate
        self._controller.give_up()
        if self._controller.state is State.IDLE:
            self._finish()

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        if state is State.IDLE and self._going_back:
            self._finish()

    def _finish(self) -> None:
        rate, self._going_back, self._wanted = self._wanted, False, None
        document = self._document
        document.go_back()
        if rate is not None:
            document.set_settings(replace(document.settings, learning_rate=rate))
            text = self.tr("The network has its best weights again, and the learning rate is {0:g}. Press Train.")
            document.told.emit(text.format(rate))
        else:
            document.told.emit(self.tr("The network has its best weights again."))
