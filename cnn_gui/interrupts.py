"""Let the signals that end an application reach Python, which gets no turn while Qt's loop has nothing to do."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Signal, Slot

# Ctrl+C, the end of a session, a terminal that was closed, on POSIX systems and on Windows.
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class SignalListener(QObject):
    """Wakes the loop when a signal arrives, and tells which.

    Signals:
        arrived(number): one of ENDING, in the loop, so that nothing is half done when it is obeyed.

    Thread: the GUI thread, which is the main thread: Python handles signals nowhere else.
    """

    arrived = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._receiver.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)
        self._interrupted = False
        self._before = {number: signal.getsignal(number) for number in ENDING}
        for number, before in self._before.items():
            if before in (signal.SIG_DFL, signal.default_int_handler):  # else it is ignored, as by nohup
                signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """Leave a signal to the loop; a second Ctrl+C does not wait for it."""
        if number == signal.SIGINT and self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = self._interrupted or number == signal.SIGINT

    @Slot()
    def _on_signal(self) -> None:
        for number in self._receiver.recv(64):
            if number in ENDING:
                self.arrived.emit(number)

    @Slot()
    def close(self) -> None:
        """Stop listening."""
        signal.set_wakeup_fd(-1)
        for number, before in self._before.items():
            signal.signal(number, before)
        self._notifier.setEnabled(False)
        self._receiver.close()
        self._sender.close()


def listen(app: QCoreApplication) -> SignalListener:
    """Return what tells of signals until *app* ends, which is the same for every caller; on the main thread.

    Where it is made, a signal quits *app* until somebody knows better.
    """
    listener = app.findChild(SignalListener)
    if listener is None:
        listener = SignalListener(app)
        listener.arrived.connect(app.quit)
        app.aboutToQuit.connect(listener.close)
    return listener
