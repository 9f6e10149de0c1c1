"""Which numbers somebody else took for black and for white, found by their range; and the same pixels as bytes.

Images are kept as 0 to 255. Arrays come as 0 to 1, 0 to 255, 0 to 16, as 12 bits, divided by 255 twice, standardised,
or as 0 and 1 alone. Each array is judged by itself. What is done beyond the usual is told in a sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from engine.data.convert import pieces
from engine.data.dataset import Images
from engine.errors import BadInputError
from engine.layer import Array
from engine.words import listed

OVERSHOOT = 0.05  # of a range: so far beyond its ends a pixel may lie, and is clipped
FAINTEST = 0.05  # of a range: with all pixels below this, it is another range
DARK = 0.25  # of a range: with all pixels below this, a person is told
_MOST = 2.0**32  # a number beyond this is no pixel
_DEPTHS = (10, 12, 14, 16, 24, 32)  # bits
_LEVELS = 16  # whole numbers up to this are few grey levels, not dark pictures of 256


class Range(Enum):
    """A range of pixels that people use; the value says it in a sentence, {0} and {1} being its ends."""

    BYTES = "0 to 255"
    UNIT = "0 to 1"
    BINARY = "hold 0 and 1 alone: read as black and white"
    LEVELS = "go from 0 to {1:g}: stretched to 0 to 255"
    DEEP = "go up to {2:g}, as with {3} bits: 0 to {1:g} was stretched to 0 to 255"
    DIVIDED = "go from 0 to 1/255, as if divided by 255 twice: stretched to 0 to 255"
    FAINT = "go from 0 to {1:g} alone: stretched to 0 to 255"
    SIGNED = "go from -128 to 127: 128 was added"
    SYMMETRIC = "go from -1 to 1: stretched to 0 to 255"
    STANDARDISED = "go from {0:g} to {1:g}, as after standardisation: stretched to 0 to 255"


_ENDS = {
    Range.BYTES: (0.0, 255.0), Range.UNIT: (0.0, 1.0), Range.BINARY: (0.0, 1.0), Range.DIVIDED: (0.0, 1 / 255),
    Range.SIGNED: (-128.0, 127.0), Range.SYMMETRIC: (-1.0, 1.0),
}  # fmt: skip


def range_of(low: float, high: float, whole: bool) -> Range:
    """Return which range pixels from *low* to *high* are in; *whole* says that their type is one of whole numbers."""
    over = OVERSHOOT
    if not whole and -over <= low and high <= 1 + over:
        return _below_one(low, high)
    if low < 0:
        return _with_negatives(low, high, whole)
    if whole and high == 1:
        return Range.BINARY
    if 1 < high <= _LEVELS:
        return Range.LEVELS
    return Range.BYTES if high <= 255 * (1 + over) else Range.DEEP


def _below_one(low: float, high: float) -> Range:
    """Return the range of fractions that do not exceed 1."""
    if high > FAINTEST or high == low == 0:
        return Range.UNIT
    if low < 0:
        return Range.STANDARDISED
    return Range.DIVIDED if FAINTEST < 255 * high <= 1 + OVERSHOOT else Range.FAINT


def _with_negatives(low: float, high: float, whole: bool) -> Range:
    """Return the range of pixels some of which are below 0."""
    if low >= -255 * OVERSHOOT and 200 <= high <= 255 * (1 + OVERSHOOT):
        return Range.BYTES
    if low >= -128 and high <= 127 and high - low >= 200:
        return Range.SIGNED
    if not whole and -1 - OVERSHOOT <= low <= -0.9 and high <= 1 + OVERSHOOT:
        return Range.SYMMETRIC
    return Range.STANDARDISED


@dataclass(slots=True)
class _Group:
    """Arrays of one range, which share its ends: *low* and *high* are those of all of them."""

    kind: Range
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)  # from the name of an array to its own ends

    @property
    def usual(self) -> bool:
        """Whether pixels are as they usually are: nothing is told of that."""
        return self.kind in (Range.BYTES, Range.UNIT)

    @property
    def high(self) -> float:
        return max(high for _, high in self.spans.values())

    @property
    def ends(self) -> tuple[float, float]:
        """Which numbers become 0 and 255."""
        if self.kind is Range.DEEP:
            return 0.0, float(2 ** _bits(self.high) - 1)
        if self.kind in (Range.LEVELS, Range.FAINT):
            return 0.0, self.high
        return _ENDS.get(self.kind, (min(low for low, _ in self.spans.values()), self.high))

    def told(self) -> str:
        """Return in a sentence what was done to the pixels."""
        return f"Pixels of {listed(self.spans)} {self.kind.value.format(*self.ends, self.high, _bits(self.high))}."

    def oddities(self) -> Iterator[str]:
        """Yield what is not as it usually is with the pixels of single arrays."""
        first, last = self.ends
        half = (last - first) / 510  # of a grey level
        for array, (low, high) in self.spans.items():
            if low < first - half or high > last + half:
                beyond = " and ".join(f"{end:g}" for end, is_out in ((low, low < first), (high, high > last)) if is_out)
                yield f"Pixels of {array} beyond {first:g} to {last:g} (up to {beyond}) were clipped."
            if low == high:
                yield f"Every pixel of {array} has the same value, {low:g}."
            elif high - first < DARK * (last - first):
                yield f"{array} is dark: its brightest pixel is {high:g} of {last:g}; was it scaled by mistake?"


def _bits(high: float) -> int:
    """Return how many bits pixels have that go up to *high*."""
    return next(depth for depth in _DEPTHS if high <= 2**depth)


def to_images(arrays: Mapping[str, Array], name: str) -> tuple[list[Images], tuple[str, ...]]:
    """Return each of *arrays* (N, C, H, W) as bytes, and in sentences what was done to the values.

    Args:
        arrays: by their names; boolean, whole or floating-point numbers, none of them empty.
        name: of the data set, for messages.

    Raises:
        BadInputError: a pixel is no finite number, or all of an array's are the same and no grey.
    """
    groups: dict[tuple[Range, int], _Group] = {}
    found: list[_Group] = []
    for array, values in arrays.items():
        low, high = _span(values, f"{name}: {array}")
        kind = range_of(low, high, values.dtype.kind != "f")
        if kind is Range.STANDARDISED and low == high:
            raise BadInputError(f"{name}: {array} has the value {low:g} in every pixel; save the pixels themselves.")
        depth = _bits(high) if kind is Range.DEEP else 0
        group = groups.setdefault((kind, depth), _Group(kind))
        group.spans[array] = low, high
        found.append(group)
    images = [_bytes(values, *group.ends) for values, group in zip(arrays.values(), found, strict=True)]
    return images, tuple(_told(list(groups.values())))


def _span(values: Array, where: str) -> tuple[float, float]:
    """Return the smallest and the largest pixel; raises BadInputError where there is none, or no pixel."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise BadInputError(_no_number(values, where))
    if max(-low, high) > _MOST:
        raise BadInputError(f"{where} has pixels from {low:g} to {high:g}; save the pixels themselves.")
    return low, high


