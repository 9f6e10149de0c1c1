"""What each picture of a convolution as a product of matrices shows: values, title, colours, hatches."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.lens import marks
from cnn_gui.lens.step.lane import Face
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Grid, Mark, Marks, Part
from engine.layer import Array
from engine.trace.correlation import Correlation
from engine.trace.matrices import Im2col
from engine.trace.matrix_form import MatrixForm, Term

MOST_VALUES = 1_000_000  # laid out at once: several for each pixel, and quickly painted


class Pictures:
    """The pictures of one form. Those of weights and values come in pages where a kernel is too large.

    The titles of matrices begin with the letter that they are called by.
    """

    def __init__(self, form: MatrixForm) -> None:
        self.form, trace = form, form.trace
        self._padding = marks.padding(trace.window)
        origin = -trace.window.rows.before, -trace.window.cols.before
        title = _tr("padded input {0}") if self._padding.any() else _tr("input {0}")
        self._input = Face.of(title, ColorMap.ACTIVATIONS, trace.padded, self._padding, origin)
        self._kernel = Face.of(_tr("kernel {0}"), ColorMap.WEIGHTS, trace.weight)
        self._output = Face.of("", ColorMap.ACTIVATIONS, trace.output)

    @property
    def by_rows(self) -> bool:
        """Whether each row of the output is a product of its own."""
        return not isinstance(self.form, Im2col)

    @property
    def page_lines(self) -> int:
        """How many lines of the values a page has."""
        rows, columns = self.form.shape
        return rows if self.by_rows else min(rows, max(1, MOST_VALUES // columns))

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.form.shape[0] // self.page_lines)

    def page(self, term: Term) -> int:
        """Return the page that a term is on, from 0."""
        return self.form.value_cell(term)[0] // self.page_lines

    def weights(self, page: int) -> Grid:
        """Return W, or the columns of it that meet a page of the values."""
        first = page * self.page_lines
        columns = slice(None) if self.by_rows else slice(first, first + self.page_lines)
        return self._matrix(self.form.weights[:, columns], self._kernel, _tr("W: weights"), (0, first))

    def values(self, page: int) -> Grid:
        """Return X or L, or a page of it."""
        first = page * self.page_lines
        lines = self.form.lines(slice(first, first + self.page_lines))
        title = _tr("L: lowered rows") if self.by_rows else _tr("X: columns")
        return self._matrix(lines, self._input, title, (first, 0))

    def output(self, i: int) -> Grid:
        """Return Y, or row *i* of each map."""
        title = _tr("Y: output row {0} = W × part of L + b") if self.by_rows else _tr("Y = W X + b: output")
        return self._matrix(self.form.output(i), self._output, title.format(i), (0, 0))

    def source(self, channel: int) -> Grid:
        """Return a channel of the group with its padding."""
        number = self.form.channels.start + channel
        return self._input.grid(self.form.trace.padded[number], number)

    def patch(self, term: Term) -> Grid:
        """Return what the kernel reads of the term's channel."""
        values, window = self.correlation(term).terms(term.i, term.j).values[term.channel], self.window(term)
        face = replace(self._input, title=_tr("patch ({0}, {1})").format(term.i, term.j), marks=self._padding[window])
        return replace(face.grid(values), origin=(0, 0), elastic=True)

    def kernel(self, term: Term) -> Grid:
        """Return the kernel of the term's filter for its channel."""
        kernel = self.correlation(term).kernel[term.channel]
        return replace(self._kernel.grid(kernel, self.form.filters.start + term.filter), elastic=True)

    def window(self, term: Term) -> Part:
        """Return the rows and columns of the padded input that the kernel reads."""
        return self.correlation(term).window(term.i, term.j)

    def correlation(self, term: Term) -> Correlation:
        """Return how the map of the term's filter is made."""
        return self.form.trace.forward(self.form.filters.start + term.filter)

    def special(self, grid: Grid, term: Term) -> Marks:
        """Return which of a few values are padding, and which no product reads."""
        found, (top, left) = np.full(grid.shape, Mark.UNREAD, np.uint8), grid.origin
        columns = range(left, left + grid.shape[1])
        places = np.array([self.form.pixel(self.form.at_output((0, column), Term())) for column in columns])
        for row in range(grid.shape[0]):
            reader = self.form.at_value((top + row, left), term)
            if reader is not None:
                pixels = self.form.pixel(reader) + places - places[0]  # a column is as far from the first in each row
                found[row] = self._padding[tuple(pixels.T)]
        return found

    def _matrix(self, values: Array, face: Face, title: str, origin: tuple[int, int]) -> Grid:
        return Grid(values, face.colormap, face.limit, title, origin=origin, elastic=True)


def _tr(text: str) -> str:
    return QCoreApplication.translate("MatrixPictures", text)
