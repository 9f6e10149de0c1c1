"""A correlation with what a person has to know of its three pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.grid import Cell, Floats, Grid, Marks
from cnn_gui.plots.round_numbers import round_up
from engine.trace.correlation import Correlation


@dataclass(frozen=True, eq=False)
class Face:
    """How one of the pictures looks: title, colours, the value of the last colour, hatches, where its pixels begin.

    A title may have {0} for the number of the plane on show, or for its name where there are *names*.
    """

    title: str
    colormap: ColorMap
    limit: float
    marks: Marks | None = None
    origin: Cell = (0, 0)
    names: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        title: str,
        colormap: ColorMap,
        values: Floats,
        marks: Marks | None = None,
        origin: Cell = (0, 0),
        names: Sequence[str] = (),
    ) -> "Face":
        """Return a face whose colours reach as far as *values* do, in a round number."""
        return cls(title, colormap, round_up(signed_levels(values)), marks, origin, names)

    def grid(self, values: Floats, plane: int = 0) -> Grid:
        """Return *values* (H, W) with this look."""
        title = self.title.format(self.names[plane] if self.names else plane)
        return Grid(values, self.colormap, self.limit, title, self.marks, self.origin)


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
