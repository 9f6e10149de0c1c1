"""Where a window reads: output sizes, padding, read counts and excluded pixels. The one place for all of it.

Convolution and pooling, forward and backward, ask here, and so does whoever wants to show it. Along one axis X is
the input's extent, K the window's cells, D the dilation, K' = (K - 1) D + 1 the window's extent, S the stride and
P the padding; O = floor((X + 2P - K') / S) + 1.
Source: Dumoulin & Visin, "A guide to convolution arithmetic for deep learning", section 2 and 4.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

PADDING_WORDS = ("valid", "same", "full")
Padding = tuple[int, int] | str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """How much of an axis, in rows or columns, or of a map, in pixels, no window reads: one number for each cause.

    Attributes:
        trailing: of the PADDED input, what lies after the last window; along an axis r = (X + 2P - K') mod S.
        lost: what of it is no padding; along an axis max(0, r - P).
        between: of the input, what lies between one window and the next, where S > K'.
        within: of the input, what lies between the cells of a window and under no other one, where D > 1.
    """

    trailing: int
    lost: int
    between: int
    within: int

    @property
    def absorbed(self) -> int:
        """What of the trailing part is padding."""
        return self.trailing - self.lost

    @property
    def unread(self) -> int:
        """What of the input is never read."""
        return self.lost + self.between + self.within


@dataclass(frozen=True)
class Axis:
    """A window sliding along one axis: input extent, window's cells, stride, padding before and after, dilation."""

    size: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1

    @cached_property
    def extent(self) -> int:
        """K' = (K - 1) D + 1: from the first cell of the window to its last."""
        return (self.kernel - 1) * self.dilation + 1

    @cached_property
    def output(self) -> int:
        """O: the number of places the window takes; 0 where it does not fit."""
        return max(0, (self.padded - self.extent) // self.stride + 1)

    @cached_property
    def padded(self) -> int:
        """X + 2P: the extent with padding."""
        return self.size + self.before + self.after

    @cached_property
    def used(self) -> int:
        """The leading part of the padded extent that the windows span: (O - 1) S + K', or 0 where none fits."""
        return (self.output - 1) * self.stride + self.extent if self.output else 0

    @cached_property
    def trailing(self) -> int:
        """r = (X + 2P - K') mod S: rows or columns of the PADDED input after the last window."""
        return self.padded - self.used

    @cached_property
    def dilated(self) -> int:
        """(O - 1) S + 1: the extent of dC/dO with S - 1 zeros between neighbours; 0 where no window fits."""
        return (self.output - 1) * self.stride + 1 if self.output else 0

    @cached_property
    def taps(self) -> tuple[tuple[slice, slice], ...]:
        """What ``tap`` returns, for each offset."""
        return tuple(map(self._tap, range(self.kernel)))

    def tap(self, offset: int) -> tuple[slice, slice]:
        """Return (outputs, inputs): the places whose window has a real pixel under tap *offset*, and those pixels.

        Both slices have the same length; ``outputs`` counts window positions, ``inputs`` unpadded pixels.
        """
        return self.taps[offset]

    def _tap(self, offset: int) -> tuple[slice, slice]:
        shift = offset * self.dilation - self.before
        first = max(0, -(shift // self.stride))
        stop = min(self.output, (self.size - 1 - shift) // self.stride + 1)
        if stop <= first:
            return slice(0, 0), slice(0, 0)
        start = first * self.stride + shift
        return slice(first, stop), slice(start, start + (stop - first - 1) * self.stride + 1, self.stride)

    @cached_property
    def read(self) -> int:
        """The leading part of the input that the windows span, without padding."""
        return max(0, min(self.size, self.used - self.before))

    def cells(self, place: int) -> range:
        """Return the cells of the padded input that the window reads at output *place*."""
        return range(place * self.stride, place * self.stride + self.extent, self.dilation)

    def places(self, cell: int) -> range:
        """Return the output places whose windows read a *cell* of the padded input."""
        first = max(0, -((self.extent - 1 - cell) // self.stride))
        found = [i for i in range(first, min(self.output, cell // self.stride + 1)) if cell in self.cells(i)]
        return range(found[0], found[-1] + 1, found[1] - found[0] if found[1:] else 1) if found else range(0)

    def first(self, places: int) -> "Axis":
        """Return the same axis with its first output *places* alone; *after* is below 0 where the end is cut."""
        return replace(self, after=(places - 1) * self.stride + self.extent - self.before - self.size)

    def trimmed(self) -> "Axis":
        """Return the axis without the end of the input that no window reaches; its windows are the same."""
        return replace(self, size=self.read, after=self.used - self.before - self.read)

    def bare(self) -> "Axis":
        """Return the axis whose windows are the same and whose pixels are all cells, those of the padding too."""
        return replace(self, size=self.padded, before=0, after=0)

    def read_counts(self) -> npt.NDArray[np.intp]:
        """Return (X,): how often each unpadded pixel is read."""
        counts = np.zeros(self.size, np.intp)
        for _, pixels in self.taps:
            counts[pixels] += 1
        return counts

    @property
    def exclusion(self) -> Exclusion:
        """How many rows or columns are never read, and why."""
        return _exclusion(*self.reach)

    @cached_property
    def reach(self) -> tuple[int, int, int, int, int, int]:
        """Cells of the padded input and those up to the last window's end; pixels of the input, those up to there,
        those from any window's first cell to its last, and those that are read."""
        cells = np.arange(self.before, self.before + self.read)
        under = int(np.count_nonzero(cells % self.stride < self.extent))
        return self.padded, self.used, self.size, self.read, under, int(np.count_nonzero(self.read_counts()))


@dataclass(frozen=True, slots=True)
class Window:
    """A window sliding over rows and columns."""

    rows: Axis
    cols: Axis

    @classmethod
    def of(
        cls,
        size: tuple[int, int],
        kernel: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: Padding = (0, 0),
        dilation: tuple[int, int] = (1, 1),
    ) -> "Window":
        """Return the window for pairs (rows, columns).

        Padding is the same on both sides of an axis, or a word: 'valid' adds nothing, 'full' K' - 1 on both sides,
        and 'same' as much as O = ceil(X / S) needs, an odd one after the last pixel (TensorFlow's rule).
        """
        ways: tuple[int | str, int | str] = (padding, padding) if isinstance(padding, str) else padding
        rows, cols = map(_axis, size, kernel, stride, ways, dilation)
        return cls(rows, cols)

    def first(self, places: tuple[int, int]) -> "Window":
        """Return the same window with the first (rows, columns) output places alone."""
        return Window(self.rows.first(places[0]), self.cols.first(places[1]))

    def trimmed(self) -> "Window":
        """Return the same window on an input without the last rows and columns that it never reaches."""
        return Window(self.rows.trimmed(), self.cols.trimmed())

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) of the input, without padding."""
        return self.rows.size, self.cols.size

    @property
    def output(self) -> tuple[int, int]:
        """(OH, OW)."""
        return self.rows.output, self.cols.output

    @property
    def taps(self) -> int:
        """KH KW: the number of cells of the window."""
        return self.rows.kernel * self.cols.kernel

    def read_counts(self) -> npt.NDArray[np.intp]:
        """Return (H, W): how often each unpadded pixel is read; dC/dX is exactly zero where this is 0."""
        return np.multiply.outer(self.rows.read_counts(), self.cols.read_counts())

    def bare(self) -> "Window":
        """Return the window that reads the padding as if it were pixels."""
        return Window(self.rows.bare(), self.cols.bare())

    @property
    def exclusion(self) -> Exclusion:
        """How many pixels of a map are never read, and why; one with two reasons counts as lost, else as between."""
        return _exclusion(*(rows * cols for rows, cols in zip(self.rows.reach, self.cols.reach, strict=True)))


def _axis(size: int, kernel: int, stride: int, padding: int | str, dilation: int) -> Axis:
    extent = (kernel - 1) * dilation + 1
    if padding == "same":
        total = max(0, (-(-size // stride) - 1) * stride + extent - size)
        return Axis(size, kernel, stride, total // 2, total - total // 2, dilation)
    sides = {"valid": 0, "full": extent - 1}[padding] if isinstance(padding, str) else padding
    return Axis(size, kernel, stride, sides, sides, dilation)


def _exclusion(padded: int, used: int, size: int, leading: int, under: int, read: int) -> Exclusion:
    """Return what is left out at each step of a nest of smaller and smaller parts; see ``Axis.reach``."""
    return Exclusion(padded - used, size - leading, leading - under, under - read)
