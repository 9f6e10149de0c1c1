"""Make arrays that somebody else wrote into images and class names, or say why that cannot be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isqrt, prod

import numpy as np

from engine.data.dataset import Labels
from engine.errors import BadInputError
from engine.files import reading
from engine.layer import Array, Shape
from engine.words import quoted

MAX_SIDE = 512  # pixels
MAX_CLASSES = 1000
NAME_LENGTH = 80  # characters
CHANNELS = (1, 3)
_PIECE = 2**22  # values converted at once


@dataclass(frozen=True, slots=True)
class Layout:
    """How an array of images is to be read: its *axes* in the order N, C, H, W, after it got the shape *split*.

    *split* differs from the array's own shape where pixels are one long row, or where there is no axis of channels.
    """

    split: Shape
    axes: tuple[int, int, int, int]

    @property
    def image(self) -> Shape:
        """(C, H, W) of an image."""
        return tuple(self.split[axis] for axis in self.axes[1:])

    @property
    def count(self) -> int:
        """The number of images."""
        return self.split[self.axes[0]]

    def arranged(self, values: Array) -> Array:
        """Return *values* as (N, C, H, W), a view where possible."""
        return values.reshape(self.split).transpose(self.axes)


def image_layout(shape: Shape, where: str, count: int | None = None) -> Layout:
    """Return how images in an array of *shape* are to be read.

    (N, H, W), (N, C, H, W), (N, H, W, C), C being 1 or 3, and (N, D), where D pixels make a square of one channel or of
    three, one after the other. Where there are *count* labels and no such reading has so many images, square images
    may be along the last axis, as MATLAB has them: (H, W, N), (H, W, C, N).

    Raises:
        BadInputError: another shape, one that can be read in two ways, no images, or images that are too large.
    """
    found = _readings(shape)
    if count is not None and not any(reading.count == count for reading in found):
        found = [reading for reading in _images_last(shape) if reading.count == count] or found
    if len(found) != 1:
        fault = "can be read in two ways" if found else "is not that of images"
        raise BadInputError(f"{where} has shape {shape}, which {fault}; use (N, H, W) or (N, C, H, W) with C 1 or 3.")
    if 0 in shape:
        raise BadInputError(f"{where} has no images; put at least one in.")
    _, height, width = found[0].image
    if max(height, width) > MAX_SIDE:
        raise BadInputError(
            f"{where} has images of {height} × {width} pixels, more than {MAX_SIDE} × {MAX_SIDE}; make them smaller."
        )
    return found[0]


def picture_of(pixels: int) -> Shape | None:
    """Return (C, H, W) of a square picture with so many values, None where there is none."""
    for channels in CHANNELS:
        side = isqrt(pixels // channels)
        if pixels and channels * side * side == pixels:
            return channels, side, side
    return None


def _readings(shape: Shape) -> list[Layout]:
    """Return every layout, the images along the first axis, that *shape* can mean."""
    if len(shape) == 2:
        picture = picture_of(shape[1])
        return [] if picture is None else [Layout((shape[0], *picture), (0, 1, 2, 3))]
    if len(shape) == 3:
        return [Layout((shape[0], 1, *shape[1:]), (0, 1, 2, 3))]
    if len(shape) != 4:
        return []
    first = [Layout(shape, (0, 1, 2, 3))] if shape[1] in CHANNELS else []
    last = [Layout(shape, (0, 3, 1, 2))] if shape[3] in CHANNELS else []
    return first if shape[1:] == (1, 1, 1) else first + last  # one pixel is one pixel in either reading


def _images_last(shape: Shape) -> list[Layout]:
    """Return the layout, the images along the last axis, that *shape* can mean."""
    if shape[:1] != shape[1:2]:
        return []  # only square images are guessed
    if len(shape) == 3:
        return [Layout((*shape[:2], 1, shape[2]), (3, 2, 0, 1))]
    return [Layout(shape, (3, 2, 0, 1))] if len(shape) == 4 and shape[2] in CHANNELS else []


def pieces(values: Array) -> Iterator[slice]:
    """Yield slices of the first axis, small enough that converting one takes little memory."""
    step = max(1, _PIECE // max(1, prod(values.shape[1:])))
    for start in range(0, len(values), step):
        reading.advance(0)
        yield slice(start, start + step)


def to_labels(values: Array, where: str, classes: int = MAX_CLASSES) -> Labels:
    """Return whole numbers *values* (N,) or (N, 1) as labels (N,); raises BadInputError unless below *classes*.

    For formats whose classes are known. Where they are not, see ``engine.data.labels``.
    """
    values = values.reshape(-1)
    usable = (values >= 0) & (values < classes)
    if not usable.all():
        wrong = values[np.argmin(usable)]
        raise BadInputError(f"{where} has the label {wrong}; labels must be whole numbers from 0 to {classes - 1}.")
    return values.astype(np.intp)


def to_class_names(names: Iterable[str], where: str) -> tuple[str, ...]:
    """Return *names*; raises BadInputError unless each is short and can be printed."""
    checked = tuple(names)
    if not all(name.isprintable() and 0 < len(name) <= NAME_LENGTH for name in checked):
        raise BadInputError(f"{where} has an unusable name; each needs 1 to {NAME_LENGTH} printable characters.")
    return checked


def to_different_names(names: Iterable[str], where: str) -> tuple[str, ...]:
    """Return *names* as ``to_class_names`` does; raises BadInputError too where two are the same."""
    checked = to_class_names(names, where)
    seen: set[str] = set()
    for name in checked:
        if name in seen:
            raise BadInputError(
                f"{where} has the name {quoted(name)} more than once; give each class a name of its own."
            )
        seen.add(name)
    return checked
