"""A slot for one snapshot between two threads, neither of which ever waits."""

from threading import Lock

from cnn_gui.training.snapshot import Snapshot


class Mailbox:
    """The training thread posts, the GUI takes; what was not taken gives way to the newer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._snapshot: Snapshot | None = None

    def post(self, snapshot: Snapshot) -> None:
        """Put *snapshot* in the place of what lies there."""
        with self._lock:
            self._snapshot = snapshot

    def take(self) -> Snapshot | None:
        """Return the newest snapshot and leave the slot empty; None if nothing has come."""
        with self._lock:
            snapshot, self._snapshot = self._snapshot, None
        return snapshot
