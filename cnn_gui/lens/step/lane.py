"""A correlation with what a person has to know of its three pictures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.grid import Cell, Floats, Grid, Mark, Marks, mark_word
from cnn_gui.plots.round_numbers import round_up
from cnn_gui.plots.text import number
from engine.trace.correlation import Correlation


@dataclass(frozen=True, eq=False)
class Face:
    """How one of the pictures looks: title, colours, the value of the last colour, hatches, where its pixels begin.

    A title may have {0} for the number of the plane on show, or for its name where there are *names*.

    Attributes:
        what: what the values are before anything was done to them, such as 'dC/dO {0}'; '' where the title says it.
        where: which cell of that a cell of the picture is; None where only the origin is another.
    """

    title: str
    colormap: ColorMap
    limit: float
    marks: Marks | None = None
    origin: Cell = (0, 0)
    names: Sequence[str] = ()
    what: str = ""
    where: Callable[[Cell], Cell] | None = None

    @classmethod
    def of(
        cls,
        title: str,
        colormap: ColorMap,
        values: Floats,
        marks: Marks | None = None,
        origin: Cell = (0, 0),
        names: Sequence[str] = (),
        what: str = "",
        where: Callable[[Cell], Cell] | None = None,
    ) -> "Face":
        """Return a face whose colours reach as far as *values* do, in a round number."""
        return cls(title, colormap, round_up(signed_levels(values)), marks, origin, names, what, where)

    def grid(self, values: Floats, plane: int = 0) -> Grid:
        """Return *values* (H, W) with this look."""
        title = self._of_plane(self.title, plane)
        return Grid(values, self.colormap, self.limit, title, self.marks, self.origin)

    def place(self, cell: Cell, plane: int = 0) -> str:
        """Return what a cell of the picture is: 'input 0 (4, 5)', 'padding (−1, 3)', 'inserted zero'."""
        mark = Mark.NONE if self.marks is None else Mark(int(self.marks[cell]))
        if mark is Mark.INSERTED or (mark is Mark.PADDING and self.where is not None):
            return mark_word(mark)
        row, column = self.where(cell) if self.where else (cell[0] + self.origin[0], cell[1] + self.origin[1])
        name = mark_word(mark) or self._of_plane(self.what or self.title, plane)
        return f"{name} ({number(row)}, {number(column)})"

    def _of_plane(self, title: str, plane: int) -> str:
        return title.format(self.names[plane] if self.names else plane)


@dataclass(frozen=True, eq=False)
class Lane:
    """A correlation to step through.

    Attributes:
        correlation: the numbers.
        source, kernel, output: the look of its pictures; those of source and kernel show one plane at a time.
        plane_word: what a plane is, 'channel' or 'filter'.
        first_plane: the number of the first plane.
        sum_word: what the output cell is called in the formula.
    """

    correlation: Correlation
    source: Face
    kernel: Face
    output: Face
    plane_word: str
    sum_word: str
    first_plane: int = 0

    @property
    def planes(self) -> int:
        """How many planes are added up."""
        return len(self.correlation.kernel)

    def plane_name(self, plane: int) -> str:
        """Return 'channel 3' or 'Red' for the plane number *plane* of the lane."""
        number = self.first_plane + plane
        return self.source.names[number] if self.source.names else f"{self.plane_word} {number}"
