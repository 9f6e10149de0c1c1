"""The pace at which views follow a run."""

from collections.abc import Callable, Sequence
from itertools import cycle
from time import thread_time

from PySide6.QtCore import QObject, QTimer, Slot

PERIOD = 100  # ms in which each group of views gets its turn; faster looks no livelier and costs the training speed
SHARE = 0.07  # of a core may go into bringing views up to date, and into painting them


class RefreshClock(QObject):
    """Gives groups of views their turn, one after the other, so that the GUI thread is never busy for long at once.

    The longer the turns take, with the painting that follows them, the less often they come.

    Thread: the GUI's.
    """

    def __init__(self, turns: Sequence[Callable[[], None]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pause = PERIOD // len(turns)
        self._turns = cycle(turns)
        self._start = 0.0  # of the last turn, in s that this thread has worked
        self._timer = QTimer(self)
        self._timer.setInterval(self._pause)
        self._timer.timeout.connect(self._on_timeout)
        self._painted = QTimer(self, singleShot=True, interval=0)  # comes after what was to be painted
        self._painted.timeout.connect(self._on_painted)

    def set_running(self, running: bool) -> None:
        """Start or stop."""
        if running != self._timer.isActive():
            self._timer.start() if running else self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        self._start = thread_time()
        self._painted.start()
        next(self._turns)()

    @Slot()
    def _on_painted(self) -> None:
        cost = 1000 * (thread_time() - self._start)
        self._timer.setInterval(max(self._pause, round(cost / SHARE)))
