"""Small text for pictures: fonts with digits of equal width, and numbers as a person reads them."""

from math import floor, log10

from PySide6.QtGui import QColor, QFont

from cnn_gui import theme


def small_font(font: QFont) -> QFont:
    """Return *font* in the small size, with digits of equal width."""
    font = QFont(font)
    font.setPixelSize(theme.FONT_SMALL)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def number(value: float, digits: int = 4) -> str:
    """Return *value* with so many significant digits, a true minus sign, and '2.9·10⁻⁹' for 2.9e-09."""
    digits_and_exponent = f"{value or 0:.{digits}g}".split("e")  # no minus before 0
    text = digits_and_exponent[0].replace("-", "−")
    return text if len(digits_and_exponent) == 1 else f"{text}·{power(int(digits_and_exponent[1]))}"


def short(value: float) -> str:
    """Return *value* with three significant digits, as formulas have it."""
    return number(float(value), 3)


def term(value: float) -> str:
    """Return ``short``; a negative number in brackets, so that it can follow an operator."""
    text = short(value)
    return f"({text})" if text.startswith("−") else text


def fixed(value: float, limit: float) -> str:
    """Return *value* with as many decimals as show three digits of *limit* > 0, so that such numbers line up.

    What rounds to zero has no sign.
    """
    text = f"{value:.{max(0, 2 - floor(log10(limit)))}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def within(value: float, limit: float) -> str:
    """Return *value* as ``fixed`` does, or where numbers up to *limit* are far from everyday ones in powers of ten."""
    return short(value) if unit(limit) else fixed(value, limit)


def unit(limit: float) -> int:
    """Return e so that numbers up to *limit* > 0 are short in units of 10^e: a multiple of 3, 0 for everyday ones."""
    return 0 if 0.01 <= limit < 100_000 else max(-300, 3 * floor(log10(limit) / 3))


def power(exponent: int) -> str:
    """Return '10⁻⁶' for -6."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def readable_on(background: QColor) -> QColor:
    """Return the dark or the light text colour, whichever stands out from *background*."""
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
              for channel in (background.redF(), background.greenF(), background.blueF())]  # fmt: skip
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]  # WCAG 2.2, relative luminance
    return QColor(theme.LIGHT.text if luminance > 0.18 else theme.DARK.text)
