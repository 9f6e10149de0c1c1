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
    """Return *value* with so many significant digits and a true minus sign."""
    return f"{value or 0:.{digits}g}".replace("-", "−")  # no minus before 0


def fixed(value: float, limit: float) -> str:
    """Return *value* with as many decimals as show three digits of *limit* > 0, so that such numbers line up."""
    return f"{value:.{max(0, 2 - floor(log10(limit)))}f}".replace("-", "−")


def readable_on(background: QColor) -> QColor:
    """Return the dark or the light text colour, whichever stands out from *background*."""
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
              for channel in (background.redF(), background.greenF(), background.blueF())]  # fmt: skip
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]  # WCAG 2.2, relative luminance
    return QColor(theme.LIGHT.text if luminance > 0.18 else theme.DARK.text)
