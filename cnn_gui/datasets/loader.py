"""Reads data sets off the GUI thread."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal, Slot

from cnn_gui import failures
from engine.data import catalogue
from engine.data.dataset import Dataset
from engine.data.source import parse


class DatasetLoader(QObject):
    """Loads one data set at a time; of several requests only the last one counts.

    Signals:
        loaded(Dataset, source), failed(text).

    Thread: the GUI's; reading happens in the thread pool.
    """

    loaded = Signal(object, str)
    failed = Signal(str)
    _done = Signal(int, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request = 0
        self._pool = QThreadPool(self)
        self._done.connect(self._on_done)

    def load(self, source: str) -> None:
        """Begin to read *source*, as ``engine.data.catalogue.load`` understands it."""
        self._request += 1
        self._pool.start(_Reading(self._done, self._request, source))

    def wait(self) -> None:
        """Block until nothing is being read, e.g. before the window goes."""
        self._pool.waitForDone()

    @Slot(int, object, str)
    def _on_done(self, request: int, result: Dataset | str, source: str) -> None:
        if request != self._request:
            return
        if isinstance(result, str):
            self.failed.emit(result)
        else:
            self.loaded.emit(result, source)


class _Reading(QRunnable):
    def __init__(self, done: Signal, request: int, source: str) -> None:
        super().__init__()
        self._done, self._request, self._source = done, request, source

    def run(self) -> None:
        """Read, and say so however it ends. An unexpected exception goes on to the error reporter."""
        result: Dataset | str = QCoreApplication.translate("DatasetLoader", "{0} could not be read.").format(
            self._source
        )
        try:
            result = catalogue.load(self._source)
        except failures.EXPECTED as error:
            result = failures.sentence(error, Path(parse(self._source).path))
        finally:
            self._done.emit(self._request, result, self._source)
