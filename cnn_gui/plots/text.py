"""Small text for pictures: fonts with digits of equal width, and numbers as a person reads them."""

import re
from math import floor, log10

from PySide6.QtGui import QColor, QFont

from cnn_gui import theme

_WHOLE = re.compile("[.·]")  # ends the digits before the decimal point


def small_font(font: QFont) -> QFont:
    """Return *font* in the small size, with digits of equal width."""
    font = QFont(font)
    font.setPixelSize(theme.scaled(theme.FONT_SMALL))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def number(value: float, digits: int = 4) -> str:
    """Return *value* with so many significant digits, a true minus sign, and '2.9·10⁻⁹' for 2.9e-09."""
    digits_and_exponent = f"{value or 0:.{digits}g}".split("e")  # no minus before 0
    return _joined(*digits_and_exponent)


def short(value: float) -> str:
    """Return *value* with three significant digits, as formulas have it."""
    return number(float(value), 3)


def term(value: float) -> str:
    """Return ``short``; a negative number in brackets, so that it can follow an operator."""
    text = short(value)
    return f"({text})" if text.startswith("−") else text


def fixed(value: float, limit: float, digits: int = 3) -> str:
    """Return *value* with as many decimals as show so many *digits* of *limit* > 0, so that such numbers line up.

    What rounds to zero has no sign.
    """
    text = f"{value:.{max(0, digits - 1 - floor(log10(limit)))}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def in_column(value: float, limit: float, digits: int = 4) -> str:
    """Return *value* as a column of numbers up to *limit* > 0 has it: all with the decimals that ``fixed`` gives them.

    In powers of ten are numbers that no such decimal would show, or all where *limit* is far from everyday numbers.
    """
    text = fixed(value, limit, digits)
    if value == 0:
        return "0"
    return _powered(value) if unit(limit) or not text.strip("0.") else text


def within(value: float, limit: float) -> str:
    """Return *value* as ``fixed`` does, or where numbers up to *limit* are far from everyday ones in powers of ten."""
    return short(value) if unit(limit) else fixed(value, limit)


def parts(text: str) -> tuple[str, str]:
    """Return a number's digits before its decimal point, and the rest."""
    whole = _WHOLE.split(text, maxsplit=1)[0]
    return whole, text[len(whole) :]


def unit(limit: float) -> int:
    """Return e so that numbers up to *limit* > 0 are short in units of 10^e: a multiple of 3, 0 for everyday ones."""
    return 0 if 0.01 <= limit < 100_000 else max(-300, 3 * floor(log10(limit) / 3))


def power(exponent: int) -> str:
    """Return '10⁻⁶' for -6."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _powered(value: float) -> str:
    """Return *value* with three digits, all of them written, in powers of ten."""
    return _joined(*f"{value:.2e}".split("e"))


def _joined(digits: str, exponent: str = "0") -> str:
    text = digits.replace("-", "−")
    return f"{text}·{power(int(exponent))}" if int(exponent) else text


def readable_on(background: QColor) -> QColor:
    """Return the dark or the light text colour, whichever stands out from *background*."""
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
              for channel in (background.redF(), background.greenF(), background.blueF())]  # fmt: skip
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]  # WCAG 2.2, relative luminance
    return QColor(theme.LIGHT.text if luminance > 0.18 else theme.DARK.text)
