"""Labelled images, their split and their mini-batches."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.data.appearance import Appearance
from engine.data.augment import draw_transforms, warp
from engine.errors import BadInputError
from engine.layer import Array, Shape
from engine.words import quoted

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Split:
    """Images (N, C, H, W) uint8, 0 to 255, and labels (N,) from 0 to classes - 1; BadInputError where not arrays."""

    images: Images
    labels: Labels

    def __post_init__(self) -> None:
        if not isinstance(self.images, np.ndarray):
            raise _other_kind("images", self.images, "a NumPy array, (N, C, H, W) of uint8")
        if not isinstance(self.labels, np.ndarray):
            raise _other_kind("labels", self.labels, "a NumPy array, (N,) whole numbers")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.intp]) -> "Split":
        """Return the samples at *indices*, copied."""
        return Split(self.images[indices], self.labels[indices])


@dataclass(frozen=True, slots=True)
class Dataset:
    """Training and test images with the names of the classes.

    *validation* is empty until ``hold_out`` where the data has no validation images of its own. *remarks* are
    sentences for a person on what was done to make the data what it is here, and on what is unusual about it.
    *appearance* is how the training images look, where that was measured.

    Raises:
        BadInputError: a field of another type.
    """

    name: str
    train: Split
    test: Split
    class_names: tuple[str, ...]
    validation: Split | None = None
    remarks: tuple[str, ...] = ()
    appearance: Appearance | None = None

    def __post_init__(self) -> None:
        splits = {"train": self.train, "test": self.test, "validation": self.validation}
        for field, split in splits.items():
            if not isinstance(split, Split) and (field, split) != ("validation", None):
                raise _other_kind(field, split, "a Split")
        names = self.class_names
        if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
            raise BadInputError(f"class_names is {quoted(names)}; give a tuple of texts, one for each class.")
        if not isinstance(self.name, str):
            raise BadInputError(f"name is {quoted(self.name)}; give a text.")

    def measured(self) -> "Dataset":
        """Return the data set with the appearance of its training images, which takes a tenth of a second or two."""
        return self if self.appearance else replace(self, appearance=Appearance.of(self.train.images))

    @property
    def image_shape(self) -> Shape:
        """(C, H, W) of one image."""
        return self.train.images.shape[1:]

    def hold_out(self, share: float, rng: np.random.Generator) -> "Dataset":
        """Return the data set with *share* of each class's training images moved to ``validation``.

        Where it has validation images of its own, they are for this, and nothing is moved.
        """
        if self.validation is not None and len(self.validation):
            return self
        held = self.held_out(share, rng)
        if not held.any():
            return self
        parts = self.train.take(np.flatnonzero(~held)), self.train.take(np.flatnonzero(held))
        return replace(self, train=parts[0], validation=parts[1])

    def held_out(self, share: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Return (N,), which of the training images ``hold_out`` moves."""
        held = np.zeros(len(self.train), bool)
        for label in range(len(self.class_names)):
            members = rng.permutation(np.flatnonzero(self.train.labels == label))
            held[members[: round(share * len(members))]] = True
        return held


def _other_kind(name: str, value: object, needed: str) -> BadInputError:
    return BadInputError(f"{name} is of type {type(value).__name__}; give {needed}.")


@dataclass(frozen=True, slots=True)
class Batch:
    """A mini-batch, and the transform (N, 2, 3) of each image where images are augmented.

    Attributes:
        paper: what comes in from outside a transformed image, a brightness in [0, 1] for each channel; None for what
            is nearest in the image.
    """

    samples: Split
    transforms: npt.NDArray[np.float32] | None = None
    paper: tuple[float, ...] | None = None

    def part(self, part: slice) -> "Batch":
        """Return part of the batch."""
        samples = Split(self.samples.images[part], self.samples.labels[part])
        return Batch(samples, None if self.transforms is None else self.transforms[part], self.paper)

    def inputs(self, part: slice) -> Array:
        """Return part of the batch as float32 (n, C, H, W) in [0, 1]: made where it is needed."""
        images = pixels(self.samples.images[part])
        return images if self.transforms is None else warp(images, self.transforms[part], self.paper)


def pixels(images: Images) -> npt.NDArray[np.float32]:
    """Return uint8 images as float32 in [0, 1]."""
    return np.multiply(images, np.float32(1 / 255), dtype=np.float32)


def batches(
    split: Split,
    size: int,
    rng: np.random.Generator,
    augment: bool = False,
    skip: int = 0,
    paper: tuple[float, ...] | None = None,
) -> Iterator[Batch]:
    """Yield every sample once, in an order drawn from *rng*; the last mini-batch may be smaller.

    The first *skip* mini-batches are left out, and the others are the same as with none left out. *paper* is what
    augmentation fills with; see ``Batch``.

    Raises:
        BadInputError: *size* is less than 1.
    """
    if size < 1:
        raise BadInputError(f"A mini-batch of {size} images cannot be drawn; choose a batch size of at least 1.")
    for number, (indices, transforms) in enumerate(_drawn(len(split), size, rng, augment)):
        if number >= skip:
            yield Batch(split.take(indices), transforms, paper)


@dataclass(frozen=True, slots=True)
class Draw:
    """One mini-batch of an epoch: its number in the epoch, from 0, and which sample of the split each of it is."""

    number: int
    indices: npt.NDArray[np.intp]
    batch: Batch


def batch_with(
    place: int,
    split: Split,
    members: npt.NDArray[np.intp],
    size: int,
    rng: np.random.Generator,
    augment: bool = False,
    paper: tuple[float, ...] | None = None,
) -> Draw:
    """Return the mini-batch with the sample *place* of *split*, among those that ``batches`` yields of its *members*.

    Args:
        members: (M,) places in *split*, those that are not held out; *place* is one of them.
        size, rng, augment, paper: as for ``batches``.
    """
    for number, (indices, transforms) in enumerate(_drawn(len(members), size, rng, augment)):
        if place in (chosen := members[indices]):
            return Draw(number, chosen, Batch(split.take(chosen), transforms, paper))
    raise BadInputError(f"Sample {place} is none of the {len(members)} that are trained on.")


def _drawn(
    count: int, size: int, rng: np.random.Generator, augment: bool
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.float32] | None]]:
    """Yield the places of each mini-batch of *count* samples, and the transforms where they are augmented."""
    order = rng.permutation(count)
    for start in range(0, count, size):
        indices = order[start : start + size]
        yield indices, draw_transforms(rng, len(indices)) if augment else None
