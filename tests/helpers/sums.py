"""Sums in text, read as a person reads them who adds them up."""

import re
from decimal import Decimal

_NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")


def addends(side: str) -> list[Decimal]:
    """Return the last number of each addend of '1.30 + bias (−0.20) + (the other 8: 0.10)', which is its value."""
    return [_value(_NUMBER.findall(part)[-1]) for part in side.split(" + ")]


def assert_adds_up(text: str) -> list[Decimal]:
    """Check that '... = a + b + c = d' adds up exactly as written, all with the same decimals; return the addends."""
    *_, side, total = text.replace("·10⁻", "⁻").rstrip(".").split(" = ")
    found, end = addends(side), _value(_NUMBER.findall(total)[0])
    assert sum(found) == end, text
    places = {number.as_tuple().exponent for number in (*found, end)}
    assert len(places) == 1, text
    return found


def _value(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace(",", ""))
