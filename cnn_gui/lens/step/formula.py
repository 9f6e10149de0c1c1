"""The words of one step: products, sums and the cell that they make."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.step.lane import Lane
from cnn_gui.plots import addition
from cnn_gui.plots.addition import Addend
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.text import number
from engine.trace.correlation import Terms

MOST_PRODUCTS = 9  # in one line of text; more are only to be seen in the pictures
_DIGITS = 4  # of a single product


def products(lane: Lane, terms: Terms, plane: int) -> str:
    """Return '0.50 × 2 + ... = 1.30' for one plane: value times weight wherever there is a product, and their sum."""
    name = lane.plane_name(plane)
    there = np.full(terms.values[plane].shape, True) if terms.present is None else terms.present
    values, factors = terms.values[plane][there], terms.factors[plane][there]
    total = _sum_of(terms, plane)
    if values.size > MOST_PRODUCTS:
        return _tr("{0}: sum of {1} products = {2}").format(name, values.size, total)
    pairs = zip(addition.alike(values.tolist()), addition.alike(factors.tolist()), strict=True)
    sides = [f"{addition.in_brackets(value)} × {addition.in_brackets(factor)}" for value, factor in pairs]
    return f"{name}:  {' + '.join(sides)} = {total}" if sides else f"{name}:  {total}"


def total(lane: Lane, terms: Terms) -> str:
    """Return 'output = 1.30 + 0.20 + bias 0.10 = 1.60': the sums of all planes, the bias, and the output cell."""
    return addition.equation(lane.sum_word, _addends(terms), terms.total)


def product(lane: Lane, terms: Terms, plane: int, place: Cell, tap: Cell) -> str:
    """Return 'input 0 (4, 5) × kernel 0 (1, 2):  0.5 × (−0.25) = −0.125' for one cell of the kernel.

    Args:
        place: of the output.
        tap: row and column in the kernel, as it lies over the source.
    """
    rows, cols = lane.correlation.window(*place)
    cell = rows.start + tap[0] * (rows.step or 1), cols.start + tap[1] * (cols.step or 1)
    number_ = lane.first_plane + plane
    names = f"{lane.source.place(cell, number_)} × {lane.kernel.place(tap, number_)}"
    return f"{names}:  {factors(terms, plane, tap)}"


def factors(terms: Terms, plane: int, tap: Cell) -> str:
    """Return '0.5 × (−0.25) = −0.125': value times weight at one cell of the kernel, or that there is no product."""
    if terms.present is not None and not terms.present[tap]:
        return _tr("no product")
    value, factor, result = (
        number(float(array[plane][tap]), _DIGITS) for array in (terms.values, terms.factors, terms.products)
    )
    return f"{addition.in_brackets(value)} × {addition.in_brackets(factor)} = {result}"


def _addends(terms: Terms) -> list[Addend]:
    bias = [Addend(terms.bias, _tr("bias {0}"))] if terms.bias else []
    return [*addition.few(terms.sums.tolist()), *bias]


def _sum_of(terms: Terms, plane: int) -> str:
    """Return the sum of one plane's products as the line of all sums has it."""
    found = addition.written([each.value for each in _addends(terms)], terms.total)
    if plane < addition.MOST:
        text = found.terms[plane]
    else:
        text, *_ = addition.alike([float(terms.sums[plane]), *terms.sums.tolist(), terms.total])
        return text
    return f"{text}·{found.power}" if found.power else text


def _tr(text: str) -> str:
    return QCoreApplication.translate("formula", text)
