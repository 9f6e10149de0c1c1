"""The training loop on its own thread. It knows no widget: it pulls the trainer and posts snapshots."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, Signal, Slot

from cnn_gui.learned import Mark, Outcome
from cnn_gui.training.control import RunControl
from cnn_gui.training.mailbox import Mailbox
from cnn_gui.training.snapshot import Divergence, take_snapshot
from engine.divergence import DivergedError, lower_rate
from engine.errors import BadInputError
from engine.history import EpochResult
from engine.trainer import Diverging, StepResult, Trainer
from engine.watch import Watch

MARKS_LIMIT = 64 * 2**20  # bytes that the moments before single steps may take
MOST_MARKS = 500  # as many as undo has steps
INTERVAL = 1 / 30  # s between two snapshots of a run that goes on


class TrainingWorker(QObject):
    """Runs one training run from start to end.

    Signals:
        epoch_finished(EpochResult): after each epoch.
        failed(text): the run could not go on; the text is for a person.
        diverged(Divergence): the run has gone astray. It is over, or held where every number is still finite.
        finished(Outcome or None): the run is over, however it ended; None where it could not begin.

    Thread: lives on the training thread; ``control`` and ``mailbox`` may be used from any.
    """

    epoch_finished = Signal(object)
    failed = Signal(str)
    diverged = Signal(object)
    finished = Signal(object)

    def __init__(
        self, make_trainer: Callable[[], Trainer], control: RunControl, mailbox: Mailbox, watch: Watch
    ) -> None:
        super().__init__()
        self._make_trainer, self._control, self._mailbox, self._watch = make_trainer, control, mailbox, watch
        self._trainer: Trainer | None = None
        self._last: StepResult | None = None
        self._posted = 0.0  # when
        self._marks: list[Mark] = []
        self._by_steps = False  # whether the last piece of the run was a single step

    @Slot()
    def run(self) -> None:
        """Train until the end, a stop or a failure. An unexpected exception goes on to the error reporter."""
        try:
            self._trainer = self._make_trainer()
            self._pull(self._trainer)
            self._tell_late_divergence(self._trainer)
        except DivergedError as error:
            self.diverged.emit(Divergence(str(error), error.rate, held=False))
        except (BadInputError, MemoryError, OSError) as error:
            if self._control.stopped and isinstance(error, ChildProcessError):
                return  # what waited for a process that hung was to end
            text = "" if isinstance(error, MemoryError) else str(error)
            self.failed.emit(text or self.tr("There is not enough memory; use a smaller batch or network."))
        finally:
            self.finished.emit(self._outcome())

    def _outcome(self) -> Outcome | None:
        """Return what the run ends with; what an optimizer has built up on the way astray is of no use."""
        trainer = self._trainer
        if trainer is None:
            return None
        parameters, marks = trainer.model.parameters.flat, tuple(self._marks)
        if trainer.taken_back is not None:
            best = trainer.best_history if trainer.taken_back else None
            return Outcome(parameters, marks=marks, diverged=True, best_history=best)
        return Outcome(parameters, trainer.last_update(), trainer.optimizer_state(), marks)

    def _tell_late_divergence(self, trainer: Trainer) -> None:
        """Tell that the run went back, where only its last step before a stop made numbers that are not finite."""
        if trainer.taken_back is not None and not self._control.given_up:
            text = self.tr("The last step produced values that are not finite, so the best weights were restored.")
            self.diverged.emit(Divergence(text, lower_rate(trainer.settings), held=False))

    def abandon_step(self) -> None:
        """Let a step fail that waits for a process that does not answer; from any thread."""
        if self._trainer is not None:
            self._trainer.abandon_step()

    def _pull(self, trainer: Trainer) -> None:
        events = trainer.run()
        try:
            while self._control.wait_until_wanted(on_hold=lambda: self._post(trainer, held=True)):
                self._mark(trainer)
                event = next(events, None)
                if event is None:
                    return
                if isinstance(event, StepResult):
                    self._on_step(event, trainer)
                elif isinstance(event, EpochResult):
                    self.epoch_finished.emit(event)
                elif isinstance(event, Diverging):
                    self._control.pause()
                    self.diverged.emit(Divergence(str(event), event.rate, held=True))
            if self._control.given_up:
                trainer.take_back()
        finally:
            events.close()

    def _mark(self, trainer: Trainer) -> None:
        """Note the moment before each single step, and after the last of several: undo can go back there.

        Where they take more than MARKS_LIMIT together, the first ones go, and with them the chance to go back there.
        """
        by_steps, before = self._control.stepping, self._by_steps
        self._by_steps = by_steps
        history = trainer.history
        if (by_steps or before) and not (self._marks and self._marks[-1].history.steps == history.steps):
            parameters = trainer.model.parameters.flat.copy()
            self._marks.append(Mark(parameters, trainer.optimizer_state(), history.branch()))
            while len(self._marks) > MOST_MARKS or len(self._marks) * self._marks[-1].size > MARKS_LIMIT:
                self._marks.pop(0)

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
