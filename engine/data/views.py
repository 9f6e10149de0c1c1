"""Other views of a data set: in grey, some of its classes, the middle of its images. Each returns a new one."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from engine.data.convert import pieces
from engine.data.dataset import Dataset, Images, Split
from engine.errors import BadInputError
from engine.words import quoted

_LUMA = np.array([299, 587, 114], np.uint32)  # of red, green and blue, in thousandths


def grey(dataset: Dataset) -> Dataset:
    """Return *dataset* with one channel: grey = 0.299 R + 0.587 G + 0.114 B, rounded; unchanged where it has one.

    Raises:
        BadInputError: its images have neither one channel nor three.

    Source: ITU-R BT.601, section 2.5.1, the luminance signal.
    """
    channels = dataset.image_shape[0]
    if channels == 1:
        return dataset
    if channels != 3:
        raise BadInputError(f"{dataset.name} has images of {channels} channels; only 3, RGB, can be made grey.")
    return _each(dataset, lambda split: Split(_to_grey(split.images), split.labels))


def _to_grey(images: Images) -> Images:
    """Return (N, 3, H, W) as (N, 1, H, W)."""
    out = np.empty((len(images), 1, *images.shape[2:]), np.uint8)
    for part in pieces(images):
        out[part, 0] = (np.einsum("nchw,c->nhw", images[part], _LUMA) + 500) // 1000
    return out


def only_classes(dataset: Dataset, names: Sequence[str]) -> Dataset:
    """Return the images of the classes *names* alone, labelled from 0 in the order of *names*.

    Raises:
        BadInputError: a name that is unknown or there twice, fewer than two, or no image left to train on or to test.
    """
    known = dataset.class_names
    if unknown := [name for name in names if name not in known]:
        raise BadInputError(f"{dataset.name} has no class {quoted(unknown[0])}; it has {', '.join(known)}.")
    if len(names) < 2 or len(set(names)) < len(names):
        raise BadInputError(f"The classes {', '.join(names)} are not enough; choose two or more, each once.")
    new = np.full(len(known), -1, np.intp)  # old label -> new label
    new[[known.index(name) for name in names]] = np.arange(len(names))

    def chosen(split: Split) -> Split:
        kept = split.take(np.flatnonzero(new[split.labels] >= 0))
        return Split(kept.images, new[kept.labels])

    some = replace(_each(dataset, chosen), class_names=tuple(names))
    for part, split in (("training", some.train), ("test", some.test)):
        if not len(split):
            raise BadInputError(f"{dataset.name} has no {part} images of {', '.join(names)}; choose other classes.")
    return some


def crop(dataset: Dataset, height: int, width: int) -> Dataset:
    """Return the middle *height* × *width* pixels of each image; an odd pixel is cut from the bottom or right.

    Raises:
        BadInputError: the images are smaller than that.
    """
    _, full_height, full_width = dataset.image_shape
    if not (1 <= height <= full_height and 1 <= width <= full_width):
        raise BadInputError(
            f"{height} × {width} pixels cannot be cut from the {full_height} × {full_width} of {dataset.name}; choose"
            f" 1 × 1 to {full_height} × {full_width}."
        )
    top, left = (full_height - height) // 2, (full_width - width) // 2
    middle = (..., slice(top, top + height), slice(left, left + width))
    return _each(dataset, lambda split: Split(split.images[middle], split.labels))


def _each(dataset: Dataset, view: Callable[[Split], Split]) -> Dataset:
    """Return *dataset* with each of its splits as *view* has it."""
    held = None if dataset.validation is None else view(dataset.validation)
    return replace(dataset, train=view(dataset.train), test=view(dataset.test), validation=held, appearance=None)
