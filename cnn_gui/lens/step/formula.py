"""The words of one step: products, sums and the cell that they make."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.step.lane import Lane
from cnn_gui.plots.text import short, term
from engine.trace.correlation import Terms

MOST_PRODUCTS = 9  # in one line of text; more are only to be seen in the pictures
MOST_SUMS = 8


def products(lane: Lane, terms: Terms, plane: int) -> str:
    """Return '0.5 × 2 + ... = 1.3' for one plane: value times weight wherever there is a product, and their sum."""
    name, total = lane.plane_name(plane), short(terms.sums[plane])
    there = np.full(terms.values[plane].shape, True) if terms.present is None else terms.present
    values, factors = terms.values[plane][there], terms.factors[plane][there]
    if values.size > MOST_PRODUCTS:
        return _tr("{0}: sum of {1} products = {2}").format(name, values.size, total)
    pairs = [f"{term(v)} × {term(f)}" for v, f in zip(values, factors, strict=True)]
    return f"{name}:  {' + '.join(pairs)} = {total}" if pairs else f"{name}:  {total}"


def total(lane: Lane, terms: Terms) -> str:
    """Return 'output = 1.3 + 0.2 + bias 0.1 = 1.6': the sums of all planes, the bias, and the output cell."""
    shown = summands(terms.sums.tolist())
    if terms.bias:
        shown.append(_tr("bias {0}").format(term(terms.bias)))
    end = "" if len(shown) == 1 else f" = {short(terms.total)}"
    return f"{lane.sum_word} = {' + '.join(shown)}{end}"


def summands(values: Sequence[float]) -> list[str]:
    """Return what is to be joined by plus signs; of many values the first, and the sum of the others."""
    shown = [short(values[0]), *(term(each) for each in values[1:MOST_SUMS])]
    if len(values) > MOST_SUMS:
        rest = sum(values[MOST_SUMS:])
        shown.append(_tr("{0} (the other {1})").format(term(rest), len(values) - MOST_SUMS))
    return shown


def _tr(text: str) -> str:
    return QCoreApplication.translate("formula", text)
