"""Python's garbage collection, on the GUI thread alone.

Wherever Python happens to collect, it deletes what it finds: on the training thread that could be a widget, and Qt
crashes where a widget is deleted by another thread than its own. So automatic collection is off, and a timer looks
after it. What was freed in between lies scattered over the heap of the C library, which keeps it: glibc gives it back
to the system when it is asked to.
"""

import ctypes
import gc
import sys
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL = 500  # ms
TRIM = 60  # of them, after which unused memory is given back


class GarbageCollector(QObject):
    """Collects about when Python itself would, but here; as long as it lives, nobody else does.

    *Thread*: the one that makes it, which must be the GUI's.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()  # what the program is made of need not be looked through again and again
        gc.disable()
        self._trim, self._rounds = _trimmer(), 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start(INTERVAL)

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _on_timeout(self) -> None:
        self._rounds += 1
        if self._rounds % TRIM == 0:
            self._trim()
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return


def _trimmer() -> Callable[[], object]:
    """Return what gives the unused memory of the C library back to the system; elsewhere than with glibc, nothing."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            trim = ctypes.CDLL(None).malloc_trim
            trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
            return lambda: trim(0)
    return lambda: None
