"""Make arrays that somebody else wrote into images, labels and class names, or say why that cannot be."""

from collections.abc import Iterable, Iterator, Sequence
from math import prod

import numpy as np

from engine.data.dataset import Images, Labels
from engine.errors import BadInputError
from engine.layer import Array, Shape

MAX_SIDE = 512  # pixels
MAX_CLASSES = 1000
NAME_LENGTH = 80  # characters
_PIECE = 2**22  # values converted at once


def image_shape(shape: Shape, where: str) -> Shape:
    """Return (C, H, W) for images in an array of *shape* (N, H, W), (N, C, H, W) or (N, H, W, C), C being 1 or 3.

    Raises:
        BadInputError: another shape, one that can be read in two ways, no images, or images that are too large.
    """
    readings = _readings(shape)
    if len(readings) != 1:
        fault = "can be read in two ways" if readings else "is not that of images"
        raise BadInputError(f"{where} has shape {shape}, which {fault}; use (N, H, W) or (N, C, H, W) with C 1 or 3.")
    if 0 in shape:
        raise BadInputError(f"{where} has no images; put at least one in.")
    _, height, width = readings[0]
    if max(height, width) > MAX_SIDE:
        raise BadInputError(
            f"{where} has images of {height} × {width} pixels, more than {MAX_SIDE} × {MAX_SIDE}; make them smaller."
        )
    return readings[0]


def _readings(shape: Shape) -> Sequence[Shape]:
    """Return every (C, H, W) that *shape* can mean."""
    if len(shape) == 3:
        return [(1, *shape[1:])]
    if len(shape) != 4:
        return []
    first = [shape[1:]] if shape[1] in (1, 3) else []
    last = [(shape[3], *shape[1:3])] if shape[3] in (1, 3) else []
    return first + last


def to_images(values: Array, where: str, fractions: bool) -> Images:
    """Return *values* as images (N, C, H, W) uint8.

    Args:
        values: in any layout that ``image_shape`` reads.
        where: names the array in messages.
        fractions: floating-point pixels go from 0 to 1, not from 0 to 255.
    """
    shape = image_shape(values.shape, where)
    if values.ndim == 4 and values.shape[1:] != shape:
        values = values.transpose(0, 3, 1, 2)
    values = values.reshape(len(values), *shape)
    floating = values.dtype.kind == "f"
    low, high, top = values.min(), values.max(), 1 if floating and fractions else 255
    if not (low >= 0 and high <= top):  # written so that NaN fails too
        raise BadInputError(f"{where} has pixels from {low:g} to {high:g}; scale all images to 0 to 255, or to 0 to 1.")
    images = np.empty(values.shape, np.uint8)
    for part in pieces(values):
        images[part] = np.rint(values[part] * (255 // top)) if floating else values[part]
    return images


def pieces(values: Array) -> Iterator[slice]:
    """Yield slices of the first axis, small enough that converting one takes little memory."""
    step = max(1, _PIECE // max(1, prod(values.shape[1:])))
    return (slice(start, start + step) for start in range(0, len(values), step))


def to_labels(values: Array, where: str, classes: int = MAX_CLASSES) -> Labels:
    """Return *values* (N,) or (N, 1) as labels (N,); raises BadInputError unless whole numbers below *classes*."""
    values = values.reshape(-1)
    usable = (values >= 0) & (values < classes)
    if values.dtype.kind == "f":
        usable &= values == np.rint(values)
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
