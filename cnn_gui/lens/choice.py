"""Which image of the data the lens looks through."""

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.sample import Sample
from engine.data.dataset import Dataset, Split, pixels

Flags = npt.NDArray[np.bool_]
_NONE: Flags = np.zeros(0, bool)


class ImageSet(IntEnum):
    """A set of images, in the order in which they are offered."""

    TEST = 0
    TRAINING = 1

    def split(self, dataset: Dataset) -> Split:
        """Return its images; those that a run holds out for validation are among the training images."""
        return dataset.test if self is ImageSet.TEST else dataset.train


@dataclass(frozen=True, slots=True)
class Choice:
    """An image of one set, and of each other set the number that was chosen last.

    Attributes:
        which: the set.
        numbers: of each set.
    """

    which: ImageSet = ImageSet.TEST
    numbers: tuple[int, ...] = (0,) * len(ImageSet)

    @property
    def number(self) -> int:
        """Of the chosen image in its set, from 0."""
        return self.numbers[self.which]

    @property
    def title(self) -> str:
        """What the image is called, 'test image 12'."""
        words = _tr("test image {0:,}"), _tr("training image {0:,}")
        return words[self.which].format(self.number)

    def of(self, which: ImageSet) -> "Choice":
        """Return the image of a set that was chosen last."""
        return replace(self, which=which)

    def at(self, number: int) -> "Choice":
        """Return the image *number* of the same set."""
        return replace(self, numbers=tuple(number if each is self.which else self.numbers[each] for each in ImageSet))

    def within(self, sizes: tuple[int, ...]) -> "Choice":
        """Return the nearest that there is, where the sets have so many images; another set where this has none."""
        numbers = tuple(min(number, max(0, size - 1)) for number, size in zip(self.numbers, sizes, strict=True))
        which = self.which if sizes[self.which] else next((each for each in ImageSet if sizes[each]), self.which)
        return replace(self, which=which, numbers=numbers)

    def sample(self, dataset: Dataset | None, held_out: Flags = _NONE) -> Sample | None:
        """Return the image with its label; None where there is none.

        *held_out* (N,) says which training images are held out for validation; empty: none.
        """
        split = None if dataset is None else self.which.split(dataset)
        if split is None or not len(split):
            return None
        held = self.which is ImageSet.TRAINING and bool(held_out[self.number : self.number + 1].any())
        place = self.number if self.which is ImageSet.TRAINING and not held else None
        return Sample(pixels(split.images[self.number]), self.title, int(split.labels[self.number]), held, place)


def sizes(dataset: Dataset | None) -> tuple[int, ...]:
    """Return how many images each set has."""
    return tuple(0 if dataset is None else len(each.split(dataset)) for each in ImageSet)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Choice", text)
