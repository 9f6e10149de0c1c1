"""Small pictures of maps, vectors and input images, for the places that have no room for a mosaic."""

from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from cnn_gui import theme
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.compose import compose
from cnn_gui.plots.pictures import to_image, to_pixels
from cnn_gui.plots.tiles import Maps, Tiles, Vector
from cnn_gui.plots.tiling import Pages, Sheet

Floats = npt.NDArray[np.floating]
MOST_MAPS = 64  # in one small picture: more are only grains


def thumbnail(values: Floats, side: int, colormap: ColorMap, dark: bool, limit: float | None = None) -> QImage:
    """Return maps (K, H, W) or a vector (K,) as one picture for a square of *side* screen pixels.

    Maps shrink to fit; of more than MOST_MAPS, and of a long vector, the first ones are shown. *limit* is the value
    of the last colour, by default the largest.
    """
    tiles = Maps(values[:MOST_MAPS]) if values.ndim == 3 else Vector(values)
    pages = _arranged(tiles, side)
    ids = pages.tiles(0)
    limit = signed_levels(tiles.values) if limit is None else limit
    pixels = to_pixels(tiles.values[ids.clip(0)], colormap, limit, dark)
    line = QColor((theme.DARK if dark else theme.LIGHT).line).rgba()
    image = to_image(compose(pixels, ids >= 0, pages.tiling, line))
    if max(pages.tiling.size) <= side:
        return image
    return image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def _arranged(tiles: Tiles, side: int) -> Pages:
    """Return one page of *tiles* for a square of *side*, or of maps that do not all fit, one that is larger."""
    count = len(tiles.values)
    pages = Sheet((side, side), border=0, gap=1).flow(count, tiles.shape)
    if pages.number == 1 or isinstance(tiles, Vector):
        return pages
    large = ceil(sqrt(count)) * (max(tiles.shape) + 1)
    return Sheet((large, large), border=0, gap=1).flow(count, tiles.shape)


def photograph(image: Floats) -> QImage:
    """Return an input image (C, H, W) in [0, 1] as a person sees it in every scheme: one channel as grey, three as RGB.

    The first of another number of channels is shown as grey.
    """
    if len(image) != 3:
        return to_image(to_pixels(image[0], ColorMap.GREY, 1.0, dark=False))
    red, green, blue = np.rint(np.clip(np.nan_to_num(image), 0, 1) * 255).astype(np.uint32)
    return to_image(np.uint32(0xFF000000) | red << 16 | green << 8 | blue)
