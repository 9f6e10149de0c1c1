"""The two forms of a convolution as a product of matrices: im2col's, and that of the fast path, row by row.

They differ in how often a value of the input is copied: see ``engine.ops.im2col`` and ``engine.ops.lowering``.
"""

from dataclasses import replace
from functools import cached_property
from math import prod

import numpy as np

from engine.layer import Array
from engine.ops import conv, lowering
from engine.trace.matrix_form import Cell, MatrixForm, Term


class Im2col(MatrixForm):
    """Every patch as a column: weights (F/G, C/G KH KW) times lines (C/G KH KW, OH OW) are the maps (F/G, OH OW)."""

    axes = ("channel", "u", "v")

    @property
    def extents(self) -> tuple[int, ...]:
        """C, KH, KW, OH, OW."""
        return len(self.trace.input), *self._weight.shape[2:], *self.trace.window.output

    @property
    def shape(self) -> Cell:
        return self.weights.shape[1], prod(self.trace.window.output)

    def lines(self, rows: slice) -> Array:
        patches = self.trace.forward(self.filters.start).windows.transpose(0, 3, 4, 1, 2)
        taps = np.unravel_index(np.arange(self.weights.shape[1])[rows], patches.shape[:3])
        lines: Array = patches[taps].reshape(-1, self.shape[1])
        return lines

    def part(self, i: int) -> slice:
        return slice(0, self.weights.shape[1])

    def output(self, i: int) -> Array:
        output: Array = self.trace.output[self.filters]
        return output.reshape(len(output), -1)

    def at_value(self, cell: Cell, term: Term) -> Term:
        return self.at_output((term.filter, cell[1]), self.at_weight((term.filter, cell[0]), term))

    def at_output(self, cell: Cell, term: Term) -> Term:
        i, j = divmod(cell[1], self.trace.window.cols.output)
        return replace(term, filter=cell[0], i=i, j=j)

    def _column(self, term: Term) -> int:
        return term.i * self.trace.window.cols.output + term.j


class RowLowering(MatrixForm):
    """Each row once for every kernel column: weights (F/G, KH C/G KW) times KH of the rows are one row of each map.

    The lines are (lowered rows C/G KW, OW). Two rows of the maps share the rows that both of them read, unless the
    kernel's rows are dilated: then those that each reads are copied for it.
    """

    axes = ("u", "channel", "v")

    @property
    def overlaps(self) -> bool:
        """Whether two parts may share rows."""
        return self.trace.window.rows.dilation == 1

    @property
    def step(self) -> int:
        """Lowered rows from the first one of a part to the first one of the next part."""
        return self.trace.window.rows.stride if self.overlaps else self.trace.window.rows.kernel

    @property
    def lines_each(self) -> int:
        """C/G KW: lines for each lowered row."""
        return int(self.weights.shape[1]) // self.trace.window.rows.kernel

    @property
    def rows_at_once(self) -> int:
        """How many rows of the maps one product of the fast path makes."""
        return conv.rows_at_once(self.trace.window, len(self.trace.weight), self.trace.groups)

    @property
    def extents(self) -> tuple[int, ...]:
        """Lowered rows, C, KW, OW."""
        rows, cols = self.trace.window.rows, self.trace.window.cols
        return (rows.output - 1) * self.step + rows.kernel, len(self.trace.input), cols.kernel, cols.output

    @property
    def shape(self) -> Cell:
        return self.extents[0] * self.lines_each, self.trace.window.cols.output

    def lines(self, rows: slice) -> Array:
        return self._low[rows]

    def part(self, i: int) -> slice:
        start = i * self.step * self.lines_each
        return slice(start, start + self.weights.shape[1])

    def output(self, i: int) -> Array:
        output: Array = self.trace.output[self.filters, i]
        return output

    def at_value(self, cell: Cell, term: Term) -> Term | None:
        kernel, places = self.trace.window.rows.kernel, self.trace.window.rows.output
        row, rest = divmod(cell[0], self.lines_each)
        first, last = max(0, -(-(row - kernel + 1) // self.step)), min(places - 1, row // self.step)
        if first > last:
            return None
        i = min(max(term.i, first), last)
        column = (row - i * self.step) * self.lines_each + rest
        return replace(self.at_weight((term.filter, column), term), i=i, j=cell[1])

    def at_output(self, cell: Cell, term: Term) -> Term:
        return replace(term, filter=cell[0], j=cell[1])

    def _column(self, term: Term) -> int:
        return term.j

    @cached_property
    def _low(self) -> Array:
        """(lowered rows C/G KW, OW)."""
        x = self.trace.input[self.channels].transpose(1, 0, 2)[..., None]
        low = lowering.lower(x, self.trace.window, 1, lambda _, shape: np.zeros(shape))
        return low.reshape(self.shape)
