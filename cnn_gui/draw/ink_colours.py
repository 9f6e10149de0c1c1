"""How ink is shown: with the brightness that paper and ink have in the network's data, in every scheme."""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtGui import QColor, QImage, qRgb

_BETWEEN = 0.62  # of the way from paper to ink, for what is neither


def brightness(levels: Sequence[float]) -> QColor:
    """Return the colour of *levels* in [0, 1]: red, green and blue, or of any other number of channels the first."""
    return QColor.fromRgbF(*(levels if len(levels) == 3 else (levels[0],) * 3))


def between(paper: QColor, ink: QColor) -> QColor:
    """Return a colour that is seen on *paper* and is no *ink*, for words on the paper."""
    pairs = zip(paper.getRgb()[:3], ink.getRgb()[:3], strict=True)
    return QColor(*(round(first + (last - first) * _BETWEEN) for first, last in pairs))


def inked(image: QImage, paper: QColor, ink: QColor) -> QImage:
    """Return a Format_Grayscale8 *image* with 0 shown as *paper* and 255 as *ink*."""
    shown = image.copy()
    shown.reinterpretAsFormat(QImage.Format.Format_Indexed8)
    shown.setColorTable(_colours(paper.rgb(), ink.rgb()))
    return shown


@lru_cache(maxsize=4)
def _colours(paper: int, ink: int) -> tuple[int, ...]:
    first, last = QColor(paper).getRgb()[:3], QColor(ink).getRgb()[:3]
    return tuple(qRgb(*(a + (b - a) * level // 255 for a, b in zip(first, last, strict=True))) for level in range(256))
