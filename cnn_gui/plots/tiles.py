"""What a mosaic can show: maps, kernels, a matrix or a vector. Each knows its arrangement and its words."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.tiling import Pages, Pair, Sheet

Floats = npt.NDArray[np.floating]


class Tiles:
    """Values (T, H, W), float32 and read-only: T tiles of H rows and W columns, copied from what was given.

    Attributes:
        axes: what a row and what a column of tiles is, where they are numbered at the edge; else empty.
        columns: what stands at the columns in the place of numbers.
        names: of the tiles, to be written into them; empty if they have none.
        reach: (T, H, W), how far the colours of each value have to reach: the values, unless others share the colours.
    """

    def __init__(self, values: Floats, names: Sequence[str] = ()) -> None:
        with np.errstate(over="ignore"):  # what is too large for float32 is infinite
            self.values = np.array(values, np.float32, order="C")
        self.values.flags.writeable = False
        self.names, self.reach = tuple(names), self.values
        self.axes: Sequence[str] = ()
        self.columns: Sequence[str] = ()

    @property
    def shape(self) -> Pair:
        """(H, W) of a tile."""
        return self.values.shape[1], self.values.shape[2]

    def arrange(self, sheet: Sheet, label: int) -> Pages:
        """Return the pages that fit *sheet*; *label* is the width in screen pixels of a number beside the tiles."""
        return sheet.flow(len(self.values), self.shape)

    def is_like(self, other: "Tiles") -> bool:
        """Whether both have the same form, so that a page, a place or a selection means the same in both."""
        return type(self) is type(other) and self._form == other._form

    @property
    def _form(self) -> tuple[object, ...]:
        return self.values.shape, self.names

    def where(self, tile: int, row: int, column: int) -> str:
        """Return in words where a value stands; everything is counted from 0."""
        return _tr("channel {0}, row {1}, column {2}").format(tile, row, column)

    def tile_name(self, tile: int) -> str:
        """Return what a person calls one tile."""
        return _tr("channel {0}").format(tile)

    def summary(self) -> str:
        """Return in words what all of it is."""
        return _tr("%n map(s) of {0} × {1}", len(self.values)).format(*self.shape)


class Maps(Tiles):
    """Maps (K, H, W): one tile a channel, or what *word* says; the first has the number *first*, or each a title."""

    def __init__(self, values: Floats, word: str = "", first: int = 0, titles: Sequence[str] = ()) -> None:
        super().__init__(_with_axes(values, 3, "maps (K, H, W)"))
        self._word, self._first, self._titles = word or _tr("channel"), first, tuple(titles)

    @property
    def _form(self) -> tuple[object, ...]:
        return self.values.shape, self._word, self._first, self._titles

    def where(self, tile: int, row: int, column: int) -> str:
        name = self.tile_name(tile)
        return name if self.shape == (1, 1) else _tr("{0}, row {1}, column {2}").format(name, row, column)

    def tile_name(self, tile: int) -> str:
        return self._titles[tile] if self._titles else f"{self._word} {self._first + tile}"

    def summary(self) -> str:
        return _tr("%n value(s)", len(self.values)) if self.shape == (1, 1) else super().summary()


class Vector(Tiles):
    """Values (K,): one cell each, with its name where there is one."""

    def __init__(self, values: Floats, names: Sequence[str] = ()) -> None:
        super().__init__(_with_axes(values, 1, "a vector (K,)")[:, None, None], names)

    def where(self, tile: int, row: int, column: int) -> str:
        return _tr("{0} (unit {1})").format(self.names[tile], tile) if self.names else self.tile_name(tile)

    def tile_name(self, tile: int) -> str:
        return _tr("unit {0}").format(tile)

    def summary(self) -> str:
        return _tr("%n value(s)", len(self.values))


class Kernels(Tiles):
    """Kernels (F, C, KH, KW): a row a filter and a column an input channel, or a plain grid for one channel.

    The channels have numbers, or *titles*.
    """

    def __init__(self, values: Floats, titles: Sequence[str] = ()) -> None:
        filters, channels, *shape = _with_axes(values, 4, "kernels (F, C, KH, KW)").shape
        super().__init__(np.reshape(values, (filters * channels, *shape)))
        self._filters, self._channels = filters, channels
        if channels > 1:
            self.axes, self.columns = (_tr("filter"), _tr("channel")), tuple(titles)

    @property
    def _form(self) -> tuple[object, ...]:
        return self.values.shape, self._channels, self.columns

    def arrange(self, sheet: Sheet, label: int) -> Pages:
        if self._channels == 1:
            return super().arrange(sheet, label)
        return sheet.table(self._filters, self._channels, self.shape, label)

    def where(self, tile: int, row: int, column: int) -> str:
        return _tr("{0}, row {1}, column {2}").format(self.tile_name(tile), row, column)

    def tile_name(self, tile: int) -> str:
        if self._channels == 1:
            return _tr("filter {0}").format(tile)
        filter_, channel = divmod(tile, self._channels)
        title = self.columns[channel] if self.columns else _tr("channel {0}").format(channel)
        return _tr("filter {0}, {1}").format(filter_, title)

    def summary(self) -> str:
        words = _tr("%n filter(s)", self._filters), _tr("%n channel(s)", self._channels)
        return _tr("{0} × {1} of {2} × {3}").format(*words, *self.shape)


class Matrix(Tiles):
    """Weights (units, inputs) as one picture: a row a unit, a column an input, of which *place* says whence it is."""

    def __init__(self, values: Floats, place: Callable[[int], str] | None = None) -> None:
        self._units, self._inputs = _with_axes(values, 2, "a matrix (units, inputs)").shape
        super().__init__(np.reshape(values, (-1, 1, 1)))
        self.axes, self._place = (_tr("unit"), _tr("input")), place

    @property
    def _form(self) -> tuple[object, ...]:
        return self._units, self._inputs

    def arrange(self, sheet: Sheet, label: int) -> Pages:
        return sheet.matrix(self._units, self._inputs)

    def where(self, tile: int, row: int, column: int) -> str:
        name = self.tile_name(tile)
        return _tr("{0}: {1}").format(name, self._place(tile % self._inputs)) if self._place else name

    def tile_name(self, tile: int) -> str:
        return _tr("unit {0}, input {1}").format(*divmod(tile, self._inputs))

    def summary(self) -> str:
        return _tr("{0} × {1}").format(_tr("%n unit(s)", self._units), _tr("%n input(s)", self._inputs))


class Biases(Vector):
    """Values (F,) in one row, however many."""

    def arrange(self, sheet: Sheet, label: int) -> Pages:
        pages = super().arrange(sheet, label)
        return pages if pages.tiling.grid == (1, len(self.values)) else sheet.matrix(1, len(self.values))

    def where(self, tile: int, row: int, column: int) -> str:
        return _tr("bias {0}").format(tile)


def _with_axes(values: Floats, axes: int, what: str) -> Floats:
    if values.ndim != axes or values.size == 0:
        raise ValueError(f"values have shape {values.shape}; give {what}, none of them 0.")
    return values


def _tr(text: str, number: int = -1) -> str:
    translated = QCoreApplication.translate("Tiles", text, None, number)
    return translated.replace("(s)", "" if number == 1 else "s")  # English needs no translation file for its plurals
