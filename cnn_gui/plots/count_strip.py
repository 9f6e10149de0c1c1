"""How many values lie where along an axis: bars in a strip of their own."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from cnn_gui import theme

Counts = npt.NDArray[np.intp]
_OPACITY = 0.5


def bars(area: QRectF, counts: Counts) -> list[QRectF]:
    """Return a bar for each count (bins,), equally wide from the left to the right; the tallest one fills the strip."""
    width, most = area.width() / len(counts), max(1, int(counts.max()))
    heights = (counts / most * area.height()).tolist()
    return [
        QRectF(area.left() + i * width, area.bottom() - height, max(width - 1, 1), height)
        for i, height in enumerate(heights)
    ]


def paint_counts(painter: QPainter, area: QRectF, counts: Counts, scheme: theme.Tokens) -> None:
    """Paint the bars, and the line that they stand on."""
    colour = QColor(scheme.muted)
    colour.setAlphaF(_OPACITY)
    for bar in bars(area, counts):
        painter.fillRect(bar, colour)
    painter.setPen(QColor(scheme.muted))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
