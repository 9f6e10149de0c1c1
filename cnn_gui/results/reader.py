"""Lets the document's network read the test set, off the GUI thread."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from cnn_gui.background import Background
from cnn_gui.document import Document
from cnn_gui.learned import since
from engine.architecture import Architecture
from engine.data.dataset import Dataset
from engine.layer import Array, Shape
from engine.model import Model
from engine.predictions import Predictions, predictions


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is read by what: an answer to one subject says nothing of another."""

    architecture: Architecture
    input_shape: Shape
    dataset: Dataset
    loss: str

    def is_like(self, other: "Subject | None") -> bool:
        """Return whether *other* is the same but for the weights."""
        return other is not None and self.dataset is other.dataset and (
            (self.architecture, self.input_shape, self.loss) == (other.architecture, other.input_shape, other.loss)
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the weights of one training *step* make of the test set of *subject*; *since*: what they became then."""

    subject: Subject
    step: int
    predictions: Predictions
    since: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the network's outputs are probabilities."""
        return bool(self.subject.architecture.layers[-1].config.fused_loss)


class TestReader(QObject):
    """Keeps the newest reading of the test set, while somebody wants it; newer weights wait for their turn.

    Attributes:
        reading: None until the first one is there.
        share: of the next one that is done.

    Signals:
        changed(): another reading, or none any more.
        advanced(): another share.
        failed(text): it could not be read, and why.

    Thread: the GUI's.
    """

    changed = Signal()
    advanced = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._wanted, self._stale, self._asked = False, True, None
        self._step = document.history.steps
        self.reading: Reading | None = None
        self.share = 0.0
        self._background = Background(self)
        self._background.advanced.connect(self._on_advanced)
        self._background.finished.connect(self._on_finished)
        self._background.failed.connect(self.failed)
        document.weights_changed.connect(self._on_changed)
        document.data_changed.connect(self._on_changed)
        document.history_replaced.connect(lambda: self.set_step(document.history.steps))

    @property
    def busy(self) -> bool:
        """Whether the test set is being read."""
        return self._background.busy

    def set_step(self, step: int) -> None:
        """Say which training step the document's weights are of; 0 for initial ones."""
        self._step = step

    def set_wanted(self, wanted: bool) -> None:
        """Read, now and after each change, or let it be."""
        self._wanted = wanted
        if not wanted:
            self._background.cancel()
            self._asked, self._stale = None, True
        elif self._stale:
            self._on_changed()

    def shut_down(self) -> None:
        """Let it be, and wait for the thread."""
        self.set_wanted(False)
        self._background.shut_down()

    def subject(self) -> Subject | None:
        """Return what there is to read; None where the network cannot work or there are no test images."""
        document = self._document
        data = document.data.dataset
        if document.model is None or data is None or not len(data.test):
            return None
        return Subject(document.architecture, document.data.input_shape, data, document.settings.loss)

    @Slot()
    def _on_changed(self) -> None:
        self._stale = True
        subject = self.subject()
        if self.reading is not None and (subject is None or not subject.is_like(self.reading.subject)):
            self.reading = None
            self.changed.emit()
        if self._wanted and subject is not None:
            self._stale = False
            anew = subject.is_like(self._asked)
            self._asked = subject
            (self._background.ask_anew if anew else self._background.ask)(lambda: self._work(subject))
        elif subject is None:
            self._background.cancel()
            self._asked = None

    def _work(self, subject: Subject) -> Generator[float, None, Reading]:
        """Return the work on the weights of now."""
        model = self._document.model
        assert model is not None
        return _read(subject, model.parameters.flat.copy(), self._step, since(self._document.figures_of))

    def _on_advanced(self, share: float) -> None:
        self.share = share
        self.advanced.emit()

    def _on_finished(self, reading: Reading) -> None:
        subject = self.subject()
        if subject is not None and subject.is_like(reading.subject):
            self.reading = reading
            self.changed.emit()


def _read(subject: Subject, weights: Array, step: int, then: str) -> Generator[float, None, Reading]:
    model = Model(subject.architecture, subject.input_shape, weights.dtype)
    np.copyto(model.parameters.flat, weights)
    found = yield from predictions(model, subject.dataset.test, subject.loss)
    return Reading(subject, step, found, then)
