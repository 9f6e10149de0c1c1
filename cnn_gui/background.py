"""Long computations beside the GUI: on a thread, in pieces, the newest question first."""

from collections.abc import Callable, Generator
from threading import Thread
from time import perf_counter
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from engine.errors import BadInputError

PERIOD = 40  # ms between two looks at how far it is
PAUSE = 1.0  # s, at least, after an answer before the same question is asked anew
SHARE = 0.05  # of the time may go into asking anew

# Called on the GUI's thread when its turn comes; what it gives runs on the other: yields the share that is done, and
# returns the answer.
Work = Callable[[], Generator[float, None, Any]]


class Background(QObject):
    """Answers one question at a time. Of several only the last one counts.

    Signals:
        advanced(float): so much of it is done, 0 to 1.
        finished(object): the answer.
        failed(text): there is none, and why; '' for an error that the reporter tells.

    Thread: the GUI's; the work runs on a thread of its own, which ends after its piece when it is cancelled.
    """

    advanced = Signal(float)
    finished = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run: _Run | None = None
        self._next: Work | None = None
        self._threads: list[Thread] = []
        self._rested = 0.0  # when the same question may be asked anew
        self._timer = QTimer(self, interval=PERIOD)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether something is being computed."""
        return self._run is not None

    def ask(self, work: Work) -> None:
        """Begin *work* now, in the place of what is under way."""
        self.cancel()
        self._begin(work)

    def ask_anew(self, work: Work) -> None:
        """Begin *work*, the same question about newer numbers, when its turn comes."""
        self._next = work
        self._timer.start()

    def cancel(self) -> None:
        """Forget what is under way, and what was to come."""
        if self._run is not None:
            self._run.cancelled = True
        self._run = self._next = None
        self._rested = 0.0
        self._timer.stop()

    def shut_down(self) -> None:
        """Cancel, and wait for the end of the piece that is under way: the window goes."""
        self.cancel()
        for thread in self._threads:
            thread.join()

    def _begin(self, work: Work) -> None:
        self._run, self._next = _Run(work()), None
        self._timer.start()
        thread = Thread(target=self._run.work, name="background")
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    @Slot()
    def _look(self) -> None:
        if self._run is not None and self._run.over:
            self._end(self._run)
        elif self._run is not None:
            self.advanced.emit(self._run.share)
        elif self._next is not None and perf_counter() >= self._rested:
            self._begin(self._next)

    def _end(self, run: "_Run") -> None:
        self._run = None
        if self._next is None:
            self._timer.stop()
        self._rested = perf_counter() + max(PAUSE, run.cost / SHARE)
        if run.answered:
            self.finished.emit(run.answer)
        else:
            self.failed.emit(run.problem)


class _Run:
    """One computation: written by its thread, read by the GUI's."""

    def __init__(self, pieces: Generator[float, None, Any]) -> None:
        self._pieces = pieces
        self.cancelled = self.answered = self.over = False
        self.share = self.cost = 0.0
        self.answer: Any = None
        self.problem = ""

    def work(self) -> None:
        """Compute until the end or until it is cancelled. An unexpected exception goes on to the error reporter."""
        start = perf_counter()
        try:
            while not self.cancelled:
                self.share = next(self._pieces)
        except StopIteration as end:
            self.answer, self.answered = end.value, True
        except (BadInputError, MemoryError) as error:
            self.problem = str(error) or QCoreApplication.translate(
                "Background", "There is not enough memory for this computation."
            )
        finally:
            self._pieces.close()  # on this thread, wherever it is let go
            self.cost = perf_counter() - start
            self.over = True
