"""What the views show of a training run while it lasts."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from cnn_gui.controls.run_bar import RunBar
from cnn_gui.document import Document
from cnn_gui.lens.panel import LensPanel
from cnn_gui.refresh import RefreshClock
from cnn_gui.training.controller import State, TrainingController

if TYPE_CHECKING:
    from cnn_gui.plots.curves import TrainingCurves


class RunFollower(QObject):
    """Takes the newest of a run at the views' own pace, and hands it to document, lens, run bar and curves.

    Signals:
        step_changed(int): the document's weights are those of another training step, or will be at once.

    Thread: the GUI's.
    """

    step_changed = Signal(int)

    def __init__(
        self, document: Document, controller: TrainingController, lens: LensPanel, run_bar: RunBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._document, self._controller, self._lens, self._run_bar = document, controller, lens, run_bar
        self._curves: TrainingCurves | None = None
        self._run_end: int | None = None  # what the history's steps will be at the end of the run
        self._clock = RefreshClock((self._follow_weights, self._show_loss, self._show_accuracy), self)
        controller.state_changed.connect(self._on_state_changed)
        document.history_replaced.connect(self._show_history)

    def show_in(self, curves: "TrainingCurves") -> None:
        """Show the history in *curves* from now on."""
        self._curves = curves
        curves.set_first_step(self._run_bar.first_step)
        self._run_bar.first_step_changed.connect(curves.set_first_step)
        curves.set_stale(self._document.stale_figures)
        self._document.figures_changed.connect(curves.set_stale)
        self._show_history()

    @Slot(object)
    def _on_state_changed(self, state: State) -> None:
        self._clock.set_running(state is not State.IDLE)
        if state is State.IDLE:
            self._run_end = None
            self._show_history()
            self._set_step(self._document.history.steps)

    def _follow_weights(self) -> None:
        snapshot = self._controller.take_snapshot()
        if snapshot is not None:
            self._run_end = snapshot.history_step + snapshot.result.steps - snapshot.result.step
            self._set_step(snapshot.history_step)
            self._document.set_weights(snapshot.parameters, snapshot.update)
            self._run_bar.show_progress(snapshot.result)
            self._lens.refresh()

    def _set_step(self, step: int) -> None:
        self._lens.set_step(step)
        self.step_changed.emit(step)

    @Slot()
    def _show_history(self) -> None:
        self._show_loss()
        self._show_accuracy()

    def _show_loss(self) -> None:
        self._show_curves("loss")

    def _show_accuracy(self) -> None:
        self._show_curves("accuracy")

    def _show_curves(self, quantity: str) -> None:
        if self._curves is not None:
            self._curves.show_history(self._document.history, self._run_end, (quantity,))
