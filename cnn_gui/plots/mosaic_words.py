"""What a mosaic says in words: what it shows, the value under the mouse, and what is wrong with the values."""

import numpy as np
from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.text import number
from cnn_gui.plots.tiles import Floats, Tiles


def summary(tiles: Tiles, selected: int) -> tuple[str, str]:
    """Return what is shown, and the range of its values; of the tile *selected* alone unless that is -1."""
    values = tiles.values if selected < 0 else tiles.values[selected]
    what = tiles.summary() if selected < 0 else tiles.tile_name(selected)
    if not _all_finite(values):
        values = values[np.isfinite(values)]
    if not values.size:
        return what, ""
    low, high = (number(float(end), 3) for end in (values.min(), values.max()))
    return what, low if low == high else _tr("{0} to {1}").format(low, high)


def pointed(tiles: Tiles, spot: Spot) -> tuple[str, str]:
    """Return where the value at *spot* stands, and the value."""
    return tiles.where(*spot), number(float(tiles.values[spot]))


def warning(tiles: Tiles) -> str:
    """Return how many values are no finite numbers; '' if all are."""
    if _all_finite(tiles.values):
        return ""
    bad = tiles.values.size - int(np.count_nonzero(np.isfinite(tiles.values)))
    return _tr("{0:,} of {1:,} values are not finite numbers (yellow).").format(bad, tiles.values.size)


def _all_finite(values: Floats) -> bool:
    """Return whether all values are finite numbers, without a flag for each of them."""
    return bool(np.isfinite(values.min()) and np.isfinite(values.max()))


def _tr(text: str) -> str:
    return QCoreApplication.translate("MosaicWords", text)
