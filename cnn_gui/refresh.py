"""The pace at which views follow a run."""

from collections.abc import Callable, Sequence
from itertools import cycle
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Slot

PERIOD = 100  # ms in which each group of views gets its turn; faster looks no livelier and costs the training speed
SHARE = 0.05  # of the time may go into bringing views up to date; painting them takes as much again


class RefreshClock(QObject):
    """Gives groups of views their turn, one after the other, so that the GUI thread is never busy for long at once.

    The longer the turns take, the less often they come.

    Thread: the GUI's.
    """

    def __init__(self, turns: Sequence[Callable[[], None]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pause = PERIOD // len(turns)
        self._turns = cycle(turns)
        self._timer = QTimer(self)
        self._timer.setInterval(self._pause)
        self._timer.timeout.connect(self._on_timeout)

    def set_running(self, running: bool) -> None:
        """Start or stop."""
        if running != self._timer.isActive():
            self._timer.start() if running else self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        start = perf_counter()
        next(self._turns)()
        cost = 1000 * (perf_counter() - start)
        self._timer.setInterval(max(self._pause, round(cost / SHARE)))
