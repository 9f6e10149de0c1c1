"""How ink is shown: dark on white paper in light mode, light on dark paper in dark mode."""

from functools import lru_cache

from PySide6.QtGui import QColor, QImage, qRgb

from cnn_gui import theme


def inked(image: QImage, scheme: theme.Tokens) -> QImage:
    """Return a Format_Grayscale8 *image* with 0 shown as the paper of *scheme* and 255 as its ink."""
    shown = image.copy()
    shown.reinterpretAsFormat(QImage.Format.Format_Indexed8)
    shown.setColorTable(_colours(scheme.surface, scheme.text))
    return shown


@lru_cache(maxsize=4)
def _colours(paper: str, ink: str) -> tuple[int, ...]:
    first, last = QColor(paper).getRgb()[:3], QColor(ink).getRgb()[:3]
    return tuple(qRgb(*(a + (b - a) * level // 255 for a, b in zip(first, last, strict=True))) for level in range(256))