def _told(groups: Sequence[_Group]) -> Iterator[str]:
    """Yield what was done to pixels that are not as they usually are, or not in all arrays."""
    usual = [group for group in groups if group.usual]
    if len(usual) > 1:
        parts = (f"{listed(group.spans)} from {group.kind.value}" for group in usual)
        yield f"Pixels of {', of '.join(parts)}: each was read by its own range."
    yield from (group.told() for group in groups if not group.usual)
    for group in groups:
        yield from group.oddities()


def _bytes(values: Array, low: float, high: float) -> Images:
    """Return *values* with low..high stretched to 0..255, rounded, and clipped beyond."""
    if values.dtype == np.uint8 and (low, high) == (0, 255):
        return np.ascontiguousarray(values)
    images = np.empty(values.shape, np.uint8)
    for part in pieces(values):
        scaled: Array = values[part].astype(np.float64 if values.dtype.itemsize > 4 else np.float32)
        if low:
            np.subtract(scaled, scaled.dtype.type(low), out=scaled)
        if high - low != 255:
            np.divide(scaled, scaled.dtype.type(high - low), out=scaled)  # first: 255 / (high - low) may be infinite
            np.multiply(scaled, scaled.dtype.type(255), out=scaled)
        np.rint(scaled, out=scaled)
        images[part] = scaled.clip(0, 255, out=scaled)
    return images


def _no_number(values: Array, where: str) -> str:
    """Return which pixel of *values* (N, C, H, W) is no finite number."""
    for part in pieces(values):
        wrong = np.argwhere(~np.isfinite(values[part]))
        if len(wrong):
            n, _, row, column = wrong[0]
            n += part.start
            pixel = values[part][tuple(wrong[0])]
            return (
                f"{where} has the pixel {pixel} in image {n} (counted from 0), row {row}, column {column}, which is no"
                " finite number; replace it, or leave the image out."
            )
    raise AssertionError("every pixel is a finite number")
