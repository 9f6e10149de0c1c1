"""Let Ctrl+C in the terminal reach Python, which gets no turn while Qt's loop has nothing to do."""

import signal
import socket

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot


class _Waker(QObject):
    """Wakes the loop when a signal arrives: the return to Python is what raises KeyboardInterrupt.

    Thread: the GUI thread, which is the main thread: Python handles signals nowhere else.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._receiver.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    @Slot()
    def _on_signal(self) -> None:
        self._receiver.recv(64)

    @Slot()
    def close(self) -> None:
        """Stop listening."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._receiver.close()
        self._sender.close()


def wake_python(app: QCoreApplication) -> None:
    """Have signals handled at once until *app* ends; to be called on the main thread."""
    app.aboutToQuit.connect(_Waker(app).close)
