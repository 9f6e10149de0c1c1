"""Small pictures of maps, vectors and input images, for the places that have no room for a mosaic."""

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from cnn_gui import theme
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.compose import compose
from cnn_gui.plots.pictures import to_image, to_pixels
from cnn_gui.plots.tiles import Maps, Vector
from cnn_gui.plots.tiling import Sheet

Floats = npt.NDArray[np.floating]


def thumbnail(values: Floats, side: int, colormap: ColorMap, dark: bool, limit: float | None = None) -> QImage:
    """Return maps (K, H, W) or a vector (K,) as one picture for a square of *side* screen pixels.

    Where not all fit, the first ones are shown. *limit* is the value of the last colour, by default the largest.
    """
    tiles = Maps(values) if values.ndim == 3 else Vector(values)
    pages = Sheet((side, side), border=0, gap=1).flow(len(tiles.values), tiles.shape)
    ids = pages.tiles(0)
    limit = signed_levels(tiles.values) if limit is None else limit
    pixels = to_pixels(tiles.values[ids.clip(0)], colormap, limit, dark)
    line = QColor((theme.DARK if dark else theme.LIGHT).line).rgba()
    return to_image(compose(pixels, ids >= 0, pages.tiling, line))


def photograph(image: Floats, dark: bool) -> QImage:
    """Return an input image (C, H, W) in [0, 1] as a person sees it: one channel as ink on paper, three as RGB."""
    if len(image) != 3:
        return to_image(to_pixels(image[0], ColorMap.INK, 1.0, dark))
    red, green, blue = np.rint(np.clip(np.nan_to_num(image), 0, 1) * 255).astype(np.uint32)
    return to_image(np.uint32(0xFF000000) | red << 16 | green << 8 | blue)
