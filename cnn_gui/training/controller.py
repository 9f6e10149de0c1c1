"""Starts, holds and ends training runs for the document."""

from collections.abc import Callable, Mapping
from enum import Enum

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread, QTimer, Signal, Slot

from cnn_gui.document import Document
from cnn_gui.learned import Outcome
from cnn_gui.training.control import RunControl
from cnn_gui.training.mailbox import Mailbox
from cnn_gui.training.snapshot import Divergence, Snapshot
from cnn_gui.training.worker import TrainingWorker
from engine.history import EpochResult
from engine.layer import Array
from engine.model import Model
from engine.trainer import Trainer

STEP_PATIENCE = 5_000  # ms, for a last step before the processes that it may be waiting for are ended
STOP_PATIENCE = 30_000  # ms, for a last step of a huge network when the window closes or shows another project


class State(Enum):
    """What a run is doing. STOPPING: asked to end, its last step not yet over."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"


class TrainingController(QObject):
    """Owns the training thread. While a run lasts, the document is locked and its history grows.

    Signals:
        state_changed(State), epoch_finished(EpochResult), failed(text).
        diverged(Divergence): the run has gone astray; it is held, or over.

    Thread: the GUI's.
    """

    state_changed = Signal(object)
    epoch_finished = Signal(object)
    failed = Signal(str)
    diverged = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._thread: QThread | None = None
        self._worker: TrainingWorker | None = None
        self._control = RunControl()
        self._mailbox = Mailbox()
        self.state = State.IDLE
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.timeout.connect(self._on_deadline)

    @property
    def busy(self) -> bool:
        """True from the start of a run until its thread has ended."""
        return self._thread is not None

    def start(self, paused: bool = False) -> None:
        """Train the document's network from its present weights; *paused* waits for ``step`` or ``resume``."""
        document = self._document
        if self.busy or document.problem is not None or document.data.dataset is None or document.model is None:
            return
        self._control, self._mailbox = RunControl(paused), Mailbox()
        make_trainer = _trainer_maker(document, document.begin_run())
        self._worker = TrainingWorker(make_trainer, self._control, self._mailbox, document.watch)
        self._thread = QThread()
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)
        self._worker.epoch_finished.connect(self._on_epoch_finished)
        self._worker.failed.connect(self.failed)
        self._worker.diverged.connect(self._on_diverged)
        self._worker.finished.connect(self._on_finished)
        self._set_state(State.PAUSED if paused else State.RUNNING)
        self._thread.start()

    def pause(self) -> None:
        """Hold the run after the step that it is in."""
        if self.state is State.RUNNING:
            self._control.pause()
            self._set_state(State.PAUSED)

    def resume(self) -> None:
        """Let a held run go on."""
        if self.state is State.PAUSED:
            self._control.resume()
            self._set_state(State.RUNNING)

    def step(self) -> None:
        """Do one optimizer step and hold; begins a run where there is none."""
        if self.state is State.IDLE:
            self.start(paused=True)
        if self.state in (State.RUNNING, State.PAUSED):
            self._control.step()
            self._set_state(State.PAUSED)

    def stop(self) -> None:
        """End the run after the step that it is in; what it learned is kept.

        A step that takes long may be waiting for a process that does not answer: it is given up after STEP_PATIENCE.
        """
        if self.state in (State.RUNNING, State.PAUSED):
            self._control.stop()
            self._deadline.start(STEP_PATIENCE)
            self._set_state(State.STOPPING)

    def give_up(self) -> None:
        """End a held run and let the network go back to its best weights, of the run's epochs or of before it."""
        if self.state is State.PAUSED:
            self._control.give_up()
            self._set_state(State.STOPPING)

    def take_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot of the run, once, or None."""
        return self._mailbox.take()

    def shut_down(self) -> bool:
        """End a run and its thread now, and keep what it learned; False if its last step takes too long."""
        self.stop()
        if self._thread is not None:
            self._thread.quit()
            first = min(STEP_PATIENCE, STOP_PATIENCE)
            if not self._thread.wait(first):
                self._on_deadline()
                if not self._thread.wait(STOP_PATIENCE - first):
                    return False
            # The last words of the worker, its weights among them, wait in the queue.
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
        return True

    @Slot()
    def _on_deadline(self) -> None:
        if self._worker is not None:
            self._worker.abandon_step()

    @Slot(object)
    def _on_epoch_finished(self, result: EpochResult) -> None:
        self.epoch_finished.emit(result)

    @Slot(object)
    def _on_diverged(self, divergence: Divergence) -> None:
        if divergence.held and self.state is State.RUNNING:
            self._set_state(State.PAUSED)
        self.diverged.emit(divergence)

    @Slot(object)
    def _on_finished(self, outcome: Outcome | None) -> None:
        if self._thread is None:
            return
        self._thread.quit()
        self._thread.wait()
        self._release()
        self._document.end_run(outcome)
        self._set_state(State.IDLE)

    def _release(self) -> None:
        """Let go of a thread that has ended."""
        self._deadline.stop()
        self._thread = self._worker = None
        self._mailbox.take()

    def _set_state(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)


def _trainer_maker(document: Document, optimizer: Mapping[str, Array] | None) -> Callable[[], Trainer]:
    """Return a function that makes the trainer in the thread that trains: splitting the data takes a moment.

    *optimizer* is what the one of an earlier run has built up.
    """
    model, dataset, settings, history = document.model, document.data.dataset, document.settings, document.history
    assert model is not None and dataset is not None
    weights, watch, faults = model.parameters.flat.copy(), document.watch, document.faults.of_training

    def make() -> Trainer:
        own = Model(model.architecture, model.input_shape, weights.dtype, faults=faults)
        np.copyto(own.parameters.flat, weights)
        return Trainer(own, dataset, settings, history=history, watch=watch, optimizer=optimizer)

    return make
