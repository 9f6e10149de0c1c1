"""From numbers to pictures: a table entry a value, then that entry's colour."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from cnn_gui.plots.colormaps import BAD, LEVELS, ZERO, ColorMap, colours

Floats = npt.NDArray[np.floating]
Pixels = npt.NDArray[np.uint32]  # 0xAARRGGBB, premultiplied


def to_indices(values: Floats, colormap: ColorMap, limit: Floats | float = 1.0) -> npt.NDArray[np.uint8]:
    """Return the table entry of each value, in the shape of *values*.

    Args:
        values: of any shape. What is not finite becomes BAD, what is out of range takes the last colour.
        colormap: signed ones run from -limit to +limit with 0 at ZERO, the others from 0 to *limit*. Of COUNTS the
            first entry is 0 alone, however small a count is beside the limit.
        limit: > 0; one for all values, or what fits beside them.
    """
    start, steps = (ZERO, ZERO) if colormap.signed else (0, LEVELS - 1)
    finite, limit = (
        np.isfinite(values),
        np.minimum(limit, float(np.finfo(values.dtype).max)),
    )  # a round one may be larger
    scaled = np.clip(values, -limit, limit)  # before the division, which could overflow
    scaled /= limit
    scaled *= steps
    scaled += start
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, LEVELS - 1, out=scaled)
    if colormap is ColorMap.COUNTS:
        np.maximum(scaled, values > 0, out=scaled)
    if not finite.all():
        scaled[~finite] = BAD
    return scaled.astype(np.uint8)


def to_pixels(values: Floats, colormap: ColorMap, limit: Floats | float, dark: bool) -> Pixels:
    """Return the colour of each value, in the shape of *values*; see ``to_indices``."""
    return colours(colormap, dark)[to_indices(values, colormap, limit)]


def to_image(pixels: Pixels) -> QImage:
    """Return pixels (H, W) as an image that owns its bytes."""
    height, width = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
