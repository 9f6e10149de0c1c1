"""The training loop on its own thread. It knows no widget: it pulls the trainer and posts snapshots."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, Signal, Slot

from cnn_gui.training.control import RunControl
from cnn_gui.training.mailbox import Mailbox
from cnn_gui.training.snapshot import take_snapshot
from engine.divergence import DivergedError
from engine.errors import BadInputError
from engine.history import EpochResult
from engine.trainer import StepResult, Trainer
from engine.watch import Watch

INTERVAL = 1 / 30  # s between two snapshots of a run that goes on


class TrainingWorker(QObject):
    """Runs one training run from start to end.

    Signals:
        epoch_finished(EpochResult): after each epoch.
        failed(text): the run could not go on; the text is for a person.
        finished(parameters, update): the run is over, however it ended; (P,) the last good weights, and what the last
            step added to each, or None.

    Thread: lives on the training thread; ``control`` and ``mailbox`` may be used from any.
    """

    epoch_finished = Signal(object)
    failed = Signal(str)
    finished = Signal(object, object)

    def __init__(
        self, make_trainer: Callable[[], Trainer], control: RunControl, mailbox: Mailbox, watch: Watch
    ) -> None:
        super().__init__()
        self._make_trainer, self._control, self._mailbox, self._watch = make_trainer, control, mailbox, watch
        self._trainer: Trainer | None = None
        self._last: StepResult | None = None
        self._posted = 0.0  # when

    @Slot()
    def run(self) -> None:
        """Train until the end, a stop or a failure. An unexpected exception goes on to the error reporter."""
        parameters = update = None
        try:
            trainer = self._trainer = self._make_trainer()
            parameters = trainer.model.parameters.flat
            self._pull(trainer)
            update = trainer.last_update()
        except (BadInputError, DivergedError, MemoryError, OSError) as error:
            if self._control.stopped and isinstance(error, ChildProcessError):
                return  # what waited for a process that hung was to end
            self.failed.emit(str(error) or self.tr("There is not enough memory; use a smaller batch or network."))
        finally:
            self.finished.emit(parameters, update)

    def abandon_step(self) -> None:
        """Let a step fail that waits for a process that does not answer; from any thread."""
        if self._trainer is not None:
            self._trainer.abandon_step()

    def _pull(self, trainer: Trainer) -> None:
        events = trainer.run()
        try:
            while self._control.wait_until_wanted(on_hold=lambda: self._post(trainer, held=True)):
                event = next(events, None)
                if event is None:
                    return
                if isinstance(event, StepResult):
                    self._on_step(event, trainer)
                elif isinstance(event, EpochResult):
                    self.epoch_finished.emit(event)
        finally:
            events.close()

    def _on_step(self, result: StepResult, trainer: Trainer) -> None:
        self._control.step_done()
        self._last = result
        if perf_counter() - self._posted >= INTERVAL:
            self._post(trainer)

    def _post(self, trainer: Trainer, held: bool = False) -> None:
        """Let the GUI see the network as it is after the last step; while *held*, it may want to see all of it."""
        if self._last is not None:
            update = trainer.last_update() if held or self._watch.wants_update else None
            parameters = trainer.model.parameters.flat
            self._mailbox.post(take_snapshot(self._last, trainer.history.steps, parameters, update))
            self._posted = perf_counter()
