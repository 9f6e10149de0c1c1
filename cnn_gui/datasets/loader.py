"""Reads data sets off the GUI thread."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from cnn_gui import failures
from cnn_gui.reading import Reading
from engine.data import catalogue
from engine.data.source import parse


class DatasetLoader(QObject):
    """Loads one data set at a time; of several requests only the last one counts, and the others are given up.

    Signals:
        loaded(Dataset, source), failed(text).

    Thread: the GUI's; reading happens on a thread of its own.
    """

    loaded = Signal(object, str)
    failed = Signal(str)
    _done = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading | None = None
        self._done.connect(self._on_done)

    def load(self, source: str) -> None:
        """Begin to read *source*, as ``engine.data.catalogue.load`` understands it."""
        if self._reading is not None:
            self._reading.give_up()
        self._reading = Reading(
            lambda: catalogue.load(source).measured(), lambda reading: self._done.emit(reading, source)
        )
        self._reading.start()

    def give_up(self) -> None:
        """End what is being read, e.g. because the window goes: after a piece of the file, seldom later."""
        if self._reading is not None:
            self._reading.give_up()
            self._reading.wait()
            self._reading = None

    @Slot(object, str)
    def _on_done(self, reading: Reading, source: str) -> None:
        if reading is not self._reading:
            return
        self._reading = None
        if reading.result is not None:
            self.loaded.emit(reading.result, source)
        elif reading.error is not None:
            self.failed.emit(failures.sentence(reading.error, Path(parse(source).path)))
        else:
            self.failed.emit(self.tr("{0} could not be read.").format(source))
