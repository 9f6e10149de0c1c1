"""The words of one step: products, sums and the cell that they make."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.step.lane import Lane
from cnn_gui.plots.text import number
from engine.trace.correlation import Terms

MOST_PRODUCTS = 9  # in one line of text; more are only to be seen in the pictures
MOST_SUMS = 8
DIGITS = 3


def products(lane: Lane, terms: Terms, plane: int) -> str:
    """Return '0.5 × 2 + ... = 1.3' for one plane: value times weight for each cell, and their sum."""
    name = lane.plane_name(plane)
    values, factors, total = terms.values[plane].ravel(), terms.factors[plane].ravel(), float(terms.sums[plane])
    if values.size > MOST_PRODUCTS:
        return _tr("{0}: sum of {1} products = {2}").format(name, values.size, number(total, DIGITS))
    pairs = (f"{_n(v)} × {_n(f)}" for v, f in zip(values.tolist(), factors.tolist(), strict=True))
    return f"{name}:  {' + '.join(pairs)} = {number(total, DIGITS)}"


def total(lane: Lane, terms: Terms) -> str:
    """Return 'output = 1.3 + 0.2 + bias 0.1 = 1.6': the sums of all planes, the bias, and the output cell."""
    shown = summands(terms.sums.tolist())
    if terms.bias:
        shown.append(_tr("bias {0}").format(_n(terms.bias)))
    end = "" if len(shown) == 1 else f" = {number(terms.total, DIGITS)}"
    return f"{lane.sum_word} = {' + '.join(shown)}{end}"


def summands(values: Sequence[float]) -> list[str]:
    """Return what is to be joined by plus signs; of many values the first, and the sum of the others."""
    shown = [number(values[0], DIGITS), *(_n(each) for each in values[1:MOST_SUMS])]
    if len(values) > MOST_SUMS:
        rest = sum(values[MOST_SUMS:])
        shown.append(_tr("{0} (the other {1})").format(_n(rest), len(values) - MOST_SUMS))
    return shown


def _n(value: float) -> str:
    """Return a number; a negative one in brackets, so that it can follow an operator."""
    text = number(value, DIGITS)
    return f"({text})" if text.startswith("−") else text


def _tr(text: str) -> str:
    return QCoreApplication.translate("formula", text)
