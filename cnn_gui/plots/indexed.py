"""From numbers to indexed pictures: a byte a value, which a colour table turns into colour when it is painted."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from cnn_gui.plots.colormaps import BAD, LEVELS, ZERO, ColorMap, colours

Indices = npt.NDArray[np.uint8]


def to_indices(values: npt.NDArray[np.floating], colormap: ColorMap, limit: float = 1.0) -> Indices:
    """Return the table entry of each value, in the shape of *values*.

    Args:
        values: of any shape. What is not finite becomes BAD, what is out of range takes the last colour.
        colormap: INK runs from 0 to *limit*, the others from -limit to +limit with 0 at ZERO.
        limit: > 0.
    """
    start, steps = (0, LEVELS - 1) if colormap is ColorMap.INK else (ZERO, ZERO)
    finite = np.isfinite(values)
    scaled = np.clip(values, -limit, limit)  # before the division, which could overflow
    scaled /= limit
    scaled *= steps
    scaled += start
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, LEVELS - 1, out=scaled)
    if not finite.all():
        scaled[~finite] = BAD
    return scaled.astype(np.uint8)


def indexed_image(indices: Indices, colormap: ColorMap, dark: bool) -> QImage:
    """Return (H, W) indices as a Format_Indexed8 image that owns its bytes."""
    data = np.ascontiguousarray(indices)
    height, width = data.shape
    image = QImage(data.data, width, height, width, QImage.Format.Format_Indexed8).copy()
    image.setColorTable(colours(colormap, dark))
    return image
