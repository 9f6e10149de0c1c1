"""One way from the arrays that a reader found to a data set: images, labels, classes, and what is told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.data.convert import Layout, image_layout
from engine.data.dataset import Dataset, Split
from engine.data.labels import to_classes
from engine.data.pixels import to_images
from engine.errors import BadInputError
from engine.layer import Array, Shape
from engine.shapes import show
from engine.words import counted, listed

TRAIN, VALIDATION, TEST = "train", "validation", "test"
WORDS = {TRAIN: "training", VALIDATION: "validation", TEST: "test"}
HELD_FOR_TEST = 0.2  # of each class's images, where the data has no test images of its own
_ONE_LABEL = "give each image one label"
IMAGE_TYPES, LABEL_TYPES = "buif", "buifUS"  # kinds of NumPy types that can be read


@dataclass(frozen=True, slots=True)
class Part:
    """Images and labels for training, validation or test as they were found, under the names that they had there."""

    images: Array
    labels: Array
    image_name: str = "images"
    label_name: str = "labels"

    def arranged(self) -> Array:
        """Return the images as (N, C, H, W)."""
        return self.layout.arranged(self.images)

    @property
    def layout(self) -> Layout:
        """How the images lie in their array."""
        return image_layout(self.images.shape, self.image_name, _count(self.labels.shape))


def assembled(
    name: str, parts: Mapping[str, Part], class_names: Sequence[str] | None = None, remarks: Sequence[str] = ()
) -> Dataset:
    """Return the data set that *parts* (TRAIN, VALIDATION, TEST) make up; what was done to them is in its remarks.

    Without test images the validation images are taken for the test, and without those some of the training images.

    Raises:
        BadInputError: no training images, or arrays that do not fit together or cannot be read.
    """
    if TRAIN not in parts:
        raise BadInputError(f"{name} has no training images with labels; add them, or choose the file that has them.")
    parts = {part: parts[part] for part in (TRAIN, VALIDATION, TEST) if part in parts}
    told = list(remarks)
    if TEST not in parts and VALIDATION in parts:
        parts = {TRAIN: parts[TRAIN], TEST: parts[VALIDATION]}
        told.append("There are no test images: the validation images are used for the test.")
    shapes = {
        part: check_fit(name, (each.image_name, each.images.shape), (each.label_name, each.labels.shape))
        for part, each in parts.items()
    }
    check_same_shape(name, shapes)
    told += _on_layout(parts)
    images, on_pixels = to_images({each.image_name: each.arranged() for each in parts.values()}, name)
    classes = to_classes({each.label_name: each.labels for each in parts.values()}, name, class_names)
    splits = {part: Split(*both) for part, both in zip(parts, zip(images, classes.labels, strict=True), strict=True)}
    if VALIDATION in splits:
        own = counted(len(splits[VALIDATION]), "validation image")
        told.append(f"It has {own} of its own; no training images are held out for validation.")
    dataset = Dataset(
        name, splits[TRAIN], splits.get(TEST, splits[TRAIN]), classes.names, splits.get(VALIDATION),
        remarks=(*told, *on_pixels, *classes.remarks),
    )  # fmt: skip
    return dataset if TEST in splits else _with_test(dataset)


def _on_layout(parts: Mapping[str, Part]) -> list[str]:
    """Return in sentences how arrays were read that do not have their images along the first axis, or no height."""
    shapes = {each.image_name: (each.images.shape, each.layout) for each in parts.values()}
    rows = [name for name, (shape, _) in shapes.items() if len(shape) == 2]
    last = [name for name, (_, layout) in shapes.items() if layout.axes[0] != 0]
    told = []
    if rows:
        shape, layout = shapes[rows[0]]
        told.append(
            f"Rows of {listed(rows)} have {shape[1]:,} values: read as images of {show(layout.image)}, row by row."
        )
    if last:
        told.append(f"The images of {listed(last)} lie along the last axis, as MATLAB has them.")
    return told


def check_fit(name: str, images: tuple[str, Shape], labels: tuple[str, Shape]) -> Shape:
    """Return (C, H, W) of an image; raises BadInputError unless each has one label.

    Args:
        name: of the data set, for messages.
        images: the name of the array and its shape.
        labels: the same of theirs; one row a label, or one-hot rows.
    """
    layout = image_layout(images[1], f"{name}: {images[0]}", _count(labels[1]))
    if len(labels[1]) not in (1, 2) or _count(labels[1]) != layout.count:
        has = counted(labels[1][0], "label") if len(labels[1]) == 1 else f"shape {labels[1]}"
        raise BadInputError(f"{name}: {labels[0]} has {has} for {counted(layout.count, 'image')}; {_ONE_LABEL}.")
    return layout.image


def check_same_shape(name: str, shapes: Mapping[str, Shape]) -> None:
    """Raise BadInputError where images of one part have another shape than those of the first one."""
    first, *others = shapes
    for other in others:
        if shapes[other] != shapes[first]:
            raise BadInputError(
                f"{name}: {WORDS[first]} images are {show(shapes[first])} and {WORDS[other]} images"
                f" {show(shapes[other])} (channels × height × width); make them the same."
            )


def _count(labels: Shape) -> int | None:
    """Return for how many images labels of that shape are."""
    if len(labels) == 2 and labels[0] == 1:
        return labels[1]
    return labels[0] if labels else None


def _with_test(dataset: Dataset) -> Dataset:
    """Return *dataset* with some of its training images, always the same, for the test."""
    held, rng = np.zeros(len(dataset.train), bool), np.random.default_rng(0)
    for label in range(len(dataset.class_names)):
        members = rng.permutation(np.flatnonzero(dataset.train.labels == label))
        held[members[: max(round(HELD_FOR_TEST * len(members)), len(members) > 1)]] = True
    if not held.any():
        raise BadInputError(f"{dataset.name} has no test images, and too few to keep some for a test; add test images.")
    kept, test = (dataset.train.take(np.flatnonzero(flags)) for flags in (~held, held))
    some = f"{counted(len(test), 'image')}, about {100 * HELD_FOR_TEST:.0f} % of each class"
    told = f"There are no test images: {some}, are kept for the test and not trained on."
    return replace(dataset, train=kept, test=test, remarks=(*dataset.remarks, told))
