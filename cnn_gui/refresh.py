"""The pace at which views follow a run."""

from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

FASTEST = 100  # ms; ten pictures a second look live, and more cost the training much of its speed
SHARE = 0.15  # of the time may go into bringing views up to date


class RefreshClock(QObject):
    """Ticks while it is started; the longer the views take, the less often.

    Signals:
        due(): bring the views up to date now.

    Thread: the GUI's.
    """

    due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(FASTEST)
        self._timer.timeout.connect(self._on_timeout)

    def set_running(self, running: bool) -> None:
        """Start or stop ticking."""
        if running != self._timer.isActive():
            self._timer.start() if running else self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        start = perf_counter()
        self.due.emit()
        cost = 1000 * (perf_counter() - start)
        self._timer.setInterval(max(FASTEST, round(cost / SHARE)))
