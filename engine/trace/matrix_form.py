"""A convolution of one sample as a product of matrices, and where each of its terms stands in them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import ClassVar

import numpy as np

from engine.layer import Array
from engine.trace.convolution import ConvolutionTrace

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Term:
    """One product of a convolution: output[f, i, j] adds padded[c, i S + u D, j S + v D] weight[f, c, u, v].

    *filter* and *channel* count within the group; all count from 0.
    """

    filter: int = 0
    channel: int = 0
    u: int = 0
    v: int = 0
    i: int = 0
    j: int = 0


class MatrixForm(ABC):
    """One group's convolution as weights times values of the input, laid out in one way or another.

    Attributes:
        axes: what the columns of the weights run through.
        trace: the convolution.
        filters, channels: those of the group.
    """

    axes: ClassVar[tuple[str, str, str]]

    def __init__(self, trace: ConvolutionTrace, group: int = 0) -> None:
        each = len(trace.weight) // trace.groups
        self.trace, self.filters = trace, slice(group * each, (group + 1) * each)
        self.channels = trace.channels(self.filters.start)
        self._weight = trace.weight[self.filters]

    @property
    @abstractmethod
    def extents(self) -> tuple[int, ...]:
        """What multiplies to the number of values that are laid out, of all groups."""

    @property
    def count(self) -> int:
        """How many values are laid out, of all groups."""
        return prod(self.extents)

    @cached_property
    def weights(self) -> Array:
        """(F/G, C/G KH KW): a filter's weights in a row, in the order of ``axes``."""
        order = [1 + ("channel", "u", "v").index(axis) for axis in self.axes]
        weights: Array = self._weight.transpose(0, *order).reshape(len(self._weight), -1)
        return weights

    @property
    @abstractmethod
    def shape(self) -> Cell:
        """Rows and columns of all ``lines``."""

    @abstractmethod
    def lines(self, rows: slice) -> Array:
        """Return some rows of the values laid out, which the weights are multiplied by part by part."""

    @abstractmethod
    def part(self, i: int) -> slice:
        """Return which ``lines`` make row *i* of the maps."""

    @abstractmethod
    def output(self, i: int) -> Array:
        """Return (F/G, columns of ``lines``): the weights times those of ``part(i)``, with the bias added."""

    def weight_cell(self, term: Term) -> Cell:
        """Return where a term's weight stands."""
        column = 0
        for axis, extent in zip(self.axes, self._extents, strict=True):
            column = column * extent + int(getattr(term, axis))
        return term.filter, column

    def value_cell(self, term: Term) -> Cell:
        """Return where a term's value stands."""
        return self.part(term.i).start + self.weight_cell(term)[1], self._column(term)

    def output_cell(self, term: Term) -> Cell:
        """Return where the sum that a term belongs to stands in ``output(term.i)``."""
        return term.filter, self._column(term)

    def at_weight(self, cell: Cell, term: Term) -> Term:
        """Return the term nearest to *term* whose weight stands at *cell*."""
        found = map(int, np.unravel_index(cell[1], self._extents))
        return replace(term, filter=cell[0], **dict(zip(self.axes, found, strict=True)))

    @abstractmethod
    def at_value(self, cell: Cell, term: Term) -> Term | None:
        """Return the term nearest to *term* whose value stands at *cell*; None where no product reads it."""

    @abstractmethod
    def at_output(self, cell: Cell, term: Term) -> Term:
        """Return the term nearest to *term* that the sum at *cell* of ``output(term.i)`` adds up."""

    def pixel(self, term: Term) -> Cell:
        """Return the row and the column of a term's value in the padded input."""
        rows, cols = self.trace.window.rows, self.trace.window.cols
        return term.i * rows.stride + term.u * rows.dilation, term.j * cols.stride + term.v * cols.dilation

    @abstractmethod
    def _column(self, term: Term) -> int:
        """Return the column of the values, and of the output, that a term belongs to."""

    @property
    def _extents(self) -> tuple[int, ...]:
        """The extents of ``axes``."""
        extents = dict(zip(("channel", "u", "v"), self._weight.shape[1:], strict=True))
        return tuple(extents[axis] for axis in self.axes)
