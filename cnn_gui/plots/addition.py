"""Sums in text that add up as they are shown: every number with as many decimals, trailing zeros kept."""

from collections.abc import Sequence
from decimal import Decimal
from math import floor, isfinite, log10
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.text import number, power, unit

MOST = 8  # addends of many that are written out; the others are one more
_DIGITS = 4  # of the largest number, or fewer where they say it all
_DECIMALS = 2  # of numbers from 100 to 1,000
_EXACT = 1e-9  # of the largest number is rounding


class Addend(NamedTuple):
    """A number with what is said of it: *text* has {0} for the number."""

    value: float
    text: str = "{0}"


class Written(NamedTuple):
    """The numbers of a sum.

    Attributes:
        terms: of each addend, negative ones with a true minus sign.
        total: of the sum.
        power: '10⁻⁶', which all of them are multiples of; '' for 1.
    """

    terms: Sequence[str]
    total: str
    power: str = ""

    def subtotal(self, count: int) -> str:
        """Return what the first *count* addends are together, as they are written."""
        values = [text.replace("−", "-") for text in self.terms[:count]]
        if not all(map(isfinite, map(float, values))):
            return number(sum(map(float, values)), _DIGITS)
        return str(sum(map(Decimal, values), Decimal(0))).replace("-", "−")

    def of(self, text: str) -> str:
        """Return one of the numbers with the power that it is a multiple of."""
        return _times(text, self.power)

    def sum_of(self, *texts: str) -> str:
        """Return some of the numbers with plus signs, and the power that all are multiples of."""
        text = " + ".join([texts[0], *map(in_brackets, texts[1:])])
        return self.of(f"({text})" if self.power else text)


def few(values: Sequence[float]) -> list[Addend]:
    """Return an addend for each of *values*; of many the first ones, and the sum of the others as one."""
    shown = [Addend(value) for value in values[:MOST]]
    if len(values) > MOST:
        others = _tr("(the other {0:,}: {{0}})").format(len(values) - MOST)
        shown.append(Addend(float(np.sum(values[MOST:])), others))
    return shown


def equation(name: str, addends: Sequence[Addend], total: float) -> str:
    """Return 'output = 1.30 + 0.20 + bias 0.10 = 1.60'; of one plain number 'output = 1.30'."""
    found = written([each.value for each in addends], total)
    if len(addends) == 1 and addends[0].text == Addend(0).text:
        return f"{name} = {_times(found.total, found.power)}"
    return f"{name} = {joined(addends, found)} = {_times(found.total, found.power)}"


def joined(addends: Sequence[Addend], found: Written) -> str:
    """Return '1.30 + 0.20 + bias 0.10', or '(1.30 + 0.20)·10⁻⁶'."""
    parts = [_told(each.text, text, n) for n, (each, text) in enumerate(zip(addends, found.terms, strict=True))]
    text = " + ".join(parts)
    return _times(f"({text})" if found.power and len(parts) > 1 else text, found.power)


def written(values: Sequence[float], total: float) -> Written:
    """Return how the numbers of a sum are written.

    Each is rounded to the same decimals, and where the rounded ones would miss the rounded total by a few units of the
    last decimal, those that were nearest to the other side are rounded to that: no number is off by a whole unit.
    """
    everything = [*values, total]
    if not all(map(isfinite, everything)):
        return Written([number(value, _DIGITS) for value in values], number(total, _DIGITS))
    limit = max(map(abs, everything)) or 1.0
    exponent = floor(log10(limit)) if unit(limit) else 0
    scaled = [value / 10.0**exponent for value in everything]
    decimals = _decimals(scaled, limit / 10.0**exponent)
    *terms, end = _units(scaled[:-1], scaled[-1], 10.0**decimals)
    texts = [f"{each / 10.0**decimals or 0:.{decimals}f}".replace("-", "−") for each in (*terms, end)]
    return Written(texts[:-1], texts[-1], power(exponent) if exponent else "")


def alike(values: Sequence[float]) -> list[str]:
    """Return numbers of one kind, all with the same decimals and digits enough for the largest; 0 is '0'."""
    found = written(values, 0.0)
    return [_times(text, found.power) if value else "0" for value, text in zip(values, found.terms, strict=True)]


def in_brackets(text: str) -> str:
    """Return a number's text so that it can follow an operator: a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text


def _decimals(values: Sequence[float], limit: float) -> int:
    """Return with how many decimals numbers up to *limit* are written: as few as write all of them exactly, if so."""
    most = max(_DIGITS - 1 - floor(log10(limit)), _DECIMALS if limit < 1000 else 0)
    exact = (all(abs(value - round(value, n)) <= _EXACT * limit for value in values) for n in range(most))
    return next((n for n, found in enumerate(exact) if found), most)


def _units(values: Sequence[float], total: float, scale: float) -> list[int]:
    """Return each of *values*, and *total*, in whole units of 1/scale, so that they add up where the numbers do."""
    exact = [value * scale for value in values]
    units, goal = [round(each) for each in exact], round(total * scale)
    missing = goal - sum(units)
    if missing and abs(sum(exact) - total * scale) < 1:
        sign = 1 if missing > 0 else -1
        nearest = sorted((n for n, each in enumerate(exact) if each), key=lambda n: sign * (units[n] - exact[n]))
        for n in nearest[: abs(missing)]:
            units[n] += sign
    return [*units, goal]


def _told(text: str, value: str, place: int) -> str:
    plain = place == 0 and text == Addend(0).text
    return text.format(value if plain or ":" in text else in_brackets(value))


def _times(text: str, factor: str) -> str:
    return f"{text}·{factor}" if factor else text


def _tr(text: str) -> str:
    return QCoreApplication.translate("addition", text)
