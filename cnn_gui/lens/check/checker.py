"""Runs gradient checks off the GUI thread."""

from threading import Event
from time import perf_counter

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from cnn_gui.lens.check.job import CheckJob
from engine.gradreport import GradientReport

INTERVAL = 0.05  # s between two signals of progress


class CancelledError(Exception):
    """Ends a check that nobody waits for any more."""


class GradientChecker(QObject):
    """Runs one check at a time; a second one cancels the first.

    Attributes:
        job: what is being checked, or None.

    Signals:
        changed(): a check began or ended.
        progressed(done, total): cells.
        finished(CheckJob, GradientReport).
        failed(text): there was not enough memory.

    Thread: the GUI's; checks run in a thread of their own.
    """

    changed = Signal()
    progressed = Signal(int, int)
    finished = Signal(object, object)
    failed = Signal(str)
    _told = Signal(object, int, int)
    _done = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job: CheckJob | None = None
        self._cancelled = Event()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._told.connect(self._on_told)
        self._done.connect(self._on_done)

    def start(self, job: CheckJob) -> None:
        """Check *job* in the place of what is being checked."""
        self._cancelled.set()
        self.job, self._cancelled = job, Event()
        self._pool.start(_Checking(self._told, self._done, job, self._cancelled))
        self.changed.emit()

    def cancel(self) -> None:
        """End the check after the cell that it is at; nothing happens where there is none."""
        self._cancelled.set()
        if self.job is not None:
            self.job = None
            self.changed.emit()

    def shut_down(self) -> None:
        """Cancel, and block until the thread is at rest, e.g. before the window goes."""
        self.cancel()
        self._pool.waitForDone()

    @Slot(object, int, int)
    def _on_told(self, job: CheckJob, done: int, total: int) -> None:
        if job is self.job:
            self.progressed.emit(done, total)

    @Slot(object, object)
    def _on_done(self, job: CheckJob, report: GradientReport | None) -> None:
        if job is not self.job:
            return
        self.job = None
        self.changed.emit()
        if report is None:
            self.failed.emit(self.tr("There is not enough memory to check this layer."))
        else:
            self.finished.emit(job, report)


class _Checking(QRunnable):
    def __init__(self, told: Signal, done: Signal, job: CheckJob, cancelled: Event) -> None:
        super().__init__()
        self._told, self._done, self._job, self._cancelled = told, done, job, cancelled
        self._last = 0.0  # when progress was told

    def run(self) -> None:
        """Check, and say so unless it was cancelled. An unexpected exception goes on to the error reporter."""
        report = None
        try:
            report = self._job.run(self._tell)
        except (CancelledError, MemoryError):
            pass
        finally:
            if not self._cancelled.is_set():
                self._done.emit(self._job, report)

    def _tell(self, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise CancelledError
        now = perf_counter()
        if now - self._last >= INTERVAL:
            self._last = now
            self._told.emit(self._job, done, total)
