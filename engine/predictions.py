"""What a network makes of every image of a split: which classes it confuses, and its worst mistakes."""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine import losses
from engine.data.dataset import Split, pixels
from engine.evaluation import images_at_once
from engine.layer import Array, Workspace
from engine.model import Model
from engine.passes import Pass, in_field_order
from engine.shapes import CROSS_ENTROPY

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """The answers to N images, as arrays that nobody writes to.

    Attributes:
        classes: K.
        labels: (N,), the true classes.
        read: (N,), the classes with the largest output; the first of equals.
        sure: (N,), the output of the class that is read: a probability after a last Softmax or Sigmoid.
        losses: (N,), of each image alone.
    """

    classes: int
    labels: Indices
    read: Indices
    sure: Array
    losses: Array

    @property
    def confusion(self) -> Indices:
        """(K, K): how many images of the class of the row are read as that of the column."""
        pairs = self.labels * self.classes + self.read
        counts: Indices = np.bincount(pairs, minlength=self.classes**2).reshape(self.classes, self.classes)
        return counts

    @property
    def recall(self) -> Array:
        """(K,): the share of each class's images that are read right; NaN for a class without images."""
        counts = self.confusion
        images = counts.sum(axis=1)
        shares: Array = np.divide(counts.diagonal(), images, out=np.full(self.classes, np.nan), where=images > 0)
        return shares

    @property
    def precision(self) -> Array:
        """(K,): of the images predicted as each class the share that is right; NaN for a class that none is."""
        counts = self.confusion
        images = counts.sum(axis=0)
        shares: Array = np.divide(counts.diagonal(), images, out=np.full(self.classes, np.nan), where=images > 0)
        return shares

    @property
    def right(self) -> int:
        """How many images are read right."""
        return int(np.count_nonzero(self.labels == self.read))

    @property
    def mistakes(self) -> Indices:
        """The images that are read wrongly, the highest loss first; what is no number counts as highest."""
        return self._worst_first(np.flatnonzero(self.labels != self.read))

    def cell(self, label: int, read: int) -> Indices:
        """Return the images of class *label* that are read as *read*, the highest loss first."""
        return self._worst_first(np.flatnonzero((self.labels == label) & (self.read == read)))

    def _worst_first(self, images: Indices) -> Indices:
        worst: Indices = images[np.argsort(-np.nan_to_num(self.losses[images], nan=np.inf), kind="stable")]
        return worst


def predictions(model: Model, split: Split, loss: str = CROSS_ENTROPY) -> Generator[float, None, Predictions]:
    """Yield the share of *split* that is done, after each piece of it; return what *model* makes of its images.

    Args:
        model: runs in evaluation mode; nobody else may use it meanwhile.
        split: images of the model's input shape, labels below its number of classes.
        loss: one of ``engine.losses.BY_NAME``; each image's is that of a mini-batch of its own.

    Raises:
        BadInputError: an unknown loss, or images of another shape.
    """
    answers, size = _Answers(model, loss), images_at_once(model)
    found = []
    for start in range(0, len(split), size):
        part = slice(start, start + size)
        found.append(answers.to(Split(split.images[part], split.labels[part])))
        yield min(1.0, (start + size) / len(split))
    read, sure, each = (np.concatenate(arrays) for arrays in zip(*found, strict=True)) if found else ([], [], [])
    arrays = np.array(split.labels, np.intp), np.array(read, np.intp), np.array(sure, float), np.array(each, float)
    for array in arrays:
        array.flags.writeable = False
    return Predictions(model.output_shape[0], *arrays)


class _Answers:
    """A pass of *model* that tells its answers and the loss of each image."""

    def __init__(self, model: Model, loss: str) -> None:
        self._pass, self._loss, self._work = Pass(model), losses.named(loss), Workspace(float)
        last = model.architecture.layers[-1].config
        self._scores = -2 if last.fused_loss == loss else -1  # among the values that flow, what the loss reads

    def to(self, split: Split) -> tuple[Array, Array, Array]:
        """Return (read, sure, losses), (N,) each."""
        with np.errstate(all="ignore"):  # a network that ran away has answers too, none of them right
            values = self._pass.activations(pixels(split.images))
            outputs, scores = in_field_order(values[-1]), values[self._scores].astype(float)
            read = outputs.argmax(axis=1)
            each = [self._loss(scores[:, [n]], split.labels[[n]], 1, self._work).total for n in range(len(split))]
            return read, outputs[np.arange(len(read)), read].copy(), np.array(each)
