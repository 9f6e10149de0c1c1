"""Read MNIST and Fashion-MNIST as they are published: four IDX files in one folder, each plain or as .gz.

An IDX file is 0, 0, 8 for bytes, the number of axes, each extent as four bytes with the highest first, the values.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", "File formats for the MNIST database",
http://yann.lecun.com/exdb/mnist/; Xiao, Rasul, Vollgraf, "Fashion-MNIST" (2017), for its class names.
"""

from math import prod
from pathlib import Path

import numpy as np

from engine.data.convert import image_shape, to_labels
from engine.data.dataset import Dataset, Split
from engine.data.stream import open_stream
from engine.errors import BadInputError
from engine.files.archive import UNPACKED_LIMIT
from engine.layer import Array
from engine.shapes import show
from engine.words import counted

DIGITS = tuple("0123456789")
GARMENTS = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
PARTS, KINDS = ("train", "t10k"), {"images": 3, "labels": 1}  # what a file holds -> its number of axes


def _spellings(part: str, kind: str) -> tuple[str, ...]:
    """Return the names that such a file goes by; unpacking tools often put a dot for the second hyphen."""
    plain = [f"{part}-{kind}{mark}idx{KINDS[kind]}-ubyte" for mark in "-."]
    return (*plain, *(f"{name}.gz" for name in plain))


FILES = tuple(name for part in PARTS for kind in KINDS for name in _spellings(part, kind))


def read_idx(folder: Path) -> Dataset:
    """Return the data set in *folder*, its images (N, 1, H, W).

    The ten classes are garments where the folder's name has "fashion" in it (or that of the folder above one named
    "raw", as torchvision lays it out), else digits.

    Raises:
        BadInputError: a file is damaged, missing, too large or no IDX file; one sentence says what to do.
        OSError: one cannot be read.
    """
    place = folder.parent if folder.name == "raw" else folder
    names = GARMENTS if "fashion" in place.name.lower() else DIGITS
    train, test = (_split(folder, part, len(names)) for part in PARTS)
    if train.images.shape[1:] != test.images.shape[1:]:
        raise BadInputError(
            f"{folder.name}: training images are {show(train.images.shape[1:])} and test images"
            f" {show(test.images.shape[1:])} (channels × height × width); put files of one data set together."
        )
    return Dataset(place.name, train, test, names)


def _split(folder: Path, part: str, classes: int) -> Split:
    paths = {kind: _find(folder, part, kind) for kind in KINDS}
    images, labels = (_array(path, KINDS[kind]) for kind, path in paths.items())
    if len(images) != len(labels):
        raise BadInputError(
            f"{paths['labels'].name} has {counted(len(labels), 'label')} for {counted(len(images), 'image')}; put files"
            " of one data set together."
        )
    return Split(images[:, None], to_labels(labels, paths["labels"].name, classes))


def _find(folder: Path, part: str, kind: str) -> Path:
    spellings = _spellings(part, kind)
    for name in spellings:
        if (folder / name).is_file():
            return folder / name
    raise BadInputError(f"{folder.name} lacks {spellings[0]}, plain or as .gz; put all four IDX files into one folder.")


def _array(path: Path, axes: int) -> Array:
    """Return the bytes in the IDX file at *path*, which must have so many *axes*."""
    with open_stream(path, UNPACKED_LIMIT // len(PARTS)) as stream:
        if stream.read(4) != bytes((0, 0, 8, axes)):
            raise BadInputError(
                f"{path.name} does not begin as an IDX file of bytes with {axes} axes; copy or download it again."
            )
        shape = tuple(np.frombuffer(stream.read(4 * axes), ">u4").tolist())
        if axes == KINDS["images"]:
            image_shape(shape, path.name)
        values = stream.read(prod(shape))
        stream.end()
    return np.frombuffer(values, np.uint8).reshape(shape)
