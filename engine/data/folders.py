"""Read a folder of pictures: a folder for each class, in folders for training and test where there are such."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from engine.data import container
from engine.data.assembly import TRAIN, Part, assembled
from engine.data.convert import MAX_CLASSES, MAX_SIDE, to_class_names
from engine.data.dataset import Dataset, Images
from engine.data.image import SUFFIXES, picture_size, read_photo, white_of
from engine.data.naming import part_of
from engine.errors import BadInputError
from engine.files.archive import UNPACKED_LIMIT
from engine.layer import Shape
from engine.words import counted

SIDE = 64  # pixels, the most of each side where the pictures have different sizes


@dataclass(frozen=True, slots=True)
class _Found:
    """The *pictures* of one part, and the *label*, a name, of each."""

    pictures: list[Path]
    labels: list[str]


def is_picture(name: str) -> bool:
    """Return whether a file of that *name* is a picture."""
    return name.lower().endswith(SUFFIXES)


def has_classes(folder: Path) -> bool:
    """Return whether *folder* has folders of pictures in it, for classes or for parts with classes."""
    return any(is_picture(file.name) for file in container.files(folder) if file.parent != folder)


def read_folders(folder: Path) -> Dataset:
    """Return the data set of the pictures in the folders of *folder*, each called what its class is.

    Where all pictures have one size they stay as they are. Otherwise the middle of each is cut out and scaled to a
    square. Pictures in grey alone make images of one channel, all others three.

    Raises:
        BadInputError: a picture cannot be read, there are fewer than two classes, or they are too large together.
        OSError: one cannot be read.
    """
    parts, remarks = _found(folder)
    if TRAIN not in parts:
        raise BadInputError(
            f"{folder.name} has no training pictures; make a folder train in it, with a folder of pictures a class."
        )
    shape, on_sizes, white = _shape([picture for part in parts.values() for picture in part.pictures], folder.name)
    count = sum(len(part.pictures) for part in parts.values())
    if count * prod(shape) > UNPACKED_LIMIT:
        raise BadInputError(
            f"{folder.name} holds {counted(count, 'picture')} of {shape[1]} × {shape[2]} pixels, more than can be read;"
            " keep fewer, or make them smaller."
        )
    images = {part: _read(found.pictures, shape, white) for part, found in parts.items()}
    if shape[0] == 3 and all((each[:, :1] == each[:, 1:]).all() for each in images.values()):
        images = {part: np.ascontiguousarray(each[:, :1]) for part, each in images.items()}
    read = {
        part: Part(images[part], np.array(found.labels), f"the {part} pictures", f"the {part} folders")
        for part, found in parts.items()
    }
    names = _in_order({label for found in parts.values() for label in found.labels})
    return assembled(folder.name, read, to_class_names(names, f"{folder.name}: the folders"), (*remarks, *on_sizes))


def _found(folder: Path) -> tuple[dict[str, _Found], list[str]]:
    """Return the pictures of each part, and what was left out, in sentences."""
    folders = _folders(folder)
    if len(folders) == 1 and part_of(folders[0].name) is None:
        return _found(folders[0])  # the folder that an archive was unpacked to
    parts = {part: place for place in folders if (part := part_of(place.name)) is not None}
    places = parts if TRAIN in parts else {TRAIN: folder}
    found, remarks = {}, []
    for part, place in places.items():
        classes = {each: _pictures(each) for each in _folders(place)}
        pictures = [picture for each in classes.values() for picture in each]
        if not pictures:
            remarks.append(f"{place.name} has no folders of pictures and was left out.")
            continue
        if len(classes) > MAX_CLASSES:
            raise BadInputError(
                f"{place.name} has {len(classes):,} folders, more than {MAX_CLASSES:,} classes; group them."
            )
        found[part] = _Found(pictures, [each.name for each, some in classes.items() for _ in some])
    return found, remarks


def _folders(folder: Path) -> list[Path]:
    """Return the folders in *folder*, by name; hidden ones are passed over."""
    found = (each for each in folder.iterdir() if not each.name.startswith((".", "__MACOSX")) and each.is_dir())
    return sorted(found, key=lambda each: each.name)


def _pictures(folder: Path) -> list[Path]:
    """Return the pictures in *folder* and in the folders in it."""
    return [file for file in container.files(folder) if is_picture(file.name)]


def _in_order(names: set[str]) -> list[str]:
    """Return *names* by their numbers where all are numbers, else as in the alphabet."""
    return sorted(names, key=int) if all(name.isascii() and name.isdecimal() for name in names) else sorted(names)


def _shape(pictures: Sequence[Path], where: str) -> tuple[Shape, tuple[str, ...], float | None]:
    """Return (C, H, W) that all pictures get, what is done for that, in a sentence, and what stands for white.

    White is one value for all pictures of more than 8 bits, so that a dark one stays dark.
    """
    sizes: Counter[tuple[int, int]] = Counter()
    grey, white = True, 0.0
    for picture in pictures:
        height, width, is_grey, is_deep = picture_size(picture)
        sizes[height, width] += 1
        grey &= is_grey
        white = max(white, white_of(picture)) if is_deep else white
    channels = 1 if grey else 3
    height, width = min(sizes)
    if len(sizes) == 1 and max(height, width) <= MAX_SIDE:
        return (channels, height, width), (), white or None
    side = min(SIDE, min(min(size) for size in sizes))
    found = (
        f"The pictures of {where} have {counted(len(sizes), 'size')}, up to {' × '.join(map(str, max(sizes)))} pixels"
    )
    return (channels, side, side), (f"{found}: the middle of each was scaled to {side} × {side}.",), white or None


def _read(pictures: Sequence[Path], shape: Shape, white: float | None) -> Images:
    """Return *pictures* as (N, C, H, W)."""
    images = np.empty((len(pictures), *shape), np.uint8)
    for picture, image in zip(pictures, images, strict=True):
        image[...] = np.rint(read_photo(picture, shape, white) * 255)
    return images
