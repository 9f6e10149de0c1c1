"""One picture from many tiles, pixel for pixel as the screen shows it."""

import numpy as np
import numpy.typing as npt

from cnn_gui.plots.colormaps import GAP, GRID
from cnn_gui.plots.indexed import Indices
from cnn_gui.plots.tiling import Tiling

GRID_FROM = 8  # screen pixels: cells at least so large are parted by lines


def compose(cells: Indices, shown: npt.NDArray[np.bool_], tiling: Tiling) -> Indices:
    """Return the page (height, width) with each cell blown up to its size.

    Args:
        cells: (rows, columns, H, W) table entries, in the grid and with the tiles of *tiling*.
        shown: (rows, columns), False where the page has no tile.
        tiling: the sizes.
    """
    rows, columns = tiling.grid
    page = np.full((rows * tiling.pitch[0], columns * tiling.pitch[1]), GAP, np.uint8)
    tiles = page.reshape(rows, tiling.pitch[0], columns, tiling.pitch[1])
    framed = tiles[:, : tiling.outer[0], :, : tiling.outer[1]]
    inner = slice(tiling.border, tiling.outer[0] - tiling.border), slice(tiling.border, tiling.outer[1] - tiling.border)
    framed[...] = GRID
    framed[:, inner[0], :, inner[1]] = cells.transpose(0, 2, 1, 3).repeat(tiling.scale[0], 1).repeat(tiling.scale[1], 3)
    if min(tiling.scale) >= GRID_FROM:
        _rule(framed[:, inner[0], :, inner[1]], tiling)
    tiles.transpose(0, 2, 1, 3)[~shown] = GAP
    return page[: tiling.size[0], : tiling.size[1]]


def _rule(inside: Indices, tiling: Tiling) -> None:
    """Draw the lines between the cells of each tile, and none before the first."""
    height, width = tiling.scale
    inside[:, height::height] = GRID
    inside[:, :, :, width::width] = GRID
