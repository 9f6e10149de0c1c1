"""What is told of one weight's steps: the optimizer's equation with its numbers, and what the curves are."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.calculation import CalculationRow
from cnn_gui.plots.text import number
from cnn_gui.plots.trend import Trend
from engine.equation import Line
from engine.optimizers import BY_NAME
from engine.settings import TrainingSettings
from engine.watch import Record, Row, Rows

_STEP, _RATE, _VALUE, _GRADIENT, _UPDATED = (Row._fields.index(name) for name in (
    "step", "rate", "value", "gradient", "updated"))  # fmt: skip
_DIGITS, _MANY = 4, 7  # of a number; of a weight, whose step may be small beside it


def symbols() -> str:
    """Return what the letters of the equations mean."""
    return _tr(
        "w: the weight. g: its gradient, the mean over the mini-batch. η: learning rate. t: steps since the run began."
        "\nm, v: moments, which remember gradients and their squares; in momentum and Nesterov, v is the speed."
        "\nμ, ρ, β₁, β₂: how much of a moment is kept. ε = 10⁻⁸. λ: weight decay."
        "\n‖g‖: length of the gradient of all weights together, and c the longest that is allowed."
    )


def heading(row: Row, optimizer: str) -> str:
    """Return which step the equation is of, and what it did."""
    text = _tr("{0}, step {1:,}, t = {2:,}: w {3} → {4}")
    return text.format(optimizer, int(row.step), int(row.time), number(row.value, _MANY), number(row.updated, _MANY))


def outlook(optimizer: str, chosen: bool) -> str:
    """Return what will be seen, and what to do for it."""
    if chosen:
        return _tr("Press Step or Train: each step of {0} fills in these numbers.").format(optimizer)
    return _tr("Click a weight, or enter its position, to see what {0} does to it.").format(optimizer)


def calculation(lines: Sequence[Line], filled: bool) -> list[CalculationRow]:
    """Return the rows of an equation, with their numbers where they are to be *filled* in."""
    return [_row(line, filled) for line in lines]


def trends(record: Record | None, rows: Rows, settings: TrainingSettings) -> list[Trend]:
    """Return the curves of *rows* of a record: value, gradient, moments, step, learning rate; empty ones without one.

    *settings* are those of the record, or of the next run.
    """
    if record is None:
        return [Trend(title, symbol, np.zeros(0), np.zeros(0)) for title, symbol in _titles(settings)]
    step = rows[:, _VALUE] - rows[:, _UPDATED]
    columns = rows[:, _UPDATED], rows[:, _GRADIENT], *record.moments(rows).values(), step, rows[:, _RATE]
    titled = zip(_titles(settings), columns, strict=True)
    return [Trend(title, symbol, rows[:, _STEP], values) for (title, symbol), values in titled]


def _titles(settings: TrainingSettings) -> list[tuple[str, str]]:
    rule = BY_NAME[settings.optimizer]
    words = {"velocity": _tr("speed"), "mean": _tr("mean of gradients"), "square": _tr("mean of their squares")}
    moments = [(words[name], symbol) for name, symbol in zip(rule.MOMENTS, rule.scales(settings), strict=True)]
    return [
        (_tr("after the step"), "w"), (_tr("gradient"), "g"), *moments,
        (_tr("w before − w after"), _tr("step")), (_tr("learning rate"), "η"),
    ]  # fmt: skip


def _row(line: Line, filled: bool) -> CalculationRow:
    sign, digits = ("←" if line.replaces else "="), _MANY if line.name == "w" else _DIGITS
    name = f"{line.name} {sign}"
    if not filled:
        return CalculationRow(name, line.term.formula())
    return CalculationRow(
        name, line.term.formula(), line.term.numbers(lambda v: number(v, digits)), number(line.term.value, digits)
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("OptimizerWords", text)
