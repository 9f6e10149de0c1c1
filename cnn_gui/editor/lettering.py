"""The fonts of the network canvas, and text that fits its place."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication

_TIGHT, TIGHTEST = 85, 80  # per cent of the usual width, tried before text is cut short


def font(pixels: int, bold: bool = False) -> QFont:
    """Return the application's font at a size of *pixels*, with digits of equal width."""
    made = QFont(QGuiApplication.font())
    made.setPixelSize(pixels)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def fitted(text: str, usual: QFont, width: float) -> tuple[str, QFont]:
    """Return *text* and a font in which it is at most *width* px long: set tighter, and only then cut short."""
    if QFontMetricsF(usual).horizontalAdvance(text) <= width:
        return text, usual
    closer = tight(usual)
    return QFontMetricsF(closer).elidedText(text, Qt.TextElideMode.ElideRight, width), closer


def tight(usual: QFont, stretch: int = _TIGHT) -> QFont:
    """Return a narrower font for a place that is a little too small; *stretch* is in per cent."""
    closer = QFont(usual)
    closer.setStretch(stretch)
    return closer
