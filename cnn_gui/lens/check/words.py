"""What a gradient check found, in words."""

from collections.abc import Collection
from math import isnan

from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.text import number
from engine.faults import ALL, Fault
from engine.gradcheck import INPUT, TIES
from engine.gradreport import TOLERANCE, ArrayCheck, GradientReport

_DIGITS = 8  # so that a difference that counts is seen
_AXES = {
    1: ("value",),
    2: ("unit", "input"),
    3: ("channel", "row", "column"),
    4: ("filter", "channel", "row", "column"),
}


def name(array: ArrayCheck) -> str:
    """Return what the array is called, with its gradient where that has a name of its own."""
    known = {
        INPUT: _tr("Input, dL/dX"), TIES: _tr("Equal inputs changed together, dL/dX"),
        "weight": _tr("Weight, dL/dW"), "bias": _tr("Bias, dL/db"),
    }  # fmt: skip
    return known.get(array.name) or array.name.capitalize()


def cell(array: ArrayCheck) -> str:
    """Return where the largest error is, 'channel 0, row 3, column 5'; the copy of the sample does not matter."""
    index = array.index[1:] if array.name in (INPUT, TIES) else array.index
    places = ", ".join(f"{_tr(axis)} {i}" for axis, i in zip(_AXES[len(index)], index, strict=True))
    return _tr("all that equal {0}").format(places) if array.name == TIES else places


def figures(array: ArrayCheck) -> str:
    """Return both values at that cell, and what backward is of the slope where they disagree."""
    text = _tr("backward {0}, measured slope {1}").format(
        number(array.analytic, _DIGITS), number(array.numeric, _DIGITS)
    )
    if not array.passed and array.compared and array.numeric:
        text += _tr(" (× {0})").format(number(array.analytic / array.numeric, 4))
    return text


def counts(array: ArrayCheck) -> str:
    """Return how many cells have a verdict."""
    text = _tr("{0:,} compared").format(array.compared)
    return text + (_tr(", {0:,} at kinks").format(array.kinks) if array.kinks else "")


def verdict(array: ArrayCheck) -> str:
    """Return the largest relative error with a word."""
    if not array.compared:
        return _tr("no result")
    if isnan(array.error):
        return _tr("not a number")
    word = _tr("agrees") if array.passed else _tr("disagrees")
    return _tr("{0}, error {1}").format(word, number(array.error, 2))


def heading(report: GradientReport) -> str:
    """Return the verdict on the whole layer."""
    if not any(array.compared for array in report.arrays):
        return _tr("No result: every sampled cell is at a kink, where the slope is not defined")
    return _tr("The gradients are correct") if report.passed else _tr("The gradients are wrong")


def faults(chosen: Collection[Fault]) -> str:
    """Return what the gradients of a layer with deliberate faults are; '' without any."""
    briefs = ", ".join(fault.brief for fault in ALL if fault in chosen)
    return _tr("faulty gradients: {0}").format(briefs) if briefs else ""


def explanation() -> str:
    """Return what a gradient check is, with its numbers."""
    return _tr(
        "Here L takes the place of the loss C: the sum of this layer's outputs, each times a fixed random number. So no"
        " gradient is too small to be told from rounding, and what later layers do wrong does not count. One number at"
        " a time is moved by ±0.00001, and how much L changes, the slope, is compared with the gradient that backward"
        " computes. Error = |backward − slope| ÷ the larger of the two; {0:.5f} is allowed."
    ).format(TOLERANCE)


def _tr(text: str) -> str:
    return QCoreApplication.translate("check", text)
